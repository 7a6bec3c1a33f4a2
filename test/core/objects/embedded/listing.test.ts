import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { listPage } from '../../../../electron/core/objects/embedded/listing.ts'
import type { ListingItem } from '../../../../electron/core/objects/embedded/listing.ts'
import { openObjectIndex } from '../../../../electron/core/objects/embedded/objectIndex.ts'
import type { BucketRow, ObjectIndex } from '../../../../electron/core/objects/embedded/objectIndex.ts'

const CONTENT = {
  blob: 'x',
  bytes: 1,
  etag: 'e',
  algorithm: null,
  checksum: null,
  contentType: '',
  headers: '{}',
} as const

function withKeys(keys: readonly string[]): { index: ObjectIndex; bucket: BucketRow } {
  const index = openObjectIndex(':memory:')
  index.sql('INSERT INTO bucket(name, createdMs) VALUES(?, 0)').run('bucket')
  const bucket = index.bucket('bucket') as BucketRow
  for (const key of keys) index.put(bucket, Buffer.from(key), CONTENT, 0)
  return { index, bucket }
}

const nameOf = (item: ListingItem): string =>
  item.kind === 'prefix' ? `${item.prefix.toString()}*` : item.row.key.toString()

/** What S3 promises, the slow way: fold, sort by bytes, cut. */
function model(
  keys: readonly string[],
  prefix: string,
  delimiter: string | undefined,
  after: string | undefined,
): readonly string[] {
  const names = new Map<string, string>()
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue
    const at = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length)
    const name = at < 0 ? key : key.slice(0, at + (delimiter ?? '').length)
    if (after !== undefined && Buffer.compare(Buffer.from(name), Buffer.from(after)) <= 0) continue
    if (after !== undefined && Buffer.compare(Buffer.from(key), Buffer.from(after)) <= 0) continue
    names.set(at < 0 ? key : `${name}*`, name)
  }
  return [...names]
    .toSorted(([x, a], [y, b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)) || (x < y ? -1 : 1))
    .map(([shown]) => shown)
}

const part = fc.constantFrom('a', 'b', '/', '//', 'é', '�', '\u{10ffff}', ' ', 'z')
const keys = fc.uniqueArray(
  fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
  { maxLength: 40 },
)

describe('listing', () => {
  test('every page of every listing equals a sorted model', () => {
    fc.assert(
      fc.property(
        keys,
        fc.option(part, { nil: '' }),
        fc.option(fc.constantFrom('/', 'a', 'b/', 'é'), { nil: undefined }),
        fc.option(
          fc.array(part, { maxLength: 4 }).map((parts) => parts.join('')),
          { nil: undefined },
        ),
        fc.integer({ min: 1, max: 7 }),
        (all, prefix, delimiter, startAfter, max) => {
          const { index, bucket } = withKeys(all)
          const seen: string[] = []
          let after: Buffer | undefined =
            startAfter === undefined || startAfter === '' ? undefined : Buffer.from(startAfter)
          for (let pages = 0; pages < 60; pages++) {
            const page = listPage(index, bucket, {
              prefix: Buffer.from(prefix),
              delimiter: delimiter === undefined ? undefined : Buffer.from(delimiter),
              after,
              max,
              versions: false,
            })
            expect(page.items.length).toBeLessThanOrEqual(max)
            seen.push(...page.items.map(nameOf))
            const last = page.items.at(-1)
            if (!page.isTruncated || last === undefined) break
            expect(page.items.length).toBe(max)
            after = last.kind === 'prefix' ? last.prefix : last.row.key
          }
          index.close()
          expect(seen).toEqual(model(all, prefix, delimiter, startAfter === '' ? undefined : startAfter))
        },
      ),
      { numRuns: 400 },
    )
  })

  test('both listings seek in an index instead of scanning or sorting', () => {
    const { index } = withKeys([])
    const plan = (where: string, order: string): string =>
      JSON.stringify(
        index.database
          .prepare(
            `EXPLAIN QUERY PLAN SELECT * FROM object WHERE bucket = :bucket AND key >= :key AND (key > :key OR seq < :olderThan) ${where} ORDER BY ${order}`,
          )
          .all({ bucket: 1, key: Buffer.from('a'), olderThan: 1 }),
      )
    const current = plan('AND latest = 1 AND marker = 0', 'key')
    expect(current).toContain('object_current (bucket=? AND key>?)')
    expect(current).not.toContain('TEMP B-TREE')
    const versions = plan('', 'key, seq DESC')
    expect(versions).toContain('object_versions (bucket=? AND key>?)')
    index.close()
  })
})
