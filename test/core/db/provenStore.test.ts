import Database from 'better-sqlite3'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openProvenStore } from '../../../electron/core/db/provenStore.ts'
import type { ProvenClaimRow, ProvenObjectRow } from '../../../electron/core/db/provenStore.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldgate-proven-'))
  path = join(folder, 'proven.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const proven = { etag: 'e', sha256: 'a'.repeat(64), rows: 30, checksum: '0123456789abcdef' }

function objectOf(executionId: number, changes: Partial<ProvenObjectRow> = {}): ProvenObjectRow {
  return { executionId, bucket: 'b', key: `raw/${executionId}.parquet`, ...proven, ...changes }
}

function claimOf(executionId: number, nodeId = 'n'): ProvenClaimRow {
  return { nodeId, executionId, stamp: `stamp ${executionId}`, claim: `claim ${executionId}` }
}

it('objects are found again by another process, claims only by the one that found them clean', () => {
  const first = openProvenStore(path)
  first.keep([objectOf(1)], [claimOf(1)])
  expect(first.findObject(1, 'b', 'raw/1.parquet')).toEqual(proven)
  expect(first.findObject(2, 'b', 'raw/1.parquet')).toBeUndefined()
  expect(first.findClaim('n', 1, 'stamp 1')).toBe('claim 1')
  expect(first.findClaim('n', 1, 'another')).toBeUndefined()
  first.close()
  const second = openProvenStore(path)
  expect(second.findObject(1, 'b', 'raw/1.parquet')).toEqual(proven)
  expect(second.findClaim('n', 1, 'stamp 1')).toBeUndefined()
  second.close()
})

it('a newer finding takes the place of the older one', () => {
  const store = openProvenStore(path)
  store.keep([objectOf(1)], [claimOf(1)])
  store.keep([objectOf(1, { etag: 'f' })], [{ ...claimOf(1), stamp: 's', claim: 'c' }])
  expect(store.findObject(1, 'b', 'raw/1.parquet')).toEqual({ ...proven, etag: 'f' })
  expect(store.findClaim('n', 1, 's')).toBe('c')
  store.close()
})

it('keeps the claims named and those of other nodes', () => {
  const store = openProvenStore(path)
  store.keep([], [claimOf(1), claimOf(2), claimOf(3), claimOf(4, 'other')])
  store.keepClaims('n', new Set([2]))
  expect([1, 2, 3].map((id) => store.findClaim('n', id, `stamp ${id}`))).toEqual([undefined, 'claim 2', undefined])
  expect(store.findClaim('other', 4, 'stamp 4')).toBe('claim 4')
  store.close()
})

it('writes what is new, not all of it: with a hundred thousand objects kept, ten more cost a few pages', () => {
  const store = openProvenStore(path)
  const many = Array.from({ length: 100_000 }, (_, at) => objectOf(at))
  for (let at = 0; at < many.length; at += 10_000) store.keep(many.slice(at, at + 10_000), [])
  store.close()
  const again = openProvenStore(path)
  again.keep(
    Array.from({ length: 10 }, (_, at) => objectOf(200_000 + at)),
    [],
  )
  expect(statSync(path).size).toBeGreaterThan(10 << 20)
  expect(statSync(`${path}-wal`).size).toBeLessThan(128 << 10)
  again.close()
})

it('a damaged file is made anew, at its start and when the damage shows later', () => {
  writeFileSync(path, 'not a database at all, only a sentence that is long enough to look like one')
  const first = openProvenStore(path)
  first.keep(
    Array.from({ length: 2_000 }, (_, at) => objectOf(at)),
    [],
  )
  first.close()
  const size = statSync(path).size
  const file = new Database(path)
  file.pragma('wal_checkpoint(TRUNCATE)')
  const root = file.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'object'").pluck().get() as number
  file.close()
  overwrite(path, (root - 1) * 4096)
  const second = openProvenStore(path)
  expect(second.findObject(7, 'b', 'raw/7.parquet')).toBeUndefined()
  second.keep([objectOf(7)], [])
  second.close()
  expect(existsSync(path)).toBe(false)
  const third = openProvenStore(path)
  third.keep([objectOf(7)], [])
  expect(third.findObject(7, 'b', 'raw/7.parquet')).toEqual(proven)
  third.close()
  expect(statSync(path).size).toBeLessThan(size)
})

it('where nothing can be written it works all the same, and leaves nothing', () => {
  const closed = join(folder, 'closed')
  writeFileSync(closed, '')
  for (const where of [undefined, join(closed, 'proven.db'), join(folder, 'missing', 'proven.db')]) {
    const store = openProvenStore(where)
    store.keep([objectOf(1)], [claimOf(1)])
    expect(store.findObject(1, 'b', 'raw/1.parquet')).toEqual(proven)
    store.close()
  }
  expect(readdirSync(folder)).toEqual(['closed'])
})

it('while another process writes, and after it was closed, it only knows less', () => {
  const store = openProvenStore(path)
  const other = new Database(path)
  other.exec('BEGIN IMMEDIATE')
  store.keep([objectOf(1)], [])
  expect(store.findObject(1, 'b', 'raw/1.parquet')).toBeUndefined()
  other.exec('COMMIT')
  other.close()
  store.keep([objectOf(1)], [])
  expect(store.findObject(1, 'b', 'raw/1.parquet')).toEqual(proven)
  store.close()
  store.keep([objectOf(2)], [])
  store.keepClaims('n', new Set())
  expect(store.findObject(1, 'b', 'raw/1.parquet')).toBeUndefined()
})

/** Writes over one page of a file. */
function overwrite(file: string, at: number): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(4096, 0xaa), 0, 4096, at)
  closeSync(handle)
}
