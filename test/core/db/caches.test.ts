import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { connectLedger } from '../../../electron/core/db/ledger/connection.ts'
import { openSource } from '../../../electron/core/db/node/connection.ts'
import { openObjectIndex } from '../../../electron/core/objects/embedded/objectIndex.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldgate-caches-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('no connection that stays open, or is opened for each look, fills the memory with pages', () => {
  const path = join(folder, 'node.db')
  new Database(path).exec('CREATE TABLE t (a)').close()
  const ledger = connectLedger(join(folder, 'ledger.db'))
  const index = openObjectIndex(join(folder, 'index.db'))
  const source = openSource(path)
  const kibibytes = [
    ledger.database.pragma('cache_size', { simple: true }),
    index.database.pragma('cache_size', { simple: true }),
    source.all('PRAGMA cache_size')[0]?.[0],
  ].map((size) => -Number(size))
  ledger.database.close()
  index.close()
  source.close()
  for (const size of kibibytes) {
    expect(size).toBeGreaterThan(0)
    expect(size).toBeLessThanOrEqual(4_096)
  }
})
