import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { CHECKSUM_NAMES, createChecksum, isChecksumName } from './checksums.ts'
import type { ChecksumName } from './checksums.ts'
import { decodeChunks } from './chunked.ts'
import type { Signed } from './signature.ts'
import { Refusal } from './wire.ts'
import type { StoreRequest } from './wire.ts'

/** A body received whole and found to be what its sender declared. `md5` is hex, `checksum` base64. */
export interface Received {
  readonly bytes: number
  readonly md5: string
  readonly algorithm: ChecksumName
  readonly checksum: string
}

const MAX_OBJECT_BYTES = 5 * 2 ** 30
const MAX_DOCUMENT_BYTES = 2_000_000

/**
 * Receives a body into a new file, synced to disk on return. Length, Content-MD5, payload SHA-256 and the declared
 * checksum (header or trailer) are all verified; on any mismatch the file is gone and S3's refusal is thrown.
 */
export async function receiveFile(request: StoreRequest, signed: Signed, path: string): Promise<Received> {
  const handle = await open(path, 'wx', 0o600)
  try {
    const received = await receive(request, signed, MAX_OBJECT_BYTES, async (part) => {
      for (let at = 0; at < part.length;) at += (await handle.write(part, at)).bytesWritten
    })
    await handle.sync()
    await handle.close()
    return received
  } catch (error) {
    await handle.close()
    await rm(path, { force: true })
    throw error
  }
}

/** Receives a small document as text, verified like any body. */
export async function receiveText(request: StoreRequest, signed: Signed): Promise<string> {
  const parts: Uint8Array[] = []
  request.proceed()
  await receive(request, signed, MAX_DOCUMENT_BYTES, async (part) => void parts.push(part))
  return Buffer.concat(parts).toString('utf8')
}

async function receive(
  request: StoreRequest,
  signed: Signed,
  maxBytes: number,
  take: (part: Uint8Array) => Promise<void>,
): Promise<Received> {
  const trailers = new Map<string, string>()
  const isChunked = signed.payload.startsWith('STREAMING-')
  const algorithm = declaredAlgorithm(request)
  const checksum = createChecksum(algorithm)
  const md5 = createHash('md5')
  const sha256 = createHash('sha256')
  let bytes = 0
  for await (const part of isChunked ? decodeChunks(request.body, signed, trailers) : request.body) {
    bytes += part.length
    if (bytes > maxBytes)
      throw new Refusal(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed object size.')
    md5.update(part)
    sha256.update(part)
    checksum.update(part)
    await take(part)
  }
  const declared =
    request.headers['x-amz-decoded-content-length'] ?? (isChunked ? undefined : request.headers['content-length'])
  if (declared !== undefined && Number(declared) !== bytes) {
    throw new Refusal(
      400,
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header',
    )
  }
  const digest = checksum.digest().toString('base64')
  const md5Digest = md5.digest()
  const header = `x-amz-checksum-${algorithm}`
  const stated = trailers.get(header) ?? request.headers[header]
  if (stated !== undefined && stated !== digest) {
    throw new Refusal(
      400,
      'BadDigest',
      `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
    )
  }
  const statedMd5 = request.headers['content-md5']
  if (statedMd5 !== undefined && statedMd5 !== md5Digest.toString('base64')) {
    throw new Refusal(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.')
  }
  if (/^[0-9a-f]{64}$/.test(signed.payload) && sha256.digest('hex') !== signed.payload) {
    throw new Refusal(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    )
  }
  return { bytes, md5: md5Digest.toString('hex'), algorithm, checksum: digest }
}

/** The checksum the sender chose; CRC32 is kept when it chose none. */
export function declaredAlgorithm(request: StoreRequest): ChecksumName {
  const headers = request.headers
  const byHeader = CHECKSUM_NAMES.find((name) => headers[`x-amz-checksum-${name}`] !== undefined)
  const named =
    headers['x-amz-trailer']?.replace('x-amz-checksum-', '') ??
    byHeader ??
    headers['x-amz-checksum-algorithm'] ??
    headers['x-amz-sdk-checksum-algorithm'] ??
    'crc32'
  const name = named.trim().toLowerCase()
  if (isChecksumName(name)) return name
  throw new Refusal(501, 'NotImplemented', `The checksum ${name} is not implemented.`)
}
