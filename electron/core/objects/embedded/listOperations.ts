import type { Call, StoreContext } from './context.ts'
import { listPage } from './listing.ts'
import type { ListingItem } from './listing.ts'
import type { BucketRow, ObjectRow } from './objectIndex.ts'
import { queryValue, Refusal, xmlReply } from './wire.ts'
import type { StoreReply } from './wire.ts'
import { writeXml } from './xml.ts'
import type { XmlValue } from './xml.ts'

const MAX_KEYS = 1000

/** ListObjects, ListObjectsV2 and ListObjectVersions. */
export function listObjects(context: StoreContext, call: Call, bucket: BucketRow): StoreReply {
  const ask = (name: string): string | undefined => queryValue(call.request, name)
  const text = ask('encoding-type') === 'url' ? encodeKey : (key: string): string => key
  const max = ask('max-keys') === undefined ? MAX_KEYS : Math.min(Number(ask('max-keys')), MAX_KEYS)
  if (!Number.isInteger(max) || max < 0) throw new Refusal(400, 'InvalidArgument', 'max-keys must not be negative.')
  const isVersions = call.sub === 'versions'
  const isV2 = ask('list-type') === '2'
  const prefix = ask('prefix') ?? ''
  const delimiter = ask('delimiter') === '' ? undefined : ask('delimiter')
  const token = isV2 ? ask('continuation-token') : undefined
  const marker = isVersions ? ask('key-marker') : isV2 ? ask('start-after') : ask('marker')
  const after =
    token === undefined ? (marker === undefined || marker === '' ? undefined : Buffer.from(marker)) : readToken(token)
  const versionMarker = isVersions ? ask('version-id-marker') : undefined
  const olderThan =
    after === undefined || versionMarker === undefined || versionMarker === ''
      ? undefined
      : context.index.find(bucket, after, versionMarker)?.seq
  const { items, isTruncated } = listPage(context.index, bucket, {
    prefix: Buffer.from(prefix),
    delimiter: delimiter === undefined ? undefined : Buffer.from(delimiter),
    after,
    max,
    versions: isVersions,
    ...(olderThan === undefined ? {} : { olderThan }),
  })
  const last = items.at(-1)
  const next = isTruncated && last !== undefined ? (last.kind === 'prefix' ? last.prefix : last.row.key) : undefined
  const common: Record<string, XmlValue> = {
    Name: call.bucketName,
    Prefix: text(prefix),
    Delimiter: delimiter === undefined ? undefined : text(delimiter),
    MaxKeys: max,
    EncodingType: ask('encoding-type'),
    IsTruncated: isTruncated,
  }
  const prefixes = items.flatMap((item) => (item.kind === 'prefix' ? [{ Prefix: text(item.prefix.toString()) }] : []))
  if (isVersions) {
    return xmlReply(
      writeXml('ListVersionsResult', {
        ...common,
        KeyMarker: text(marker ?? ''),
        VersionIdMarker: versionMarker ?? '',
        NextKeyMarker: next === undefined ? undefined : text(next.toString()),
        NextVersionIdMarker: next !== undefined && last?.kind === 'object' ? last.row.version : undefined,
        Version: rowsOf(items, 0).map((row) => ({ ...versionOf(row, text), ...factsOf(row) })),
        DeleteMarker: rowsOf(items, 1).map((row) => versionOf(row, text)),
        CommonPrefixes: prefixes,
      }),
    )
  }
  return xmlReply(
    writeXml('ListBucketResult', {
      ...common,
      ...(isV2
        ? {
            KeyCount: items.length,
            ContinuationToken: token,
            NextContinuationToken: next?.toString('base64url'),
            StartAfter: marker === undefined ? undefined : text(marker),
          }
        : { Marker: text(marker ?? ''), NextMarker: next === undefined ? undefined : text(next.toString()) }),
      Contents: rowsOf(items, 0).map((row) => ({
        Key: text(row.key.toString()),
        LastModified: time(row),
        ...factsOf(row),
      })),
      CommonPrefixes: prefixes,
    }),
  )
}

function rowsOf(items: readonly ListingItem[], marker: 0 | 1): readonly ObjectRow[] {
  return items.flatMap((item) => (item.kind === 'object' && item.row.marker === marker ? [item.row] : []))
}

function versionOf(row: ObjectRow, text: (key: string) => string): Record<string, XmlValue> {
  return { Key: text(row.key.toString()), VersionId: row.version, IsLatest: row.latest === 1, LastModified: time(row) }
}

function factsOf(row: ObjectRow): Record<string, XmlValue> {
  return {
    ETag: `"${row.etag}"`,
    ChecksumAlgorithm: row.algorithm?.toUpperCase(),
    Size: row.bytes,
    StorageClass: 'STANDARD',
  }
}

function time(row: ObjectRow): string {
  return new Date(row.modifiedMs).toISOString()
}

function readToken(token: string): Buffer {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length === 0) throw new Refusal(400, 'InvalidArgument', 'The continuation token provided is incorrect')
  return bytes
}

function encodeKey(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/')
}
