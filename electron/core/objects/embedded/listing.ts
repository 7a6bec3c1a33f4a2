import type { BucketRow, ObjectIndex, ObjectRow } from './objectIndex.ts'

export type ListingItem =
  | { readonly kind: 'object'; readonly row: ObjectRow }
  | { readonly kind: 'prefix'; readonly prefix: Buffer }

export interface ListingQuery {
  readonly prefix: Buffer
  readonly delimiter: Buffer | undefined
  /** Names up to and including this one are left out; a common prefix counts as a name. */
  readonly after: Buffer | undefined
  readonly max: number
  readonly versions: boolean
  /** With `versions`: within the key `after`, only rows older than this one still come. */
  readonly olderThan?: number
}

const EVERY = Number.MAX_SAFE_INTEGER

/**
 * One page in the byte order of keys, names that share a prefix up to the delimiter folded into one. Costs one index
 * seek per folded prefix, however many objects lie under it.
 */
export function listPage(
  index: ObjectIndex,
  bucket: BucketRow,
  query: ListingQuery,
): { readonly items: readonly ListingItem[]; readonly isTruncated: boolean } {
  const items: ListingItem[] = []
  if (query.max === 0) return { items, isTruncated: false }
  const statement = index.sql(
    query.versions
      ? `SELECT * FROM object WHERE bucket = :bucket AND key >= :key AND (key > :key OR seq < :olderThan) ORDER BY key, seq DESC`
      : `SELECT * FROM object WHERE bucket = :bucket AND key >= :key AND (key > :key OR seq < :olderThan) AND latest = 1 AND marker = 0 ORDER BY key`,
  )
  let at: Position | undefined = start(query)
  while (at !== undefined) {
    let next: Position | undefined
    for (const row of statement.iterate({ bucket: bucket.id, ...at }) as Iterable<ObjectRow>) {
      if (!startsWith(row.key, query.prefix)) return { items, isTruncated: false }
      const folded = fold(row.key, query)
      const isRepeated = folded !== undefined && query.after !== undefined && startsWith(query.after, folded)
      if (!isRepeated) {
        if (items.length >= query.max) return { items, isTruncated: true }
        items.push(folded === undefined ? { kind: 'object', row } : { kind: 'prefix', prefix: folded })
      }
      if (folded !== undefined) {
        next = { key: firstKeyAfter(folded), olderThan: EVERY }
        break
      }
    }
    at = next
  }
  return { items, isTruncated: false }
}

interface Position {
  readonly key: Buffer
  readonly olderThan: number
}

function start({ prefix, after, olderThan }: ListingQuery): Position {
  return after !== undefined && Buffer.compare(after, prefix) >= 0
    ? { key: after, olderThan: olderThan ?? 0 }
    : { key: prefix, olderThan: EVERY }
}

function fold(key: Buffer, { prefix, delimiter }: ListingQuery): Buffer | undefined {
  if (delimiter === undefined) return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.subarray(0, at + delimiter.length)
}

function startsWith(key: Buffer, prefix: Buffer): boolean {
  return key.subarray(0, prefix.length).equals(prefix)
}

/** The smallest key beyond all that start with `prefix`. */
function firstKeyAfter(prefix: Buffer): Buffer {
  for (let at = prefix.length - 1; at >= 0; at--) {
    const byte = prefix[at] as number
    if (byte < 255) return Buffer.concat([prefix.subarray(0, at), Buffer.from([byte + 1])])
  }
  return Buffer.alloc(1025, 255)
}
