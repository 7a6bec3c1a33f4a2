import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { META_LOGICAL_HASH, META_SHA256 } from '../port.ts'
import type { ObjectBody, ObjectHead, PutObject, PutOutcome } from '../port.ts'

/** The bytes of a put, readable by range, with the metadata that identifies them. */
export interface PutContent {
  readonly bytes: number
  readonly sha256: string
  readonly metadata: Readonly<Record<string, string>>
  read(start: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** Opens the body; computes its SHA-256 when the caller did not give one. Throws `corrupt` if a file changed its length. */
export async function openContent(put: PutObject): Promise<PutContent> {
  const { body } = put
  const source = body.kind === 'bytes' ? memorySource(body.bytes) : await fileSource(body)
  const sha256 = put.metadata[META_SHA256] ?? (await sha256Of(source))
  return { ...source, sha256, metadata: { ...put.metadata, [META_SHA256]: sha256 } }
}

type Source = Omit<PutContent, 'sha256' | 'metadata'>

function memorySource(bytes: Uint8Array): Source {
  return {
    bytes: bytes.length,
    read: async (start, length) => bytes.subarray(start, start + length),
    close: async () => undefined,
  }
}

async function fileSource(body: Extract<ObjectBody, { kind: 'file' }>): Promise<Source> {
  const handle = await open(body.path, 'r')
  const { size } = await handle.stat()
  if (size !== body.bytes) {
    await handle.close()
    throw new FieldgateError('corrupt', `The spool file ${body.path} holds ${size} bytes instead of ${body.bytes}.`, {
      hint: 'It is encoded again from the source.',
    })
  }
  return {
    bytes: size,
    read: async (start, length) => {
      const buffer = Buffer.allocUnsafeSlow(Math.min(length, size - start))
      for (let at = 0; at < buffer.length;) {
        const { bytesRead } = await handle.read(buffer, at, buffer.length - at, start + at)
        if (bytesRead === 0)
          throw new FieldgateError('corrupt', `The spool file ${body.path} was cut short while it was sent.`)
        at += bytesRead
      }
      return buffer
    },
    close: () => handle.close(),
  }
}

async function sha256Of(source: Source): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < source.bytes; at += 1 << 20) hash.update(await source.read(at, 1 << 20))
  return hash.digest('hex')
}

/**
 * Whether the object in the store is the one meant: the same SHA-256 and length, else the same logical hash, else (for a
 * store that drops metadata) the same MD5 as entity tag.
 */
export async function isSameContent(head: ObjectHead, content: PutContent): Promise<boolean> {
  const theirSha256 = head.metadata[META_SHA256]
  if (theirSha256 === content.sha256) return head.bytes === content.bytes
  const logicalHash = content.metadata[META_LOGICAL_HASH]
  if (logicalHash !== undefined && head.metadata[META_LOGICAL_HASH] === logicalHash) return true
  if (theirSha256 !== undefined || head.bytes !== content.bytes || !/^[0-9a-f]{32}$/.test(head.etag)) return false
  const md5 = createHash('md5')
  for (let at = 0; at < content.bytes; at += 1 << 20) md5.update(await content.read(at, 1 << 20))
  return md5.digest('hex') === head.etag
}

/** What a head found under the key means for the put. */
export async function compare(head: ObjectHead, content: PutContent): Promise<PutOutcome> {
  return (await isSameContent(head, content)) ? { kind: 'alreadyThere', etag: head.etag } : { kind: 'differs', head }
}
