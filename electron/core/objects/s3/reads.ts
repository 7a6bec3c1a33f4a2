import { GetObjectCommand, HeadObjectCommand, ListBucketsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { ListObjects, ListPage, ObjectHead } from '../port.ts'
import { call, sendOptions } from './connection.ts'
import type { Connection } from './connection.ts'
import { explainStoreError, readFailure } from './storeErrors.ts'
import { portalError } from './storeVerdicts.ts'
import type { Attempt } from './storeVerdicts.ts'

/** HEAD of an object; undefined when there is none (or its newest version is a delete marker). */
export async function headObject(
  connection: Connection,
  bucket: string,
  key: string,
  signal?: AbortSignal,
): Promise<ObjectHead | undefined> {
  const attempt: Attempt = { action: 's3:GetObject', bucket, key }
  try {
    const command = new HeadObjectCommand({ Bucket: bucket, Key: key })
    const reply = await connection.client.send(command, sendOptions(connection, signal))
    if (reply.ETag === undefined) throw notTheStore(attempt)
    return headOf(key, reply, reply.ETag)
  } catch (error) {
    if (!(error instanceof FieldgateError) && isAbsent(error)) return undefined
    throw explainStoreError(error, attempt)
  }
}

function headOf(key: string, reply: HeadObjectCommandOutput, etag: string): ObjectHead {
  return {
    key,
    bytes: reply.ContentLength ?? 0,
    etag: etag.replaceAll('"', ''),
    lastModifiedMs: reply.LastModified?.getTime() ?? 0,
    metadata: Object.fromEntries(
      Object.entries(reply.Metadata ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    ...(reply.ContentType === undefined ? {} : { contentType: reply.ContentType }),
    ...(reply.VersionId === undefined ? {} : { versionId: reply.VersionId }),
  }
}

function isAbsent(error: unknown): boolean {
  const { name, status } = readFailure(error)
  return status === 404 && name !== 'NoSuchBucket'
}

/** GET of an object or a part of it; the bytes are all there or it throws. */
export async function getObject(
  connection: Connection,
  bucket: string,
  key: string,
  range?: { readonly start: number; readonly end?: number },
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const attempt: Attempt = { action: 's3:GetObject', bucket, key }
  return call(attempt, async () => {
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ...(range === undefined ? {} : { Range: rangeHeader(range) }),
    })
    const reply = await connection.client.send(command, sendOptions(connection, signal))
    if (reply.ETag === undefined || reply.Body === undefined) throw notTheStore(attempt)
    const bytes = await reply.Body.transformToByteArray()
    if (reply.ContentLength !== undefined && bytes.length !== reply.ContentLength) {
      throw new FieldgateError('unavailable', `${bucket}/${key} arrived incomplete.`, { hint: 'It is read again.' })
    }
    return range !== undefined && reply.ContentRange === undefined ? slice(bytes, range) : bytes
  })
}

function rangeHeader({ start, end }: { readonly start: number; readonly end?: number }): string {
  return start < 0 ? `bytes=${start}` : `bytes=${start}-${end ?? ''}`
}

/** For a store that ignores Range and sends everything. */
function slice(bytes: Uint8Array, { start, end }: { readonly start: number; readonly end?: number }): Uint8Array {
  return start < 0 ? bytes.subarray(start) : bytes.subarray(start, end === undefined ? undefined : end + 1)
}

/** One page of a listing in byte order of keys. */
export async function listObjects(connection: Connection, query: ListObjects): Promise<ListPage> {
  const attempt: Attempt = { action: 's3:ListBucket', bucket: query.bucket }
  return call(attempt, async () => {
    const command = new ListObjectsV2Command({
      Bucket: query.bucket,
      EncodingType: 'url',
      ...(query.prefix === undefined ? {} : { Prefix: query.prefix }),
      ...(query.delimiter === undefined ? {} : { Delimiter: query.delimiter }),
      ...(query.token === undefined ? {} : { ContinuationToken: query.token }),
      ...(query.startAfter === undefined ? {} : { StartAfter: query.startAfter }),
      ...(query.maxKeys === undefined ? {} : { MaxKeys: query.maxKeys }),
    })
    const reply = await connection.client.send(command, sendOptions(connection, query.signal))
    if (reply.Name === undefined && reply.KeyCount === undefined && reply.IsTruncated === undefined)
      throw notTheStore(attempt)
    const text = reply.EncodingType === 'url' ? decodeKey : (key: string): string => key
    return {
      objects: (reply.Contents ?? []).map((item) => ({
        key: text(item.Key ?? ''),
        bytes: item.Size ?? 0,
        etag: (item.ETag ?? '').replaceAll('"', ''),
        lastModifiedMs: item.LastModified?.getTime() ?? 0,
      })),
      prefixes: (reply.CommonPrefixes ?? []).map((item) => text(item.Prefix ?? '')),
      nextToken: reply.IsTruncated === true ? reply.NextContinuationToken : undefined,
    }
  })
}

function decodeKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '))
}

/** The buckets these credentials own. */
export async function listBuckets(
  connection: Connection,
): Promise<readonly { readonly name: string; readonly createdAtMs: number }[]> {
  const attempt: Attempt = { action: 's3:ListAllMyBuckets' }
  return call(attempt, async () => {
    const reply = await connection.client.send(new ListBucketsCommand({}), sendOptions(connection, undefined))
    if (reply.Buckets === undefined && reply.Owner === undefined) throw notTheStore(attempt)
    return (reply.Buckets ?? []).map((bucket) => ({
      name: bucket.Name ?? '',
      createdAtMs: bucket.CreationDate?.getTime() ?? 0,
    }))
  })
}

/** The error for an answer that lacks what every store says. */
export function notTheStore(attempt: Attempt): FieldgateError {
  const verdict = portalError(attempt)
  return new FieldgateError(verdict.code, verdict.message, { hint: verdict.hint })
}
