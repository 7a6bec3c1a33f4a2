import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { connectLedger } from '../../../../electron/core/db/ledger/connection.ts'
import { findLedgerProblems } from '../../../../electron/core/db/ledger/integrity.ts'
import { LEDGER_MIGRATIONS } from '../../../../electron/core/db/ledger/schema.ts'

const VERSIONS = LEDGER_MIGRATIONS.map((_, index) => index + 1)

interface Column {
  readonly name: string
  readonly type: string
  readonly pk: number
}

function makeFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-upgrade-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'ledger.db')
}

function tablesOf(database: Database.Database): string[] {
  return database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
    .pluck()
    .all() as string[]
}

/** A row in every table, all references to row 1. */
function fill(database: Database.Database, table: string): void {
  const columns = database.pragma(`table_info(${table})`) as Column[]
  const values = columns.map(({ name, type }) =>
    type === 'INTEGER' ? 1 : name === 'state' ? 'succeeded' : `${name} 1`,
  )
  database.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => '?').join(', ')})`).run(...values)
}

test.each(VERSIONS)('a ledger of version %i migrates to the present with its rows', (version) => {
  const path = makeFile()
  const old = new Database(path)
  for (const migration of LEDGER_MIGRATIONS.slice(0, version)) old.exec(migration)
  old.pragma(`user_version = ${version}`)
  const tables = tablesOf(old)
  expect(tables.length).toBeGreaterThan(10)
  for (const table of tables) fill(old, table)
  const before = tables.map((table) => old.prepare(`SELECT * FROM ${table}`).all())
  old.close()

  const ledger = connectLedger(path)
  expect(ledger.database.pragma('user_version', { simple: true })).toBe(LEDGER_MIGRATIONS.length)
  // An opened ledger notes which file it lies in.
  ledger.sql("DELETE FROM settings WHERE key = 'ledger/file'").run()
  const after = tables.map((table) => ledger.sql(`SELECT * FROM ${table}`).all())
  expect(after).toMatchObject(before)
  expect(findLedgerProblems(ledger).filter((problem) => /belong|page/.test(problem))).toEqual([])
  ledger.database.close()
})

test.each(VERSIONS)('a ledger that grew to version %i has the schema of a new one', (version) => {
  const schemaOf = (database: Database.Database): unknown =>
    database.prepare('SELECT type, name, sql FROM sqlite_master ORDER BY type, name').all()
  const path = makeFile()
  const old = new Database(path)
  for (const migration of LEDGER_MIGRATIONS.slice(0, version)) old.exec(migration)
  old.pragma(`user_version = ${version}`)
  old.close()
  const grown = connectLedger(path)
  const fresh = connectLedger(':memory:')
  expect(schemaOf(grown.database)).toEqual(schemaOf(fresh.database))
  grown.database.close()
  fresh.database.close()
})

test('a migration that fails leaves the ledger at its old version', () => {
  const path = makeFile()
  const old = new Database(path)
  // A table that the first migration wants to make.
  old.exec('CREATE TABLE settings (key TEXT)')
  old.close()
  expect(() => connectLedger(path)).toThrow(/already exists/)
  const left = new Database(path)
  expect(left.pragma('user_version', { simple: true })).toBe(0)
  expect(tablesOf(left)).toEqual(['settings'])
  left.close()
})

test('what the uploader asks for at every look is found by an index', () => {
  const { database } = connectLedger(':memory:')
  const plan = (sql: string): string =>
    (database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[]).map((row) => row.detail).join('; ')
  for (const sql of [
    `SELECT * FROM cursors WHERE node_id = 'n'`,
    `SELECT * FROM leases WHERE node_id = 'n'`,
    `SELECT * FROM epochs WHERE node_id = 'n' AND table_name = 't' ORDER BY ordinal DESC LIMIT 1`,
    `SELECT * FROM anchors WHERE node_id = 'n' AND table_name = 't' AND epoch = 'e' ORDER BY sequence`,
    `SELECT * FROM gaps WHERE node_id = 'n' AND table_name = 't' AND epoch = 'e' AND route = 'r' ORDER BY from_seq`,
    `SELECT * FROM active_routes WHERE node_id = 'n' AND table_name = 't' AND epoch = 'e'`,
    `SELECT * FROM objects WHERE bucket = 'b' AND object_key = 'k'`,
    `SELECT * FROM replays WHERE execution_id = 1`,
  ]) {
    expect({ sql, plan: plan(sql) }).toEqual({ sql, plan: expect.stringMatching(/^SEARCH (?!.*(?:SCAN|TEMP B-TREE))/) })
  }
  database.close()
})
