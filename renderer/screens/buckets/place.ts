import { parseObjectKey } from '../../../shared/domain/objectKey.ts'
import { formatRange } from '../../ui/format.ts'
import { href } from '../../ui/router.ts'
import type { Route } from '../../ui/router.ts'

/** What is open: a bucket, a prefix in it, an object of that prefix. */
export interface Place {
  readonly bucket: string | undefined
  readonly prefix: string
  readonly key: string | undefined
}

/** The place an address names: `#/buckets/<bucket>/<prefix>?key=<key>`. An object without a prefix opens its own. */
export function placeOf(route: Route): Place {
  const [bucket, prefix] = route.parts
  const key = route.query.get('key') ?? undefined
  return { bucket, prefix: prefix ?? (key === undefined ? '' : key.slice(0, key.lastIndexOf('/') + 1)), key }
}

/** The address of a place. */
export function addressOf(bucket: string, prefix: string, key?: string): string {
  const base = prefix === '' ? href('buckets', bucket) : href('buckets', bucket, prefix)
  return key === undefined ? base : `${base}?key=${encodeURIComponent(key)}`
}

/** The last part of a prefix or key: what a list shows. */
export function lastPart(path: string): string {
  return path.split('/').findLast((part) => part !== '') ?? path
}

/** The sequences an object's name covers, as text; empty for a foreign name. */
export function sequencesOf(key: string): string {
  const parts = parseObjectKey(key)
  return parts === undefined ? '' : formatRange(parts.fromSeq, parts.toSeq)
}

/** An object in a list: its sequences; a foreign name as it is. The key itself is too long for a column. */
export function objectLabel(key: string): string {
  const parts = parseObjectKey(key)
  return parts === undefined ? lastPart(key) : formatRange(parts.fromSeq, parts.toSeq)
}

/** How many sequences an object's name covers. */
export function sequenceCount(key: string): number | undefined {
  const parts = parseObjectKey(key)
  return parts === undefined ? undefined : parts.toSeq - parts.fromSeq + 1
}
