import type { FileHandle } from 'node:fs/promises'
import { writeFile } from 'node:fs/promises'
import { receiveFile } from './body.ts'
import {
  assertSpace,
  checksumHeader,
  encryptionHeader,
  keptHeaders,
  preconditionFailed,
  unquote,
  versionHeader,
  writeCondition,
} from './context.ts'
import type { Call, StoreContext } from './context.ts'
import type { BucketRow, Content, ObjectRow } from './objectIndex.ts'
import { emptyReply, queryValue, Refusal, xmlReply } from './wire.ts'
import type { StoreReply } from './wire.ts'
import { writeXml } from './xml.ts'

const DEFAULT_TYPE = 'binary/octet-stream'

/** PutObject: received, verified and on disk before the name points to it. */
export async function putObject(context: StoreContext, call: Call, bucket: BucketRow): Promise<StoreReply> {
  const { request } = call
  const key = Buffer.from(call.key)
  const check = writeCondition(request)
  const current = context.index.find(bucket, key)
  check(current?.marker === 0 ? current : undefined)
  assertSpace(context.faults)
  request.proceed()
  const path = context.blobs.incoming()
  const received = await receiveFile(request, call.signed, path)
  const content: Content = {
    blob: await context.blobs.keep(path),
    bytes: received.bytes,
    etag: received.md5,
    algorithm: received.algorithm,
    checksum: received.checksum,
    contentType: request.headers['content-type'] ?? DEFAULT_TYPE,
    headers: keptHeaders(request),
  }
  const version = await commitContent(context, bucket, key, content, check)
  return emptyReply(200, {
    etag: `"${received.md5}"`,
    ...checksumHeader(content),
    ...encryptionHeader(context, bucket, request),
    ...versionHeader(bucket, version),
  })
}

/** Points a name to content already on disk; if the precondition fails, the content goes. Returns the version id. */
export async function commitContent(
  context: StoreContext,
  bucket: BucketRow,
  key: Buffer,
  content: Content,
  check: (current: ObjectRow | undefined) => void,
): Promise<string> {
  try {
    const { version, dropped } = context.index.put(bucket, key, content, context.clock.now(), check)
    await context.blobs.drop(dropped)
    return version
  } catch (error) {
    if (content.blob !== null) await context.blobs.drop([content.blob])
    throw error
  }
}

/** CopyObject within the store, with the source's metadata or the request's. */
export async function copyObject(context: StoreContext, call: Call, bucket: BucketRow): Promise<StoreReply> {
  const { headers } = call.request
  const match = /^\/?([^/]+)\/([^?]+)(?:\?versionId=(.+))?$/s.exec(headers['x-amz-copy-source'] ?? '')
  const from = match === null ? undefined : context.index.bucket(decodeURIComponent(match[1] ?? ''))
  const source =
    from === undefined
      ? undefined
      : context.index.find(from, Buffer.from(decodeURIComponent(match?.[2] ?? '')), match?.[3])
  if (source === undefined || source.blob === null) throw noSuchKey()
  assertSpace(context.faults)
  const handle = await context.blobs.open(source.blob)
  const path = context.blobs.incoming()
  try {
    await writeFile(path, handle.createReadStream({ autoClose: false, highWaterMark: 1 << 20 }), {
      flush: true,
      mode: 0o600,
    })
  } finally {
    await handle.close()
  }
  const isReplaced = headers['x-amz-metadata-directive'] === 'REPLACE'
  const content: Content = {
    ...source,
    blob: await context.blobs.keep(path),
    ...(isReplaced ? { headers: keptHeaders(call.request), contentType: headers['content-type'] ?? DEFAULT_TYPE } : {}),
  }
  const version = await commitContent(context, bucket, Buffer.from(call.key), content, writeCondition(call.request))
  const text = writeXml('CopyObjectResult', {
    ETag: `"${source.etag}"`,
    LastModified: new Date(context.clock.now()).toISOString(),
  })
  return xmlReply(text, 200, versionHeader(bucket, version))
}

/** DeleteObject: idempotent; leaves a delete marker where the bucket keeps versions. */
export async function deleteObject(context: StoreContext, call: Call, bucket: BucketRow): Promise<StoreReply> {
  const version = queryValue(call.request, 'versionId')
  const removed = context.index.remove(bucket, Buffer.from(call.key), version, context.clock.now())
  await context.blobs.drop(removed.dropped)
  return emptyReply(204, {
    ...(removed.isMarker ? { 'x-amz-delete-marker': 'true' } : {}),
    ...(removed.version === undefined ? {} : versionHeader(bucket, removed.version)),
  })
}

/** GetObject and HeadObject: conditions, ranges, checksums when asked for the whole. */
export async function readObject(context: StoreContext, call: Call, bucket: BucketRow): Promise<StoreReply> {
  const { request } = call
  const version = queryValue(request, 'versionId')
  const row = context.index.find(bucket, Buffer.from(call.key), version)
  if (row === undefined || row.marker === 1 || row.blob === null) {
    throw row === undefined && version !== undefined
      ? new Refusal(404, 'NoSuchVersion', 'The specified version does not exist.')
      : noSuchKey(row === undefined ? {} : { 'x-amz-delete-marker': 'true', ...versionHeader(bucket, row.version) })
  }
  assertReadCondition(request.headers, row)
  const range = rangeOf(request.headers['range'], row.bytes)
  const headers: Record<string, string> = {
    'accept-ranges': 'bytes',
    'content-type': queryValue(request, 'response-content-type') ?? row.contentType,
    ...(JSON.parse(row.headers) as Record<string, string>),
    etag: `"${row.etag}"`,
    'last-modified': new Date(row.modifiedMs).toUTCString(),
    ...encryptionHeader(context, bucket),
    ...versionHeader(bucket, row.version),
    'content-length': String(range === undefined ? row.bytes : range.end - range.start + 1),
  }
  const disposition = queryValue(request, 'response-content-disposition')
  if (disposition !== undefined) headers['content-disposition'] = disposition
  if (range !== undefined) headers['content-range'] = `bytes ${range.start}-${range.end}/${row.bytes}`
  else if (request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED')
    Object.assign(headers, checksumHeader(row))
  const status = range === undefined ? 200 : 206
  if (request.method === 'HEAD' || row.bytes === 0) return { status, headers, body: undefined }
  const handle = await openBlob(context, row.blob)
  const { start, end } = range ?? { start: 0, end: row.bytes - 1 }
  return { status, headers, body: handle.createReadStream({ start, end, highWaterMark: 1 << 18 }) }
}

/** The name may have moved on between the look-up and the opening; the client's retry then sees the new content. */
async function openBlob(context: StoreContext, blob: string): Promise<FileHandle> {
  try {
    return await context.blobs.open(blob)
  } catch {
    throw new Refusal(503, 'ServiceUnavailable', 'The object was replaced while it was being opened.')
  }
}

function assertReadCondition(headers: Readonly<Record<string, string>>, row: ObjectRow): void {
  const ifMatch = headers['if-match']
  const ifNoneMatch = headers['if-none-match']
  if (ifMatch !== undefined && ifMatch !== '*' && unquote(ifMatch) !== row.etag) throw preconditionFailed('If-Match')
  if (ifNoneMatch !== undefined && (ifNoneMatch === '*' || unquote(ifNoneMatch) === row.etag)) {
    throw new Refusal(304, 'NotModified', 'Not Modified', { headers: { etag: `"${row.etag}"` } })
  }
}

/** A single range, inclusive, cut to the object; undefined for none or one that cannot be read, as S3 has it. */
function rangeOf(
  header: string | undefined,
  bytes: number,
): { readonly start: number; readonly end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  const [, first = '', last = ''] = match ?? []
  if (match === null || (first === '' && last === '')) return undefined
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? bytes - 1 : Math.min(bytes - 1, Number(last))
  if (first !== '' && last !== '' && Number(last) < start) return undefined
  if (start >= bytes || (first === '' && Number(last) === 0)) {
    throw new Refusal(416, 'InvalidRange', 'The requested range is not satisfiable', {
      headers: { 'content-range': `bytes */${bytes}` },
    })
  }
  return { start, end }
}

/** The refusal for a key that holds nothing, 404. */
function noSuchKey(headers: Record<string, string> = {}): Refusal {
  return new Refusal(404, 'NoSuchKey', 'The specified key does not exist.', { headers })
}
