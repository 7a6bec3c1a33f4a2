import Database from 'better-sqlite3'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { openImmutable } from '../../../electron/core/db/node/immutable.ts'
import { glanceQueries } from '../../../electron/core/db/node/glance.ts'
import { tableQueries } from '../../../electron/core/db/node/rows.ts'
import { openNodeDatabase } from '../../../electron/core/db/nodeDatabase.ts'
import type { NodeDatabase } from '../../../electron/core/db/nodePort.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { makeNodeDatabase, SAMPLE_START_MS, SHAPES } from '../../helpers/nodeDatabases.ts'
import type { ShapeName } from '../../helpers/nodeDatabases.ts'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup()
})

function sample(shape: ShapeName, rows?: number) {
  const made = makeNodeDatabase(shape, rows)
  cleanups.push(() => made.remove())
  return made
}

function open(path: string): NodeDatabase {
  const database = openNodeDatabase(path, { timeZone: 'UTC' })
  cleanups.push(() => database.close())
  return database
}

function custom(ddl: string): { path: string; writer: Database.Database; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-node-'))
  const path = join(folder, 'node.db')
  const writer = new Database(path)
  cleanups.push(
    () => rmSync(folder, { recursive: true, force: true }),
    () => writer.close(),
  )
  writer.exec(ddl)
  return { path, writer, folder }
}

function failure(work: () => unknown): FieldgateError {
  try {
    work()
  } catch (error) {
    if (error instanceof FieldgateError) return error
    throw error
  }
  throw new Error('Nothing was thrown.')
}

describe('every known layout', () => {
  const encodings: Partial<Record<ShapeName, string>> = { v1: 'epochSeconds' }

  test.each(Object.keys(SHAPES) as ShapeName[])('%s is found, recognised and read by row id', (shape) => {
    const made = sample(shape, 25)
    const database = open(made.path)

    const plan = database.plan()
    expect(plan.table).toBe(made.table)
    expect(plan.shape).toBe(made.table === 'sensor_readings' ? shape : 'other')
    expect(plan.timestampColumn).toBe(shape === 'sensor_logs' ? 'logged' : 'timestamp')
    expect(plan.timestampEncoding).toBe(encodings[shape] ?? 'text')
    expect(plan.autoIncrement).toBe(made.table === 'sensor_readings')
    expect(plan.fingerprint).toMatch(/^[0-9a-f]{16}$/)
    expect(database.identity(plan.table)).toMatchObject({ minSeq: 1, maxSeq: 25 })

    const rows = database.readRows(plan, 10, 20, 100)
    expect(rows.map((row) => row[0])).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20])
    const time = plan.columns.findIndex((column) => column.name === plan.timestampColumn) + 1
    expect(rows[0]?.[time]).toBe(SHAPES[shape].timestamp(SAMPLE_START_MS + 10_000))
    expect(rows.every((row) => row.length === plan.columns.length + 1)).toBe(true)
  })

  test('the fingerprint follows names, types and order, and nothing else', () => {
    const [first, second] = [sample('v4', 1), sample('v4', 9)]
    const before = open(first.path).plan().fingerprint
    expect(open(second.path).plan().fingerprint).toBe(before)
    second.writer.exec('ALTER TABLE sensor_readings ADD COLUMN battery REAL')
    expect(open(second.path).plan().fingerprint).not.toBe(before)
  })
})

describe('reading', () => {
  test('ranges, counts and newest rows agree however far they reach over the steps of a read', () => {
    const made = sample('v6', 9_500)
    const database = open(made.path)
    const plan = database.plan()

    const rows = database.readRows(plan, 100, 9_400, 20_000)
    expect(rows.map((row) => row[0])).toEqual(Array.from({ length: 9_300 }, (_, index) => index + 101))
    expect(database.readRows(plan, 0, 9_500, 5_000)).toHaveLength(5_000)
    expect(database.countRows(plan.table, 100, 9_400)).toBe(9_300)
    expect(database.recentRows(plan, 3).map((row) => row[0])).toEqual([9_500, 9_499, 9_498])
  })

  test('integers beyond 2^53 come as bigint, the rest of their rows unchanged', () => {
    const { path } = custom(`CREATE TABLE t (id INTEGER PRIMARY KEY, ts TEXT, n INTEGER, r REAL);
      INSERT INTO t VALUES (1, '2026-01-01', 9007199254740993, 1.5), (2, '2026-01-01', 7, 1e300), (3, '2026-01-01', -9223372036854775808, NULL)`)
    const database = open(path)
    expect(database.readRows(database.plan(), 0, 9, 9)).toEqual([
      [1, 1, '2026-01-01', 9_007_199_254_740_993n, 1.5],
      [2, 2, '2026-01-01', 7, 1e300],
      [3, 3, '2026-01-01', -9_223_372_036_854_775_808n, null],
    ])
  })

  test('a table without a declared key is counted by its row id, hidden names included', () => {
    const { path } = custom(
      `CREATE TABLE t (rowid TEXT, ts TEXT); INSERT INTO t VALUES ('a', '2026-01-01'), ('b', '2026-01-02')`,
    )
    const database = open(path)
    expect(database.readRows(database.plan(), 0, 9, 9)).toEqual([
      [1, 'a', '2026-01-01'],
      [2, 'b', '2026-01-02'],
    ])
    expect(database.identity('t')).toMatchObject({ minSeq: 1, maxSeq: 2, sequenceCounter: undefined })
  })

  test('names with quotes and spaces are names, not SQL', () => {
    const { path } = custom(
      `CREATE TABLE "odd ""table; --" ("my ""time""" DATETIME); INSERT INTO "odd ""table; --" VALUES ('2026-01-01')`,
    )
    const database = open(path)
    expect(database.plan()).toMatchObject({ table: 'odd "table; --', timestampColumn: 'my "time"' })
    expect(database.readRows(database.plan(), 0, 9, 9)).toEqual([[1, '2026-01-01']])
  })

  test('row ids that no double holds are refused with a sentence', () => {
    const { path } = custom(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, ts TEXT); INSERT INTO t VALUES (9223372036854775807, '2026-01-01')`,
    )
    expect(failure(() => open(path).identity('t'))).toMatchObject({ code: 'unsupported' })
  })

  test('what others commit is seen, and no read transaction stays behind', () => {
    const made = sample('v4', 5)
    const database = open(made.path)
    const before = database.dataVersion()
    expect(database.identity('sensor_readings').maxSeq).toBe(5)

    made.append(2)
    expect(database.identity('sensor_readings').maxSeq).toBe(7)
    expect(database.dataVersion()).not.toBe(before)
    const [checkpoint] = made.writer.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
    expect(checkpoint?.busy).toBe(0)
  })

  test('a rollback-journal writer can commit between two reads', () => {
    const made = sample('v5', 5)
    const database = open(made.path)
    database.readRows(database.plan(), 0, 5, 5)
    expect(made.append(1)).toBe(6)
  })

  test('a glance gives the newest row, its place, and the anomalies past a sequence', () => {
    const database = open(sample('v4', 40).path)
    const glance = database.glance(database.plan(), 15, 100)
    expect(glance).toMatchObject({ newestSeq: 40, place: { latitude: 31.9973, longitude: -102.0779 } })
    expect(glance.newestTime).toBe(SHAPES.v4.timestamp(SAMPLE_START_MS + 39_000))
    expect(glance.anomalyTimes).toHaveLength(3)
    const narrow = open(sample('narrow').path)
    expect(narrow.glance(narrow.plan(), 0, 9).anomalyTimes).toBeUndefined()
  })
})

test('hot queries search the row id and sort nothing', () => {
  const made = sample('v6', 100)
  const plan = open(made.path).plan()
  const explain = (sql: string): string =>
    (made.writer.prepare(`EXPLAIN QUERY PLAN ${sql.replaceAll('?', '5')}`).all() as { detail: string }[])
      .map((row) => row.detail)
      .join('; ')
  const queries = tableQueries(plan)
  for (const sql of [queries.range, queries.count]) {
    expect(explain(sql)).toContain('SEARCH sensor_readings USING INTEGER PRIMARY KEY')
    expect(explain(sql)).not.toContain('TEMP B-TREE')
  }
  const glance = glanceQueries(plan)
  expect(explain(glance.anomalies ?? '')).toContain('SEARCH sensor_readings USING INTEGER PRIMARY KEY')
  for (const sql of [queries.newest, glance.newest]) {
    expect(explain(sql)).toBe('SCAN sensor_readings')
    expect(sql).toMatch(/ORDER BY rowid DESC LIMIT/)
  }
  expect(explain(queries.bounds).match(/SEARCH sensor_readings/g)).toHaveLength(2)
})

describe('choosing', () => {
  test('settings of sensors and uploaders are never taken for readings', () => {
    const { path } = custom(`CREATE TABLE pipeline_config (id INTEGER PRIMARY KEY, created_at TIMESTAMP);
      CREATE TABLE pipeline_executions (id INTEGER PRIMARY KEY, started_at TIMESTAMP);
      CREATE TABLE upload_state (id INTEGER PRIMARY KEY AUTOINCREMENT, last_upload_at TIMESTAMP);
      CREATE TABLE measurements (id INTEGER PRIMARY KEY, created_at TIMESTAMP)`)
    const database = open(path)
    expect(database.plan()).toMatchObject({ table: 'measurements', timestampColumn: 'created_at' })
    expect(database.tables().map((table) => [table.name, table.problem])).toEqual([
      ['measurements', undefined],
      ['pipeline_config', 'holds settings, not readings'],
      ['pipeline_executions', 'holds settings, not readings'],
      ['upload_state', 'holds settings, not readings'],
    ])
  })

  test('several tables are named, with the way to choose', () => {
    const { path } = custom('CREATE TABLE a (ts TEXT); CREATE TABLE b (ts TEXT)')
    const error = failure(() => open(path).plan())
    expect(error.code).toBe('invalid')
    expect(error.message).toContain('a, b')
    expect(error.hint).toContain('--table a')
    expect(open(path).plan({ table: 'B' }).table).toBe('b')
  })

  test('several time columns are named, with the way to choose', () => {
    const { path } = custom('CREATE TABLE a (started DATETIME, ended DATETIME)')
    const error = failure(() => open(path).plan())
    expect(error).toMatchObject({ code: 'invalid' })
    expect(error.message).toContain('started, ended')
    expect(open(path).plan({ timestampColumn: 'ended' }).timestampColumn).toBe('ended')
  })

  test.each([
    ['a view', 'CREATE TABLE base (ts TEXT); CREATE VIEW t AS SELECT * FROM base', /view/],
    ['a table WITHOUT ROWID', 'CREATE TABLE t (ts TEXT PRIMARY KEY) WITHOUT ROWID', /WITHOUT ROWID/],
    ['a virtual table', 'CREATE VIRTUAL TABLE t USING rtree(id, a, b)', /virtual/],
    ['a table that hides its row id', 'CREATE TABLE t (rowid, _rowid_, oid, ts TEXT)', /hide/],
  ])('%s is refused with the reason', (_name, ddl, reason) => {
    const { path } = custom(ddl)
    const error = failure(() => open(path).plan({ table: 't' }))
    expect(error.code).toBe('unsupported')
    expect(error.message).toMatch(reason)
  })

  test('a missing table, column and time are each named', () => {
    const { path } = custom('CREATE TABLE t (a TEXT)')
    expect(failure(() => open(path).plan({ table: 'x' })).hint).toContain('It has t')
    expect(failure(() => open(path).plan({ table: 't' })).message).toContain('no column that looks like a time')
    expect(failure(() => open(path).plan({ table: 't', timestampColumn: 'x' })).hint).toContain('It has a')
    expect(failure(() => open(custom('').path).plan())).toMatchObject({ code: 'notFound' })
  })

  test.each([
    ['seconds', '1753596000.5', 'epochSeconds'],
    ['milliseconds', '1753596000500', 'epochMillis'],
    ['microseconds', '1753596000500000', 'epochMicros'],
    ['text', `'2025-07-27 06:00:00'`, 'text'],
    ['nothing yet', 'NULL', 'text'],
  ])('times in %s are recognised from the rows', (_name, value, encoding) => {
    const { path } = custom(`CREATE TABLE t (ts); INSERT INTO t VALUES (${value}), (${value})`)
    expect(open(path).plan().timestampEncoding).toBe(encoding)
  })

  test('a column that changed its unit is read value by value', () => {
    const { path } = custom('CREATE TABLE t (ts); INSERT INTO t VALUES (1753596000), (1753596000500)')
    expect(open(path).plan().timestampEncoding).toBe('text')
  })
})

describe('files in the field', () => {
  test('a missing file is named, and so is its missing folder', () => {
    const error = failure(() => open('/nowhere/at/all.db'))
    expect(error).toMatchObject({ code: 'notFound' })
    expect(error.hint).toContain('/nowhere/at does not exist')
    expect(failure(() => open(tmpdir()))).toMatchObject({ code: 'invalid' })
  })

  test('a file that is no database, and one whose pages are gone, are corrupt', () => {
    const { folder, path, writer } = custom('CREATE TABLE t (ts TEXT, pad TEXT)')
    writeFileSync(join(folder, 'text.db'), 'this is not a database, but it is long enough to have a header'.repeat(20))
    expect(failure(() => open(join(folder, 'text.db')).plan())).toMatchObject({ code: 'corrupt' })

    writer.exec(
      `INSERT INTO t SELECT '2026-01-01', hex(randomblob(500)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) SELECT i FROM n)`,
    )
    writer.close()
    truncateSync(path, 8_192)
    const error = failure(() => {
      const database = open(path)
      database.readRows(database.plan(), 0, 1_000, 1_000)
    })
    expect(error).toMatchObject({ code: 'corrupt', retryable: false })
    expect(error.hint).toContain('doctor')
  })

  test('a writer that holds the file is waited for briefly, then named as the cause', () => {
    const made = sample('v5', 5)
    const database = open(made.path)
    made.writer.exec('BEGIN EXCLUSIVE')
    expect(failure(() => database.identity('sensor_readings'))).toMatchObject({ code: 'unavailable', retryable: true })
    made.writer.exec('COMMIT')
    expect(database.identity('sensor_readings').maxSeq).toBe(5)
  })

  test('rows that are only in the WAL of a crashed writer are read', () => {
    const made = sample('v4', 12)
    const folder = mkdtempSync(join(tmpdir(), 'fieldgate-crashed-'))
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
    for (const suffix of ['', '-wal']) copyFileSync(made.path + suffix, join(folder, `node.db${suffix}`))
    const database = open(join(folder, 'node.db'))
    expect(database.identity('sensor_readings').maxSeq).toBe(12)
  })

  test('reading leaves the database and its WAL as they were', () => {
    const made = sample('v4', 12)
    const before = made.writer.pragma('wal_checkpoint(PASSIVE)')
    made.append(1)
    const database = openNodeDatabase(made.path, { timeZone: 'UTC' })
    database.readRows(database.plan(), 0, 100, 100)
    database.close()
    expect(before).toBeDefined()
    expect(readdirSync(join(made.path, '..')).toSorted()).toEqual(['node.db', 'node.db-shm', 'node.db-wal'])
    expect(made.append(1)).toBe(14)
  })

  test('a database closed in good order is read, and its writer can go on afterwards', () => {
    const made = sample('v4', 12)
    made.close()
    const database = openNodeDatabase(made.path, { timeZone: 'UTC' })
    expect(database.identity('sensor_readings').maxSeq).toBe(12)
    database.close()
    const writer = new Database(made.path)
    writer.exec(`INSERT INTO sensor_readings (timestamp, sensor_id) VALUES ('2026-01-01', 's')`)
    writer.close()
    expect(existsSync(`${made.path}-wal`)).toBe(false)
  })
})

test('a closed database in a folder nobody may write is read, until a writer appears', () => {
  const made = sample('v4', 12)
  made.close()
  const connection = openImmutable(made.path)
  cleanups.push(() => connection.close())
  expect(connection.all('SELECT COUNT(*) FROM sensor_readings')).toEqual([[12]])
  expect(readdirSync(join(made.path, '..'))).toEqual(['node.db'])

  const writer = new Database(made.path)
  cleanups.push(() => writer.close())
  writer.exec(`INSERT INTO sensor_readings (timestamp, sensor_id) VALUES ('2026-01-01', 's')`)
  expect(failure(() => connection.all('SELECT COUNT(*) FROM sensor_readings'))).toMatchObject({ code: 'unavailable' })
})

const samples = join(import.meta.dirname, '../../../../shared/samples')
describe.runIf(existsSync(samples))('databases of the real sensors', () => {
  test.each([
    ['v1-apr2025-epoch-real-5k.db', 'v1', 'epochSeconds'],
    ['v4-jul2025-seed-5k.db', 'v4', 'text'],
    ['v6-oct2025-head-anomalies-5k.db', 'v6', 'text'],
    ['local-narrow-6k.db', 'narrow', 'text'],
  ])('%s is %s', (file, shape, encoding) => {
    const folder = mkdtempSync(join(tmpdir(), 'fieldgate-sample-'))
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
    mkdirSync(folder, { recursive: true })
    copyFileSync(join(samples, file), join(folder, file))
    const database = open(join(folder, file))
    const plan = database.plan()
    expect(plan).toMatchObject({ table: 'sensor_readings', shape, timestampEncoding: encoding, autoIncrement: true })
    const { maxSeq } = database.identity(plan.table)
    expect(database.countRows(plan.table, 0, maxSeq ?? 0)).toBeGreaterThanOrEqual(5_000)
  })
})
