import { createHash, randomBytes } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { declaredAlgorithm, receiveFile, receiveText } from './body.ts'
import { createChecksum } from './checksums.ts'
import type { ChecksumName } from './checksums.ts'
import { assertSpace, checksumHeader, keptHeaders, unquote, versionHeader, writeCondition } from './context.ts'
import type { Call, StoreContext } from './context.ts'
import type { BucketRow, Content } from './objectIndex.ts'
import { commitContent } from './objectOperations.ts'
import { emptyReply, queryValue, Refusal, xmlReply } from './wire.ts'
import type { StoreReply } from './wire.ts'
import { childrenOf, malformed, parseXml, textAt, writeXml } from './xml.ts'

interface UploadRow {
  readonly id: string
  readonly headers: string
  readonly contentType: string
  readonly algorithm: ChecksumName
  readonly isComposite: 0 | 1
}

interface PartRow {
  readonly number: number
  readonly blob: string
  readonly bytes: number
  readonly etag: string
  readonly algorithm: ChecksumName
  readonly checksum: string
  readonly modifiedMs: number
}

const MIN_PART_BYTES = 5 * 2 ** 20
const MAX_PARTS = 10_000

/** The operations with an upload id, and the one that makes it. */
export async function multipart(context: StoreContext, call: Call, bucket: BucketRow): Promise<StoreReply> {
  const { method } = call.request
  if (method === 'POST' && call.sub === 'uploads') return createUpload(context, call, bucket)
  const upload = context.index
    .sql('SELECT * FROM upload WHERE id = ? AND bucket = ? AND key = ?')
    .get(queryValue(call.request, 'uploadId') ?? '', bucket.id, Buffer.from(call.key)) as UploadRow | undefined
  if (upload === undefined) throw noSuchUpload()
  if (method === 'PUT') return uploadPart(context, call, upload)
  if (method === 'GET') return listParts(context, call, upload)
  if (method === 'DELETE') {
    await endUpload(context, upload)
    return emptyReply(204)
  }
  if (method === 'POST') return completeUpload(context, call, bucket, upload)
  throw new Refusal(405, 'MethodNotAllowed')
}

function createUpload(context: StoreContext, call: Call, bucket: BucketRow): StoreReply {
  const { request, key } = call
  const id = randomBytes(24).toString('base64url')
  const algorithm = declaredAlgorithm(request)
  const isWhole = request.headers['x-amz-checksum-type'] === 'FULL_OBJECT' || algorithm === 'crc64nvme'
  context.index
    .sql('INSERT INTO upload VALUES(?, ?, ?, ?, ?, ?, ?, ?)')
    .run(
      id,
      bucket.id,
      Buffer.from(key),
      keptHeaders(request),
      request.headers['content-type'] ?? 'binary/octet-stream',
      algorithm,
      isWhole ? 0 : 1,
      context.clock.now(),
    )
  return xmlReply(writeXml('InitiateMultipartUploadResult', { Bucket: call.bucketName, Key: key, UploadId: id }), 200, {
    'x-amz-checksum-algorithm': algorithm.toUpperCase(),
    'x-amz-checksum-type': isWhole ? 'FULL_OBJECT' : 'COMPOSITE',
  })
}

async function uploadPart(context: StoreContext, call: Call, upload: UploadRow): Promise<StoreReply> {
  const number = Number(queryValue(call.request, 'partNumber'))
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) {
    throw new Refusal(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive')
  }
  assertSpace(context.faults)
  call.request.proceed()
  const path = context.blobs.incoming()
  const received = await receiveFile(call.request, call.signed, path)
  const blob = await context.blobs.keep(path)
  const { index } = context
  const outcome = index.write(() => {
    if (index.sql('SELECT 1 FROM upload WHERE id = ?').get(upload.id) === undefined) return undefined
    const old = index.sql('SELECT blob FROM part WHERE upload = ? AND number = ?').get(upload.id, number) as
      | { blob: string }
      | undefined
    index
      .sql('INSERT OR REPLACE INTO part VALUES(?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        upload.id,
        number,
        blob,
        received.bytes,
        received.md5,
        received.algorithm,
        received.checksum,
        context.clock.now(),
      )
    return old === undefined ? [] : [old.blob]
  })
  await context.blobs.drop(outcome ?? [blob])
  if (outcome === undefined) throw noSuchUpload()
  return emptyReply(200, { etag: `"${received.md5}"`, ...checksumHeader(received) })
}

function partsOf(context: StoreContext, upload: UploadRow): readonly PartRow[] {
  return context.index.sql('SELECT * FROM part WHERE upload = ? ORDER BY number').all(upload.id) as PartRow[]
}

function listParts(context: StoreContext, call: Call, upload: UploadRow): StoreReply {
  const after = Number(queryValue(call.request, 'part-number-marker') ?? 0)
  const max = Math.min(Number(queryValue(call.request, 'max-parts') ?? 1000), 1000)
  const rest = partsOf(context, upload).filter((part) => part.number > after)
  const page = rest.slice(0, max)
  return xmlReply(
    writeXml('ListPartsResult', {
      Bucket: call.bucketName,
      Key: call.key,
      UploadId: upload.id,
      PartNumberMarker: after,
      NextPartNumberMarker: page.at(-1)?.number,
      MaxParts: max,
      IsTruncated: rest.length > page.length,
      ChecksumAlgorithm: upload.algorithm.toUpperCase(),
      Part: page.map((part) => ({
        PartNumber: part.number,
        LastModified: new Date(part.modifiedMs).toISOString(),
        ETag: `"${part.etag}"`,
        Size: part.bytes,
        [`Checksum${part.algorithm.toUpperCase()}`]: part.checksum,
      })),
    }),
  )
}

async function completeUpload(
  context: StoreContext,
  call: Call,
  bucket: BucketRow,
  upload: UploadRow,
): Promise<StoreReply> {
  const check = writeCondition(call.request)
  const document = parseXml(await receiveText(call.request, call.signed))
  if (document.name !== 'CompleteMultipartUpload') throw malformed()
  const wanted = childrenOf(document, 'Part').map((part) => ({
    number: Number(textAt(part, 'PartNumber')),
    etag: unquote(textAt(part, 'ETag') ?? ''),
  }))
  const parts = chooseParts(partsOf(context, upload), wanted)
  assertSpace(context.faults)
  const path = context.blobs.incoming()
  const checksum = await joinParts(context, upload, parts, path)
  const stated = call.request.headers[`x-amz-checksum-${upload.algorithm}`]
  if (stated !== undefined && stated !== checksum) {
    await rm(path, { force: true })
    throw new Refusal(
      400,
      'BadDigest',
      'The checksum of the whole object you specified did not match what we received.',
    )
  }
  const md5 = createHash('md5')
    .update(Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex'))))
    .digest('hex')
  const content: Content = {
    blob: await context.blobs.keep(path),
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    etag: `${md5}-${parts.length}`,
    algorithm: upload.algorithm,
    checksum,
    contentType: upload.contentType,
    headers: upload.headers,
  }
  const version = await commitContent(context, bucket, Buffer.from(call.key), content, check)
  await endUpload(context, upload)
  return xmlReply(
    writeXml('CompleteMultipartUploadResult', {
      Location: `/${call.bucketName}/${call.key}`,
      Bucket: call.bucketName,
      Key: call.key,
      ETag: `"${content.etag}"`,
      [`Checksum${upload.algorithm.toUpperCase()}`]: checksum,
      ChecksumType: upload.isComposite === 1 ? 'COMPOSITE' : 'FULL_OBJECT',
    }),
    200,
    versionHeader(bucket, version),
  )
}

function chooseParts(
  have: readonly PartRow[],
  wanted: readonly { number: number; etag: string }[],
): readonly PartRow[] {
  if (wanted.length === 0) throw malformed()
  if (wanted.some((want, at) => at > 0 && want.number <= (wanted[at - 1]?.number ?? 0))) {
    throw new Refusal(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.')
  }
  return wanted.map((want, at) => {
    const part = have.find((one) => one.number === want.number && one.etag === want.etag)
    if (part === undefined)
      throw new Refusal(400, 'InvalidPart', 'One or more of the specified parts could not be found.')
    if (at < wanted.length - 1 && part.bytes < MIN_PART_BYTES) {
      throw new Refusal(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
    }
    return part
  })
}

/** Joins the parts into one synced file; returns the object's checksum, of the whole or of the parts' checksums. */
async function joinParts(
  context: StoreContext,
  upload: UploadRow,
  parts: readonly PartRow[],
  path: string,
): Promise<string> {
  const checksum = createChecksum(upload.algorithm)
  const target = await open(path, 'wx', 0o600)
  try {
    for (const part of parts) {
      const source = await context.blobs.open(part.blob)
      for await (const bytes of source.createReadStream({ highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
        if (upload.isComposite === 0) checksum.update(bytes)
        for (let at = 0; at < bytes.length;) at += (await target.write(bytes, at)).bytesWritten
      }
      if (upload.isComposite === 1) checksum.update(Buffer.from(part.checksum, 'base64'))
    }
    await target.sync()
  } finally {
    await target.close()
  }
  const digest = checksum.digest().toString('base64')
  return upload.isComposite === 1 ? `${digest}-${parts.length}` : digest
}

/** Forgets an upload and drops what it left. */
async function endUpload(context: StoreContext, upload: UploadRow): Promise<void> {
  const parts = partsOf(context, upload)
  context.index.sql('DELETE FROM upload WHERE id = ?').run(upload.id)
  await context.blobs.drop(parts.map((part) => part.blob))
}

/** ListMultipartUploads: unfinished uploads under a prefix. */
export function listUploads(context: StoreContext, call: Call, bucket: BucketRow): StoreReply {
  const prefix = Buffer.from(queryValue(call.request, 'prefix') ?? '')
  const rows = context.index
    .sql('SELECT id, key, startedMs FROM upload WHERE bucket = ? AND substr(key, 1, ?) = ? ORDER BY key, startedMs')
    .all(bucket.id, prefix.length, prefix) as { id: string; key: Buffer; startedMs: number }[]
  return xmlReply(
    writeXml('ListMultipartUploadsResult', {
      Bucket: call.bucketName,
      Prefix: prefix.toString(),
      IsTruncated: false,
      Upload: rows.map((row) => ({
        Key: row.key.toString(),
        UploadId: row.id,
        Initiated: new Date(row.startedMs).toISOString(),
      })),
    }),
  )
}

function noSuchUpload(): Refusal {
  return new Refusal(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
  )
}
