import { describe, expect, test } from 'vitest'
import { errorToData } from '../../../shared/domain/errors.ts'
import { createCapabilities } from '../../../electron/core/objects/s3/capabilities.ts'
import type { PutObject } from '../../../electron/core/objects/port.ts'
import { explainStoreError } from '../../../electron/core/objects/s3/storeErrors.ts'
import { overTheWire } from './stores.ts'
import { fail, startQuirkyServer } from './quirkyServer.ts'
import type { Quirks } from './quirkyServer.ts'

const SECRET = 'PLANTEDSECRETplantedsecretPLANTEDsecret0'
const keys = { accessKeyId: 'AKIAPLANTEDKEYPLANTED', secretAccessKey: SECRET }
const put = (key: string, text: string): PutObject => ({
  bucket: 'bucket',
  key,
  body: { kind: 'bytes', bytes: Buffer.from(text) },
  metadata: {},
})

async function ready(quirks: Quirks, timeouts = { connectMs: 1000, idleMs: 1000, requestMs: 1000 }) {
  const server = await startQuirkyServer(quirks)
  return { server, store: overTheWire(server.endpoint, keys, { timeouts }) }
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (value) => ({ value }),
    (error: unknown) => error,
  )
}

describe('stores that are not quite S3', () => {
  test('one that enforces conditional writes is recognised with two probes, once', async () => {
    const { store, server } = await ready({})
    expect(await store.putIfAbsent(put('a', 'x'))).toMatchObject({ kind: 'created' })
    expect(store.facts?.()).toMatchObject({ conditionalWrites: 'enforced' })
    expect(await store.putIfAbsent(put('b', 'x'))).toMatchObject({ kind: 'created' })
    expect(server.requests).toEqual([
      'PUT /bucket/_fieldgate-probe',
      'PUT /bucket/_fieldgate-probe',
      'PUT /bucket/a',
      'PUT /bucket/b',
    ])
  })

  test('puts that start together share one probe, and one that fails without an answer is asked again', async () => {
    const { store, server } = await ready({})
    await Promise.all(['a', 'b', 'c', 'd'].map((key) => store.putIfAbsent(put(key, key))))
    expect(server.requests.filter((request) => request.endsWith('probe'))).toHaveLength(2)

    let isDown = true
    const shaky = await ready({
      intercept: (request, response) => {
        if (!isDown) return false
        fail(response, 500, 'InternalError')
        return request.method !== undefined
      },
    })
    expect(await failure(shaky.store.putIfAbsent(put('a', 'x')))).toMatchObject({ code: 'unavailable' })
    isDown = false
    expect(await shaky.store.putIfAbsent(put('a', 'x'))).toMatchObject({ kind: 'created' })
    expect(shaky.store.facts?.()).toMatchObject({ conditionalWrites: 'enforced' })
  })

  test('one that forbids the probe is not asked again, and each put looks first', async () => {
    const { store, server } = await ready({
      intercept: (request, response) => {
        if (request.url?.includes('probe') !== true) return false
        fail(response, 403, 'AccessDenied')
        return true
      },
    })
    expect(await store.putIfAbsent(put('a', 'x'))).toMatchObject({ kind: 'created' })
    expect(await store.putIfAbsent(put('a', 'y'))).toMatchObject({ kind: 'differs' })
    expect(server.requests).toEqual([
      'PUT /bucket/_fieldgate-probe',
      'HEAD /bucket/a',
      'PUT /bucket/a',
      'HEAD /bucket/a',
    ])
  })

  test('one that refuses them with 501 gets a look before each put, and is never overwritten', async () => {
    const { store, server } = await ready({ conditional: '501' })
    expect(await store.putIfAbsent(put('a', 'x'))).toMatchObject({ kind: 'created' })
    expect(await store.putIfAbsent(put('a', 'x'))).toMatchObject({ kind: 'alreadyThere' })
    expect(await store.putIfAbsent(put('a', 'y'))).toMatchObject({ kind: 'differs' })
    expect(store.facts?.()).toMatchObject({ conditionalWrites: 'refused' })
    expect(server.objects.get('/bucket/a')?.toString()).toBe('x')
    expect(server.requests.filter((request) => request === 'HEAD /bucket/a')).toHaveLength(3)
  })

  test('one that ignores them is found out and gets a look before each put', async () => {
    const { store, server } = await ready({ conditional: 'ignored' })
    await store.putIfAbsent(put('a', 'x'))
    expect(store.facts?.()).toMatchObject({ conditionalWrites: 'ignored' })
    expect(await store.putIfAbsent(put('a', 'y'))).toMatchObject({ kind: 'differs' })
    expect(server.objects.get('/bucket/a')?.toString()).toBe('x')
  })

  test('a success without checksum counts once HEAD shows the object', async () => {
    const { store, server } = await ready({ withoutChecksum: true })
    expect(await store.putIfAbsent(put('a', 'x'))).toMatchObject({ kind: 'created' })
    expect(server.requests.slice(-2)).toEqual(['PUT /bucket/a', 'HEAD /bucket/a'])
  })

  test('a success with the checksum of other bytes does not count', async () => {
    const { store } = await ready({
      intercept: (request, response, body) => {
        if (request.method !== 'PUT' || body.length === 0) return false
        response.writeHead(200, { etag: '"e"', 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-request-id': 'r' }).end()
        return true
      },
    })
    expect(await failure(store.putIfAbsent(put('a', 'x')))).toMatchObject({ code: 'unavailable' })
  })

  test('a racing request is a conflict to be tried again', async () => {
    const { store } = await ready({ conditional: '409' })
    expect(await failure(store.putIfAbsent(put('a', 'x')))).toMatchObject({ code: 'conflict', retryable: true })
  })

  test('a store that says nothing is given up in time, and what it stored in silence is found', async () => {
    let silent = true
    const { store, server } = await ready({
      intercept: (request, _response, body) => {
        if (!silent || request.method !== 'PUT' || !(request.url ?? '').includes('/a')) return false
        server.objects.set('/bucket/a', body)
        return true
      },
    })
    expect(await store.putIfAbsent(put('first', 'x'))).toMatchObject({ kind: 'created' })
    expect(await store.putIfAbsent(put('a', 'x'))).toMatchObject({ kind: 'alreadyThere' })
    silent = false
    expect(await store.putIfAbsent(put('a', 'x'))).toMatchObject({ kind: 'alreadyThere' })
  })

  test('a bucket elsewhere is explained with its region', async () => {
    const { store } = await ready({
      intercept: (_request, response) => {
        fail(response, 301, 'PermanentRedirect', 'Elsewhere', { 'x-amz-bucket-region': 'ap-south-1' })
        return true
      },
    })
    const error = await failure(store.list({ bucket: 'bucket' }))
    expect(error).toMatchObject({
      code: 'invalid',
      message: 'Bucket bucket is in region ap-south-1, not in the configured one.',
    })
  })

  test('large bodies keep their connection', async () => {
    const { store, server } = await ready({}, { connectMs: 5000, idleMs: 5000, requestMs: 10_000 })
    for (let n = 0; n < 4; n++) await store.putIfAbsent(put(`big${n}`, 'x'.repeat(3_000_000)))
    expect(server.connections).toBe(1)
    expect(server.headers.some((headers) => headers.expect !== undefined)).toBe(false)
  })

  test('nobody listening and an address without a name are told apart', async () => {
    const refused = overTheWire('http://127.0.0.1:1', keys)
    expect(await failure(refused.listBuckets())).toMatchObject({
      code: 'unavailable',
      message: 'Nothing listens at the address of the store.',
    })
    const nameless = overTheWire('http://no-such-host.invalid', keys)
    expect(await failure(nameless.listBuckets())).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('looked up') as string,
    })
  })
})

describe('what is known of stores beforehand', () => {
  test.each([
    [undefined, 'enforced', 'always'],
    ['https://s3.eu-west-1.amazonaws.com', 'enforced', 'always'],
    ['https://abc.r2.cloudflarestorage.com', 'enforced', 'always'],
    ['https://s3.us-west-004.backblazeb2.com', 'refused', 'always'],
    ['https://storage.googleapis.com', 'ignored', 'required'],
    ['https://minio.example.com:9000', 'unknown', 'always'],
    ['https://amazonaws.com.evil.example', 'unknown', 'always'],
  ] as const)('%s', (endpoint, conditionalWrites, checksums) => {
    const config = { kind: 's3', region: 'r', forcePathStyle: true, credentials: { kind: 'chain' } } as const
    expect(createCapabilities(endpoint === undefined ? config : { ...config, endpoint })).toEqual({
      conditionalWrites,
      checksums,
    })
  })
})

describe('errors of the SDK', () => {
  const sdkError = (name: string, status: number | undefined, message = name): Error =>
    Object.assign(new Error(message), {
      name,
      $metadata: { httpStatusCode: status, requestId: 'R1', attempts: 3 },
      $response: { headers: { authorization: SECRET, 'x-amz-security-token': 'TOKENTOKEN' }, body: SECRET },
      $fault: 'client',
    })
  const attempt = { action: 's3:PutObject', bucket: 'b', key: 'k' }

  test.each([
    ['AccessDenied', 403, 'denied', false],
    ['Forbidden', 403, 'denied', false],
    ['InvalidAccessKeyId', 403, 'denied', false],
    ['SignatureDoesNotMatch', 403, 'denied', false],
    ['ExpiredToken', 400, 'denied', true],
    ['CredentialsProviderError', undefined, 'denied', true],
    ['RequestTimeTooSkewed', 403, 'denied', true],
    ['PermanentRedirect', 301, 'invalid', false],
    ['AuthorizationHeaderMalformed', 400, 'invalid', false],
    ['NoSuchBucket', 404, 'notFound', false],
    ['NoSuchKey', 404, 'notFound', false],
    ['BucketAlreadyExists', 409, 'conflict', false],
    ['ConditionalRequestConflict', 409, 'conflict', true],
    ['PreconditionFailed', 412, 'conflict', false],
    ['BucketNotEmpty', 409, 'conflict', false],
    ['SlowDown', 503, 'throttled', true],
    ['TooManyRequests', 429, 'throttled', true],
    ['InternalError', 500, 'unavailable', true],
    ['BadDigest', 400, 'unavailable', true],
    ['NotImplemented', 501, 'unsupported', false],
    ['InsufficientStorage', 507, 'diskFull', true],
    ['EntityTooLarge', 400, 'invalid', false],
    ['TimeoutError', undefined, 'unavailable', true],
    ['Unknown', 302, 'unavailable', true],
    ['Unknown', 407, 'unavailable', true],
    ['AbortError', undefined, 'cancelled', false],
  ] as const)('%s (%s) means %s', (name, status, code, retryable) => {
    const explained = explainStoreError(sdkError(name, status), attempt)
    expect(explained).toMatchObject({ code, retryable })
    expect(explained.hint).toMatch(/\.$/)
    expect(explained.message).toMatch(/\.$/)
  })

  test('carry no secret on: not as message, details, hint or cause', () => {
    const message = `User AKIAPLANTEDKEYPLANTED Signature=abcdef0123 Credential=x SecretAccessKey=${SECRET} ${'Z'.repeat(200)}`
    for (const name of ['EntityTooLarge', 'AccessDenied', 'Whatever']) {
      const explained = explainStoreError(sdkError(name, name === 'AccessDenied' ? 403 : 400, message), attempt)
      const text = JSON.stringify([errorToData(explained), explained.stack, explained.cause, Object.values(explained)])
      for (const secret of [SECRET, 'AKIAPLANTEDKEYPLANTED', 'TOKENTOKEN', 'abcdef0123', 'ZZZZZ'])
        expect(text).not.toContain(secret)
    }
  })

  test('a denial repeats why the store denied, and names action and resource', () => {
    const message =
      'User: arn:aws:iam::1:user/u is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:PutObject action'
    expect(explainStoreError(sdkError('AccessDenied', 403, message), attempt)).toMatchObject({
      message: 's3:PutObject on b/k is not allowed because no identity-based policy allows the s3:PutObject action.',
      hint: expect.stringContaining('arn:aws:s3:::b/*') as string,
    })
  })
})
