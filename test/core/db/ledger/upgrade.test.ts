import Database from 'better-sqlite3'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { connectLedger } from '../../../../electron/core/db/ledger/connection.ts'
import { listExecutions, listOpenExecutions, readExecution } from '../../../../electron/core/db/ledger/executions.ts'
import { findLedgerProblems, LEDGER_RULES } from '../../../../electron/core/db/ledger/integrity.ts'
import { internRequest } from '../../../../electron/core/db/ledger/requests.ts'
import { LEDGER_MIGRATIONS } from '../../../../electron/core/db/ledger/schema.ts'
import { repinExecution } from '../../../../electron/core/db/ledger/transitions.ts'

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
  // A later version may put a table that others refer to behind them.
  database.pragma('foreign_keys = OFF')
  const values = columns.map(({ name, type }) =>
    type === 'INTEGER' ? 1 : name === 'state' ? 'succeeded' : `${name} 1`,
  )
  database.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => '?').join(', ')})`).run(...values)
}

/** Executions as every version can show them: the text of a request is a column of its own from version 2 on. */
function readableAs(database: Database.Database, table: string): string {
  if (table !== 'executions') return table
  const columns = (database.pragma('table_info(executions)') as Column[]).map(({ name }) => name)
  if (columns.includes('request')) return table
  const own = columns.filter((name) => name !== 'request_id').map((name) => `e.${name}`)
  return `(SELECT ${own.join(', ')}, r.text AS request FROM executions e LEFT JOIN requests r ON r.id = e.request_id)`
}

test.each(VERSIONS)('a ledger of version %i migrates to the present with its rows', (version) => {
  const path = makeFile()
  const old = new Database(path)
  for (const migration of LEDGER_MIGRATIONS.slice(0, version)) old.exec(migration)
  old.pragma(`user_version = ${version}`)
  const tables = tablesOf(old)
  expect(tables.length).toBeGreaterThan(10)
  for (const table of tables) fill(old, table)
  const before = tables.map((table) => old.prepare(`SELECT * FROM ${readableAs(old, table)}`).all())
  old.close()

  const ledger = connectLedger(path)
  expect(ledger.database.pragma('user_version', { simple: true })).toBe(LEDGER_MIGRATIONS.length)
  // An opened ledger notes which file it lies in.
  ledger.sql("DELETE FROM settings WHERE key = 'ledger/file'").run()
  const after = tables.map((table) => ledger.sql(`SELECT * FROM ${readableAs(ledger.database, table)}`).all())
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

test('a ledger of version 1 keeps each request once, and the room of the others goes back to the disk', () => {
  const path = makeFile()
  const old = new Database(path)
  old.exec(LEDGER_MIGRATIONS[0] as string)
  old.pragma('user_version = 1')
  const requests = ['a', 'b'].map((letter) => JSON.stringify({ engine: letter.repeat(4000) }))
  const insert = old.prepare(
    `INSERT INTO executions (node_id, table_name, epoch, route, kind, state, pipeline_revision, bucket, from_seq, to_seq, request, claimed_at_ms)
     VALUES ('n', 't', 'e', 'raw', 'tail', ?, 1, 'b', ?, ?, ?, 5)`,
  )
  old.exec('BEGIN')
  for (let seq = 1; seq <= 1000; seq++) insert.run(seq < 1000 ? 'succeeded' : 'claimed', seq, seq, requests[seq % 2])
  old.exec('COMMIT')
  old.close()
  const bytesBefore = statSync(path).size

  const ledger = connectLedger(path)
  expect(ledger.sql('SELECT COUNT(*) FROM requests').pluck().get()).toBe(2)
  const executions = listExecutions(ledger, { limit: 2000 })
  expect(executions).toHaveLength(1000)
  for (const { id, request } of executions) expect(request === requests[id % 2]).toBe(true)
  expect(listOpenExecutions(ledger, 'n').map(({ id }) => id)).toEqual([1000])
  repinExecution(ledger, 1000, '{"other":1}')
  expect(readExecution(ledger, 1000).request).toBe('{"other":1}')
  expect(readExecution(ledger, 998).request).toBe(requests[0])
  ledger.database.close()
  expect(bytesBefore).toBeGreaterThan(4_000_000)
  expect(statSync(path).size).toBeLessThan(400_000)
})

test('old ledgers and new ones give free pages back one by one', () => {
  const path = makeFile()
  const old = new Database(path)
  old.exec(LEDGER_MIGRATIONS[0] as string)
  old.pragma('user_version = 1')
  old.close()
  for (const file of [path, makeFile()]) {
    const ledger = connectLedger(file)
    expect(ledger.database.pragma('auto_vacuum', { simple: true })).toBe(2)
    ledger.database.close()
  }
})

test('a claim finds its request with one look into an index', () => {
  const ledger = connectLedger(':memory:')
  const plan = (sql: string): string =>
    (ledger.database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[])
      .map(({ detail }) => detail)
      .join('; ')
  expect(plan(`SELECT id FROM requests WHERE text = 'x'`)).toMatch(/^SEARCH requests USING COVERING INDEX/)
  expect(plan(`SELECT text FROM requests WHERE id = 1`)).toMatch(/^SEARCH requests USING INTEGER PRIMARY KEY/)
  ledger.write(() => {
    expect(internRequest(ledger, 'one')).toBe(1)
    expect(internRequest(ledger, 'two')).toBe(2)
    expect(internRequest(ledger, 'one')).toBe(1)
  })
  ledger.database.close()
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

test('the rules of the ledger are checked in one walk, however many executions there are', () => {
  const { database } = connectLedger(':memory:')
  for (const [sentence, sql] of LEDGER_RULES) {
    const steps = (database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[]).map((row) => row.detail)
    // An execution is never compared with all the others of its lane.
    const walks = steps.filter((detail) => /^(?:SCAN|SEARCH) (?:executions|a|b|e)\b/.test(detail))
    expect({ sentence, walks }).toEqual({ sentence, walks: walks.slice(0, 1) })
  }
  database.close()
})
