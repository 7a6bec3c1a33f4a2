import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createEmbeddedStore } from '../../../../electron/core/objects/embedded/embeddedStore.ts'
import type { EmbeddedStore } from '../../../../electron/core/objects/embedded/embeddedStore.ts'
import { systemClock } from '../../../../electron/core/support/clock.ts'
import { bareSdk, openEmbedded, REGION, temporaryFolder } from '../stores.ts'

// Every put is synced to disk: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 })

const Bucket = 'sdk-bucket'

async function ready(embedded: EmbeddedStore = openEmbedded()): Promise<{ sdk: S3Client; embedded: EmbeddedStore }> {
  const sdk = await bareSdk(embedded)
  await sdk.send(new CreateBucketCommand({ Bucket }))
  return { sdk, embedded }
}

async function read(sdk: S3Client, Key: string, more: object = {}): Promise<Buffer> {
  const reply = await sdk.send(new GetObjectCommand({ Bucket, Key, ...more }))
  return Buffer.from((await reply.Body?.transformToByteArray()) ?? [])
}

describe('the SDK on the embedded store', () => {
  test('a buffer and a stream with a trailing checksum are stored as they are', async () => {
    const { sdk } = await ready()
    const bytes = randomBytes(3 * 2 ** 20)
    const put = await sdk.send(new PutObjectCommand({ Bucket, Key: 'buffer', Body: bytes }))
    expect(put.ETag).toBe(`"${createHash('md5').update(bytes).digest('hex')}"`)
    expect(put.ChecksumCRC32).toBeDefined()
    const stream = Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)])
    await sdk.send(
      new PutObjectCommand({
        Bucket,
        Key: 'stream',
        Body: stream,
        ContentLength: bytes.length,
        ContentEncoding: 'gzip',
      }),
    )
    expect(await read(sdk, 'buffer')).toEqual(bytes)
    expect(await read(sdk, 'stream')).toEqual(bytes)
    const head = await sdk.send(new HeadObjectCommand({ Bucket, Key: 'stream' }))
    expect(head.ContentEncoding).toBe('gzip')
    expect(head.ContentLength).toBe(bytes.length)
  })

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'checksum %s is verified and given back',
    async (ChecksumAlgorithm) => {
      const { sdk } = await ready()
      const put = new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello world', ChecksumAlgorithm })
      const reply = await sdk.send(put)
      expect(reply[`Checksum${ChecksumAlgorithm}`]).toBeDefined()
      const got = await sdk.send(new GetObjectCommand({ Bucket, Key: 'a', ChecksumMode: 'ENABLED' }))
      expect(got[`Checksum${ChecksumAlgorithm}`]).toBe(reply[`Checksum${ChecksumAlgorithm}`])
      await got.Body?.transformToString()
    },
  )

  test('a body that is not what was declared is refused and leaves nothing', async () => {
    const folder = temporaryFolder()
    const { sdk } = await ready(openEmbedded(folder))
    const wrong = { ChecksumCRC32: 'AAAAAA==' }
    await expect(sdk.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ...wrong }))).rejects.toMatchObject({
      name: 'BadDigest',
    })
    const md5 = { ContentMD5: createHash('md5').update('other').digest('base64') }
    await expect(sdk.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ...md5 }))).rejects.toMatchObject({
      name: 'BadDigest',
    })
    await expect(sdk.send(new HeadObjectCommand({ Bucket, Key: 'a' }))).rejects.toMatchObject({ name: 'NotFound' })
    expect(readdirSync(`${folder}/incoming`)).toEqual([])
  })

  test('of twelve racers with If-None-Match exactly one wins, and it is the one that is read', async () => {
    const { sdk } = await ready()
    const racers = Array.from({ length: 12 }, (_, n) =>
      sdk.send(new PutObjectCommand({ Bucket, Key: 'race', Body: `racer ${n}`, IfNoneMatch: '*' })).then(
        () => n,
        (error: Error) => error.name,
      ),
    )
    const outcomes = await Promise.all(racers)
    const winners = outcomes.filter((outcome) => typeof outcome === 'number')
    expect(winners).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'PreconditionFailed')).toHaveLength(11)
    expect((await read(sdk, 'race')).toString()).toBe(`racer ${winners[0]}`)
  })

  test('If-Match replaces only the version meant', async () => {
    const { sdk } = await ready()
    const first = await sdk.send(new PutObjectCommand({ Bucket, Key: 'm', Body: '1' }))
    await sdk.send(new PutObjectCommand({ Bucket, Key: 'm', Body: '2', IfMatch: first.ETag }))
    await expect(
      sdk.send(new PutObjectCommand({ Bucket, Key: 'm', Body: '3', IfMatch: first.ETag })),
    ).rejects.toMatchObject({
      name: 'PreconditionFailed',
    })
    expect((await read(sdk, 'm')).toString()).toBe('2')
  })

  test('an upload in parts can be listed, resumed after a restart, completed once and not over another object', async () => {
    const folder = temporaryFolder()
    const first = createEmbeddedStore({ folder, region: REGION, clock: systemClock })
    const { sdk } = await ready(first)
    const parts = [randomBytes(5 * 2 ** 20), randomBytes(1000)] as const
    const { UploadId } = await sdk.send(new CreateMultipartUploadCommand({ Bucket, Key: 'big', Metadata: { a: 'b' } }))
    const upload = { Bucket, Key: 'big', UploadId }
    const one = await sdk.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: parts[0] }))
    await first.close()
    const again = await bareSdk(openEmbedded(folder))
    expect((await again.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'bi' }))).Uploads).toHaveLength(1)
    const listed = await again.send(new ListPartsCommand(upload))
    expect(listed.Parts).toMatchObject([{ PartNumber: 1, Size: parts[0].length, ETag: one.ETag }])
    const two = await again.send(new UploadPartCommand({ ...upload, PartNumber: 2, Body: parts[1] }))
    const MultipartUpload = {
      Parts: [
        { PartNumber: 1, ETag: one.ETag },
        { PartNumber: 2, ETag: two.ETag },
      ],
    }
    const done = await again.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload, IfNoneMatch: '*' }))
    expect(done.ETag).toMatch(/-2"$/)
    expect(await read(again, 'big')).toEqual(Buffer.concat(parts))
    expect((await again.send(new HeadObjectCommand({ Bucket, Key: 'big' }))).Metadata).toEqual({ a: 'b' })
    await expect(again.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    })

    const other = await again.send(new CreateMultipartUploadCommand({ Bucket, Key: 'big' }))
    const late = { Bucket, Key: 'big', UploadId: other.UploadId }
    const part = await again.send(new UploadPartCommand({ ...late, PartNumber: 1, Body: 'x' }))
    const complete = new CompleteMultipartUploadCommand({
      ...late,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.ETag }] },
      IfNoneMatch: '*',
    })
    await expect(again.send(complete)).rejects.toMatchObject({ name: 'PreconditionFailed' })
    await again.send(new AbortMultipartUploadCommand(late))
    expect((await again.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined()
  })

  test('parts too small, missing or out of order are refused', async () => {
    const { sdk } = await ready()
    const { UploadId } = await sdk.send(new CreateMultipartUploadCommand({ Bucket, Key: 'p' }))
    const upload = { Bucket, Key: 'p', UploadId }
    const sent = await Promise.all(
      [1, 2].map((PartNumber) => sdk.send(new UploadPartCommand({ ...upload, PartNumber, Body: 'tiny' }))),
    )
    const complete = (Parts: { PartNumber: number; ETag: string | undefined }[]): Promise<unknown> =>
      sdk.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
    const [one, two] = sent.map((part, at) => ({ PartNumber: at + 1, ETag: part.ETag })) as [
      { PartNumber: number; ETag: string },
      { PartNumber: number; ETag: string },
    ]
    await expect(complete([one, two])).rejects.toMatchObject({ name: 'EntityTooSmall' })
    await expect(complete([two, one])).rejects.toMatchObject({ name: 'InvalidPartOrder' })
    await expect(complete([{ PartNumber: 3, ETag: '"x"' }])).rejects.toMatchObject({ name: 'InvalidPart' })
  })

  test('ranges, conditions and empty objects read as S3 reads them', async () => {
    const { sdk } = await ready()
    const { ETag } = await sdk.send(new PutObjectCommand({ Bucket, Key: 'r', Body: '0123456789' }))
    const range = async (Range: string): Promise<string> => (await read(sdk, 'r', { Range })).toString()
    expect(await range('bytes=0-0')).toBe('0')
    expect(await range('bytes=-3')).toBe('789')
    expect(await range('bytes=5-')).toBe('56789')
    expect((await sdk.send(new GetObjectCommand({ Bucket, Key: 'r', Range: 'bytes=1-2' }))).ContentRange).toBe(
      'bytes 1-2/10',
    )
    await expect(range('bytes=10-')).rejects.toMatchObject({ name: 'InvalidRange' })
    await expect(read(sdk, 'r', { IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } })
    await expect(read(sdk, 'r', { IfMatch: '"no"' })).rejects.toMatchObject({ name: 'PreconditionFailed' })
    await sdk.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: new Uint8Array() }))
    expect(await read(sdk, 'empty')).toHaveLength(0)
  })

  test('versions stay, delete markers hide, and removing the marker brings the object back', async () => {
    const { sdk } = await ready()
    await sdk.send(new PutObjectCommand({ Bucket, Key: 'v', Body: 'before versioning' }))
    await sdk.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
    const second = await sdk.send(new PutObjectCommand({ Bucket, Key: 'v', Body: 'second' }))
    const third = await sdk.send(new PutObjectCommand({ Bucket, Key: 'v', Body: 'third' }))
    expect(new Set([second.VersionId, third.VersionId, undefined, 'null']).size).toBe(4)
    expect((await read(sdk, 'v', { VersionId: second.VersionId })).toString()).toBe('second')
    expect((await read(sdk, 'v', { VersionId: 'null' })).toString()).toBe('before versioning')
    const marker = await sdk.send(new DeleteObjectCommand({ Bucket, Key: 'v' }))
    expect(marker.DeleteMarker).toBe(true)
    await expect(read(sdk, 'v')).rejects.toMatchObject({ name: 'NoSuchKey' })
    expect((await sdk.send(new ListObjectsV2Command({ Bucket }))).Contents).toBeUndefined()
    const page = await sdk.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }))
    expect(page).toMatchObject({
      IsTruncated: true,
      DeleteMarkers: [{ IsLatest: true }],
      Versions: [{ VersionId: third.VersionId }],
    })
    const rest = await sdk.send(
      new ListObjectVersionsCommand({
        Bucket,
        KeyMarker: page.NextKeyMarker,
        VersionIdMarker: page.NextVersionIdMarker,
      }),
    )
    expect(rest.Versions?.map((version) => version.VersionId)).toEqual([second.VersionId, 'null'])
    await sdk.send(new DeleteObjectCommand({ Bucket, Key: 'v', VersionId: marker.VersionId }))
    expect((await read(sdk, 'v')).toString()).toBe('third')
    await sdk.send(new DeleteObjectCommand({ Bucket, Key: 'v', VersionId: third.VersionId }))
    expect((await read(sdk, 'v')).toString()).toBe('second')
  })

  test('keys with dots, slashes, unicode and 1,024 bytes are names only; a longer one is refused', async () => {
    const folder = temporaryFolder()
    const { sdk } = await ready(openEmbedded(folder))
    const before = readdirSync(dirname(folder)).filter((name) => name.includes('escape'))
    const keys = [
      '../../escape',
      '..%2fescape',
      'a//b',
      '/a',
      'a/../../escape.txt',
      'CON',
      'nul\u0001',
      'é'.repeat(512),
      'x'.repeat(1024),
      'a/'.repeat(400),
      '\u{1f980}+ &<>"\'',
    ]
    for (const Key of keys) await sdk.send(new PutObjectCommand({ Bucket, Key, Body: Key }))
    for (const Key of keys) expect((await read(sdk, Key)).toString()).toBe(Key)
    const listed = await sdk.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }))
    const decoded = listed.Contents?.map((object) => decodeURIComponent(object.Key ?? ''))
    expect(decoded).toEqual(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
    expect(readdirSync(dirname(folder)).filter((name) => name.includes('escape'))).toEqual(before)
    await expect(
      sdk.send(new PutObjectCommand({ Bucket, Key: 'x'.repeat(1025), Body: new Uint8Array() })),
    ).rejects.toMatchObject({
      name: 'KeyTooLongError',
    })
  })

  test('copy, many deletes and the rule that only an empty bucket goes', async () => {
    const { sdk } = await ready()
    await sdk.send(new PutObjectCommand({ Bucket, Key: 'a b', Body: 'x', Metadata: { n: '1' } }))
    await sdk.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/a%20b` }))
    expect((await sdk.send(new HeadObjectCommand({ Bucket, Key: 'copy' }))).Metadata).toEqual({ n: '1' })
    await expect(sdk.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketNotEmpty' })
    const deleted = await sdk.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a b' }, { Key: 'copy' }, { Key: 'never' }] } }),
    )
    expect(deleted.Deleted).toHaveLength(3)
    await sdk.send(new DeleteBucketCommand({ Bucket }))
    await expect(sdk.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({ name: 'NoSuchBucket' })
  })

  test('what the store does not do is refused, never accepted and forgotten', async () => {
    const { sdk } = await ready()
    await sdk.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }))
    await expect(sdk.send(new PutObjectAclCommand({ Bucket, Key: 'a', ACL: 'public-read' }))).rejects.toMatchObject({
      name: 'NotImplemented',
    })
  })
})

describe('who may come in', () => {
  test('a wrong secret, an unknown key and a wrong region are each told', async () => {
    const embedded = openEmbedded()
    const { sdk } = await ready(embedded)
    await sdk.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }))
    const { accessKeyId } = embedded.credentials
    const get = new GetObjectCommand({ Bucket, Key: 'a' })
    const wrongSecret = await bareSdk(embedded, { credentials: { accessKeyId, secretAccessKey: 'wrong' } })
    await expect(wrongSecret.send(get)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' })
    const unknown = await bareSdk(embedded, { credentials: { accessKeyId: 'nobody', secretAccessKey: 'x' } })
    await expect(unknown.send(get)).rejects.toMatchObject({ name: 'InvalidAccessKeyId' })
    const elsewhere = await bareSdk(embedded, { region: 'us-west-2' })
    await expect(elsewhere.send(get)).rejects.toMatchObject({ name: 'AuthorizationHeaderMalformed' })
  })

  test('nobody comes in without a signature or through another host name', async () => {
    const embedded = openEmbedded()
    await ready(embedded)
    const { endpoint } = await embedded.listen()
    const anonymous = await fetch(`${endpoint}/${Bucket}?list-type=2`)
    expect(anonymous.status).toBe(403)
    expect(await anonymous.text()).toContain('AccessDenied')
    const { port } = new URL(endpoint)
    const { request } = await import('node:http')
    const status = await new Promise<number | undefined>((resolve) =>
      request({ host: '127.0.0.1', port, headers: { host: 'evil.example' } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).end(),
    )
    expect(status).toBe(403)
  })

  test('a presigned address works until it expires or is changed', async () => {
    let aheadMs = 0
    const clock = { ...systemClock, now: () => Date.now() + aheadMs }
    const embedded = createEmbeddedStore({ folder: temporaryFolder(), region: REGION, clock })
    onTestFinished(() => embedded.close())
    const { sdk } = await ready(embedded)
    const put = await getSignedUrl(sdk, new PutObjectCommand({ Bucket, Key: 'a' }), { expiresIn: 60 })
    expect((await fetch(put, { method: 'PUT', body: 'presigned' })).status).toBe(200)
    const url = await getSignedUrl(sdk, new GetObjectCommand({ Bucket, Key: 'a' }), { expiresIn: 60 })
    expect(await (await fetch(url)).text()).toBe('presigned')
    const tampered = await fetch(url.replace('/a?', '/b?'))
    expect([tampered.status, (await tampered.text()).includes('SignatureDoesNotMatch')]).toEqual([403, true])
    aheadMs = 61_000
    const expired = await fetch(url)
    expect([expired.status, (await expired.text()).includes('Request has expired')]).toEqual([403, true])
  })

  test('a clock wrong by an hour is refused, and the SDK finds the right time by itself', async () => {
    const clock = { ...systemClock, now: () => Date.now() + 3_600_000 }
    const embedded = createEmbeddedStore({ folder: temporaryFolder(), region: REGION, clock })
    onTestFinished(() => embedded.close())
    const stubborn = await bareSdk(embedded, { disableClockSkewCorrection: true })
    await expect(stubborn.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'RequestTimeTooSkewed',
    })
    const patient = await bareSdk(embedded, { maxAttempts: 2 })
    expect((await patient.send(new CreateBucketCommand({ Bucket }))).$metadata.attempts).toBe(2)
  })
})
