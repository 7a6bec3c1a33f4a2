import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { EmbeddedStore } from '../../../../electron/core/objects/embedded/embeddedStore.ts'
import { bareSdk, openEmbedded, REGION } from '../stores.ts'
import { CreateBucketCommand, GetObjectCommand } from '@aws-sdk/client-s3'

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

interface Tamper {
  readonly body?: (body: Buffer) => Buffer
}

/** A PutObject in signed chunks as the AWS documentation describes it, written here apart from the server's code. */
async function putInChunks(embedded: EmbeddedStore, parts: readonly string[], tamper: Tamper = {}): Promise<Response> {
  const { endpoint } = await embedded.listen()
  const { accessKeyId, secretAccessKey } = embedded.credentials
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const scope = `${date.slice(0, 8)}/${REGION}/s3/aws4_request`
  const length = parts.join('').length
  const signed: Record<string, string> = {
    'content-encoding': 'aws-chunked',
    host: new URL(endpoint).host,
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
    'x-amz-date': date,
    'x-amz-decoded-content-length': String(length),
    'x-amz-trailer': 'x-amz-checksum-sha256',
  }
  const names = Object.keys(signed).join(';')
  const canonical = [
    'PUT',
    '/chunks/key',
    '',
    ...Object.entries(signed).map(([name, value]) => `${name}:${value}`),
    '',
    names,
    signed['x-amz-content-sha256'],
  ].join('\n')
  const key = hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, date.slice(0, 8)), REGION), 's3'), 'aws4_request')
  const seed = hmac(key, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')).toString('hex')
  let previous = seed
  const sign = (kind: string, ...middle: string[]): string =>
    (previous = hmac(key, [`AWS4-HMAC-SHA256-${kind}`, date, scope, previous, ...middle].join('\n')).toString('hex'))
  let body = ''
  for (const part of [...parts, '']) {
    body += `${part.length.toString(16)};chunk-signature=${sign('PAYLOAD', sha256(''), sha256(part))}\r\n${part}${part === '' ? '' : '\r\n'}`
  }
  const trailer = `x-amz-checksum-sha256:${createHash('sha256').update(parts.join('')).digest('base64')}`
  body += `${trailer}\r\nx-amz-trailer-signature:${sign('TRAILER', sha256(`${trailer}\n`))}\r\n\r\n`
  const { host: _host, ...headers } = signed
  return fetch(`${endpoint}/chunks/key`, {
    method: 'PUT',
    headers: {
      ...headers,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${seed}`,
    },
    body: new Uint8Array((tamper.body ?? ((bytes) => bytes))(Buffer.from(body))),
  })
}

describe('bodies in signed chunks', () => {
  test('are taken apart and stored without their framing', async () => {
    const embedded = openEmbedded()
    const sdk = await bareSdk(embedded)
    await sdk.send(new CreateBucketCommand({ Bucket: 'chunks' }))
    const reply = await putInChunks(embedded, ['first part,', 'second part'])
    expect([reply.status, await reply.text()]).toEqual([200, ''])
    const got = await sdk.send(new GetObjectCommand({ Bucket: 'chunks', Key: 'key' }))
    expect(await got.Body?.transformToString()).toBe('first part,second part')
    expect(got.ContentEncoding).toBeUndefined()
  })

  test('are refused when a byte, a signature, the trailer or the end is not as signed', async () => {
    const embedded = openEmbedded()
    const sdk = await bareSdk(embedded)
    await sdk.send(new CreateBucketCommand({ Bucket: 'chunks' }))
    const replace = (from: string | RegExp, to: string) => ({
      body: (bytes: Buffer): Buffer => Buffer.from(bytes.toString().replace(from, to)),
    })
    const refused = async (tamper: Tamper): Promise<string | undefined> =>
      /<Code>(\w+)</.exec(await (await putInChunks(embedded, ['first part,', 'second part'], tamper)).text())?.[1]
    expect(await refused(replace('first', 'worst'))).toBe('SignatureDoesNotMatch')
    expect(await refused(replace(/signature=[0-9a-f]{4}/, 'signature=0000'))).toBe('SignatureDoesNotMatch')
    expect(await refused(replace(/x-amz-checksum-sha256:..../, 'x-amz-checksum-sha256:AAAA'))).toBe(
      'SignatureDoesNotMatch',
    )
    expect(await refused(replace(/\r\n0;chunk[\s\S]*$/, '\r\n'))).toBe('IncompleteBody')
    await expect(sdk.send(new GetObjectCommand({ Bucket: 'chunks', Key: 'key' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    })
  })
})
