import { PutObjectCommand } from '@aws-sdk/client-s3'
import { crc32 } from 'node:zlib'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { PutObject, PutOutcome } from '../port.ts'
import { ensureBucket } from './buckets.ts'
import { paceBody, sendOptions } from './connection.ts'
import type { Connection } from './connection.ts'
import { compare, openContent } from './content.ts'
import type { PutContent } from './content.ts'
import { putInParts } from './multipart.ts'
import { probeConditionalWrites } from './probe.ts'
import { headObject } from './reads.ts'
import { proveCreated, settle } from './settle.ts'
import { explainStoreError, readFailure } from './storeErrors.ts'
import type { Attempt } from './storeVerdicts.ts'

const MULTIPART_ABOVE_BYTES = 64 * 2 ** 20

/** The port's `putIfAbsent`: large objects in parts, small ones at once, the same promise for both. */
export async function putIfAbsent(connection: Connection, put: PutObject): Promise<PutOutcome> {
  const content = await openContent(put)
  try {
    await probeConditionalWrites(connection, put.bucket)
    const isLarge = content.bytes > (connection.ports.multipartAboveBytes ?? MULTIPART_ABOVE_BYTES)
    const work = (): Promise<PutOutcome> =>
      isLarge ? putInParts(connection, put, content) : putAtOnce(connection, put, content)
    try {
      return await work()
    } catch (error) {
      const isMissing =
        error instanceof FieldgateError && error.code === 'notFound' && connection.config.kind === 'embedded'
      if (!isMissing) throw error
      await ensureBucket(connection, put.bucket)
      return await work()
    }
  } catch (error) {
    throw explainStoreError(error, { action: 's3:PutObject', bucket: put.bucket, key: put.key })
  } finally {
    await content.close()
  }
}

/** One PutObject. Looks first where the store would overwrite; afterwards only proof counts. */
async function putAtOnce(connection: Connection, put: PutObject, content: PutContent): Promise<PutOutcome> {
  const { capabilities } = connection
  if (capabilities.conditionalWrites !== 'enforced') {
    const head = await headObject(connection, put.bucket, put.key, put.signal)
    if (head !== undefined) return compare(head, content)
  }
  const attempt: Attempt = { action: 's3:PutObject', bucket: put.bucket, key: put.key }
  const body = await content.read(0, content.bytes)
  const checksum = crc32Base64(body)
  try {
    const command = new PutObjectCommand({
      Bucket: put.bucket,
      Key: put.key,
      Body: body,
      Metadata: content.metadata,
      ...(put.contentType === undefined ? {} : { ContentType: put.contentType }),
      ...(capabilities.conditionalWrites === 'refused' ? {} : { IfNoneMatch: '*' }),
      ...(capabilities.checksums === 'always' ? { ChecksumCRC32: checksum } : {}),
    })
    paceBody(command, connection, put.signal, put.onSent)
    const reply = await connection.client.send(command, sendOptions(connection, put.signal, content.bytes))
    if (reply.ETag !== undefined && reply.ChecksumCRC32 === checksum) {
      return { kind: 'created', etag: reply.ETag.replaceAll('"', '') }
    }
    return await proveCreated(connection, put, content, attempt)
  } catch (error) {
    if (readFailure(error).status === 501 && capabilities.conditionalWrites !== 'refused') {
      capabilities.conditionalWrites = 'refused'
      return putAtOnce(connection, put, content)
    }
    return settle(connection, put, content, error, attempt)
  }
}

function crc32Base64(bytes: Uint8Array): string {
  const out = Buffer.alloc(4)
  out.writeUInt32BE(crc32(bytes))
  return out.toString('base64')
}
