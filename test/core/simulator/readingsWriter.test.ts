import Database from 'better-sqlite3'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildReadingsFile, openReadingsWriter } from '../../../electron/core/db/readingsWriter.ts'
import { readReadingsStats } from '../../../electron/core/db/readingsStats.ts'
import type { ReadingRow } from '../../../electron/core/db/readingsSchema.ts'
import { fixedColumns, rowMaker } from '../../../electron/core/simulator/rows.ts'
import { query, sensorSpec, temporaryFolder } from './helpers.ts'

const { identity } = sensorSpec()
const fixed = fixedColumns({ ...identity, location: "O'Fallon" })
const makeRow = rowMaker(identity.timeZone)
const AT = Date.UTC(2026, 5, 1, 6, 0, 0, 670)

function row(i: number): ReadingRow {
  return makeRow({ atMs: AT + i, values: [1.5, 2, 3, null, 5], anomaly: i % 10 === 0 ? 'spike' : undefined })
}

test('a new database has the seed-era table, in write-ahead mode, with the values of the sensor', () => {
  const path = join(temporaryFolder(), 'a', 'sensor.sqlite')
  const writer = openReadingsWriter(path, fixed)
  writer.append(Array.from({ length: 100 }, (_, i) => row(i)))
  expect(readReadingsStats(path)).toMatchObject({
    rows: 100,
    anomalies: 10,
    journalMode: 'wal',
    indexes: ['idx_timestamp'],
  })
  writer.close()
  const rows = query(path, 'SELECT * FROM sensor_readings ORDER BY id')
  expect(Object.keys(rows[0] as object)).toHaveLength(27)
  expect(rows[0]).toMatchObject({
    id: 1,
    timestamp: '2026-06-01T06:00:00.670+00:00',
    sensor_id: identity.sensorId,
    vibration: null,
    status_code: 1,
    anomaly_flag: 1,
    anomaly_type: 'spike',
    location: "O'Fallon",
    original_timezone: '-05:00',
    synced: 0,
    serial_number: identity.serialNumber,
  })
  expect(rows[1]).toMatchObject({ status_code: 0, anomaly_flag: 0, anomaly_type: null })
})

test('an existing database is appended to, never emptied', () => {
  const path = join(temporaryFolder(), 'sensor.sqlite')
  for (let start = 0; start < 3; start++) {
    const writer = openReadingsWriter(path, fixed)
    writer.append([row(start)])
    writer.close()
  }
  expect(query(path, 'SELECT id FROM sensor_readings').map((entry) => entry['id'])).toEqual([1, 2, 3])
})

test('a table without the later columns, in rollback mode, is appended to and keeps its mode', () => {
  const path = join(temporaryFolder(), 'v6.sqlite')
  const database = new Database(path)
  database.exec(`CREATE TABLE sensor_readings (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL,
    sensor_id TEXT NOT NULL, temperature REAL, humidity REAL, pressure REAL, vibration REAL, voltage REAL,
    status_code INTEGER, anomaly_flag INTEGER DEFAULT 0, anomaly_type TEXT, firmware_version TEXT)`)
  database.close()
  const writer = openReadingsWriter(path, fixed)
  writer.append([row(0), row(1)])
  expect(readReadingsStats(path)).toMatchObject({ rows: 2, journalMode: 'delete' })
  writer.close()
  expect(query(path, 'SELECT * FROM sensor_readings')[1]).toMatchObject({ temperature: 1.5, anomaly_flag: 0 })
})

test('a table of another shape is refused with the reason and the remedy, and stays byte for byte as it was', () => {
  const tables: readonly (readonly [string, RegExp])[] = [
    [
      'id INTEGER PRIMARY KEY, sensor_id TEXT, sensor_type TEXT NOT NULL, value REAL, timestamp TEXT',
      /no column temperature/,
    ],
    [
      'id INTEGER PRIMARY KEY, timestamp REAL, sensor_id TEXT, temperature REAL, humidity REAL, pressure REAL, vibration REAL, voltage REAL, status_code INTEGER, anomaly_flag INTEGER, anomaly_type TEXT',
      /timestamps are numbers/,
    ],
    [
      'id INTEGER PRIMARY KEY, timestamp TEXT, sensor_id TEXT, temperature REAL, humidity REAL, pressure REAL, vibration REAL, voltage REAL, status_code INTEGER, anomaly_flag INTEGER, anomaly_type TEXT, batch TEXT NOT NULL',
      /column batch needs a value/,
    ],
  ]
  for (const [columns, reason] of tables) {
    const path = join(temporaryFolder(), 'other.sqlite')
    const database = new Database(path)
    database.exec(`CREATE TABLE sensor_readings (${columns})`)
    database.close()
    const before = readFileSync(path)
    expect(() => openReadingsWriter(path, fixed)).toThrowError(
      expect.objectContaining({
        code: 'conflict',
        message: expect.stringMatching(reason),
        hint: expect.stringContaining('--db'),
      }),
    )
    expect(readFileSync(path).equals(before)).toBe(true)
  }
})

test('local time without a zone is not mixed with UTC', () => {
  const path = join(temporaryFolder(), 'v2.sqlite')
  openReadingsWriter(path, fixed).close()
  const database = new Database(path)
  database.exec("INSERT INTO sensor_readings (timestamp, sensor_id) VALUES ('2025-05-01T10:00:00.000', 'a')")
  database.close()
  expect(() => openReadingsWriter(path, fixed)).toThrowError(/local time/)
})

test('a file that is no database is refused as it is', () => {
  const path = join(temporaryFolder(), 'text.sqlite')
  writeFileSync(path, 'this is not a database, but long enough to have a header of one hundred bytes. '.repeat(20))
  expect(() => openReadingsWriter(path, fixed)).toThrowError(expect.objectContaining({ code: 'corrupt' }))
  expect(statSync(path).size).toBeGreaterThan(1000)
})

test('a locked database refuses the rows whole and takes them when it is free', () => {
  const path = join(temporaryFolder(), 'busy.sqlite')
  const writer = openReadingsWriter(path, fixed)
  const other = new Database(path)
  other.exec('BEGIN IMMEDIATE')
  expect(() => writer.append([row(0), row(1)])).toThrowError(expect.objectContaining({ code: 'unavailable' }))
  other.exec('ROLLBACK')
  other.close()
  writer.append([row(0), row(1)])
  expect(readReadingsStats(path).rows).toBe(2)
  writer.close()
})

test('the write-ahead log stays bounded while rows keep coming', () => {
  const path = join(temporaryFolder(), 'wal.sqlite')
  const writer = openReadingsWriter(path, fixed)
  for (let batch = 0; batch < 60; batch++) writer.append(Array.from({ length: 500 }, (_, i) => row(batch * 500 + i)))
  expect(statSync(`${path}-wal`).size).toBeLessThan(4 * 1024 * 1024)
  writer.close()
  expect(existsSync(`${path}-wal`)).toBe(false)
})

test('a built file holds every row in write-ahead mode, and building never replaces a file', () => {
  const path = join(temporaryFolder(), 'built.sqlite')
  const batches = [Array.from({ length: 70 }, (_, i) => row(i)), [], [row(70)]]
  expect(buildReadingsFile(path, fixed, batches)).toBe(71)
  expect(existsSync(`${path}.building`)).toBe(false)
  expect(query(path, 'PRAGMA journal_mode')[0]).toEqual({ journal_mode: 'wal' })
  expect(query(path, 'SELECT count(*) AS n, max(id) AS last, max(timestamp) AS t FROM sensor_readings')).toEqual([
    { n: 71, last: 71, t: '2026-06-01T06:00:00.740+00:00' },
  ])
  expect(() => buildReadingsFile(path, fixed, batches)).toThrowError(expect.objectContaining({ code: 'conflict' }))
})

test('a build that fails leaves nothing behind', () => {
  const path = join(temporaryFolder(), 'failed.sqlite')
  function* failing(): Generator<readonly ReadingRow[]> {
    yield [row(0)]
    throw new Error('no more')
  }
  expect(() => buildReadingsFile(path, fixed, failing())).toThrowError('no more')
  expect(existsSync(path) || existsSync(`${path}.building`)).toBe(false)
})
