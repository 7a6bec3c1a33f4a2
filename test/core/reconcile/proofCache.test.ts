import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openProofCache } from '../../../electron/core/uploader/reconcileCache.ts'
import type { ProofResult } from '../../../electron/core/uploader/reconcileTask.ts'

let stateDir: string
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'fieldgate-cache-'))
})
afterEach(() => rmSync(stateDir, { recursive: true, force: true }))

const proof = { etag: 'e', sha256: 'a'.repeat(64), rows: 3, checksum: '0123456789abcdef' }
const noted = { objects: 1, quarantined: 0, filtered: 2, aggregated: 0, missing: 0, duplicated: 0, different: 0 }
const sums = { sourceRows: 3, sourceChecksum: 'ff', bucketRows: 3, bucketChecksum: 'ff', ...noted }

const clean: ProofResult = {
  // A row without a readable time belongs to no date.
  days: [
    { date: '2026-03-01', ...sums },
    { date: undefined, ...sums },
  ],
  sourceRows: 6,
  delivered: 6,
  purged: 0,
  missing: 0,
  duplicated: 0,
  different: 0,
  findings: [],
  needsReading: false,
  proven: [{ key: 'k', ...proof }],
}

it('a clean claim comes back as it was, without the names of its objects', () => {
  const cache = openProofCache(stateDir)
  cache.rememberClaim('n', 7, 'stamp', clean)
  cache.save()
  const { proven: _proven, ...rest } = clean
  expect(cache.findClaim('n', 7, 'stamp')).toEqual({ ...rest, objectsEqual: 1 })
  expect(cache.findClaim('n', 7, 'changed')).toBeUndefined()
  cache.close()
})

it('what was proved is found after a start, whether it was saved or only closed', () => {
  const first = openProofCache(stateDir)
  first.remember(1, 'b', 'one', proof)
  first.save()
  first.remember(2, 'b', 'two', proof)
  first.close()
  const second = openProofCache(stateDir)
  expect([second.find(1, 'b', 'one'), second.find(2, 'b', 'two')]).toEqual([proof, proof])
  expect(second.find(1, 'other', 'one')).toBeUndefined()
  second.close()
})

it('a proof of any length lets at most 500 findings wait in memory', () => {
  const cache = openProofCache(stateDir)
  for (let id = 1; id <= 750; id++) cache.remember(id, 'b', 'k', proof)
  const found = Array.from({ length: 750 }, (_, at) => cache.find(at + 1, 'b', 'k')).filter(
    (known) => known !== undefined,
  )
  expect(found).toHaveLength(500)
  cache.close()
})

it('a workspace without a state folder is proved all the same, and gets none', () => {
  const missing = join(stateDir, 'none')
  const cache = openProofCache(missing)
  cache.remember(1, 'b', 'k', proof)
  cache.save()
  expect(cache.find(1, 'b', 'k')).toEqual(proof)
  cache.close()
  expect(existsSync(missing)).toBe(false)
})
