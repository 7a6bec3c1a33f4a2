import Database from 'better-sqlite3'
import { copyFileSync, rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decideEpoch, epochId } from '../../../electron/core/db/epoch.ts'
import type { EpochEvidence } from '../../../electron/core/db/epoch.ts'
import { openNodeDatabase } from '../../../electron/core/db/nodeDatabase.ts'
import { makeNodeDatabase, SAMPLE_START_MS } from '../../helpers/nodeDatabases.ts'
import type { SampleDatabase } from '../../helpers/nodeDatabases.ts'

const REMEMBERED = [1, 20, 40, 60, 80, 100]
let sample: SampleDatabase
let remembered: Pick<EpochEvidence, 'anchors' | 'acknowledgedSeq' | 'firstSeq' | 'storedFile'>

/** What a ledger knows after rows up to `acknowledgedSeq` were claimed. */
function remember(acknowledgedSeq: number): void {
  const database = openNodeDatabase(sample.path, { timeZone: 'UTC' })
  const plan = database.plan()
  remembered = {
    anchors: REMEMBERED.filter((sequence) => sequence <= acknowledgedSeq).map((sequence) => ({
      sequence,
      hash: database.anchor(plan, sequence) ?? 'absent',
    })),
    acknowledgedSeq,
    firstSeq: 1,
    storedFile: database.identity(plan.table).file,
  }
  database.close()
}

function decide(): 'same' | 'replaced' {
  const database = openNodeDatabase(sample.path, { timeZone: 'UTC' })
  try {
    const plan = database.plan()
    return decideEpoch({
      ...remembered,
      identity: database.identity(plan.table),
      anchorOf: (sequence) => database.anchor(plan, sequence),
    })
  } finally {
    database.close()
  }
}

function removeFiles(): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(sample.path + suffix, { force: true })
}

/** Puts another table in place of the sample's, in the way `make` fills it. */
function replaceBy(make: (writer: Database.Database) => void): void {
  const ddl = sample.writer
    .prepare("SELECT sql FROM sqlite_schema WHERE name = 'sensor_readings'")
    .pluck()
    .get() as string
  sample.close()
  removeFiles()
  const writer = new Database(sample.path)
  writer.exec(ddl)
  make(writer)
  writer.close()
}

function insertRows(writer: Database.Database, count: number, fromMs: number): void {
  const insert = writer.prepare('INSERT INTO sensor_readings (timestamp, sensor_id, temperature) VALUES (?, ?, ?)')
  for (let i = 0; i < count; i++) insert.run(new Date(fromMs + i * 1000).toISOString(), 'SENSOR_TX_0001', 20 + i)
}

beforeEach(() => {
  sample = makeNodeDatabase('v6', 100)
  remember(100)
})

afterEach(() => sample.remove())

describe('a table stays in its life', () => {
  test('while rows are appended', () => {
    sample.append(50)
    expect(decide()).toBe('same')
  })

  test('when it is compacted, with gaps or without', () => {
    sample.writer.exec('DELETE FROM sensor_readings WHERE id % 3 = 0; VACUUM')
    expect(decide()).toBe('same')
  })

  test('when delivered rows are purged, all of them included', () => {
    sample.writer.exec('DELETE FROM sensor_readings WHERE id <= 60')
    expect(decide()).toBe('same')
    sample.writer.exec('DELETE FROM sensor_readings WHERE id <= 99')
    expect(decide()).toBe('same')
    sample.append(1)
    sample.writer.exec('DELETE FROM sensor_readings WHERE id <= 100')
    expect(decide()).toBe('same')
    sample.writer.exec('DELETE FROM sensor_readings')
    expect(decide()).toBe('same')
  })

  test('when the newest rows are deleted and the counter keeps their numbers from coming back', () => {
    sample.writer.exec('DELETE FROM sensor_readings WHERE id > 90')
    expect(decide()).toBe('same')
  })

  test('when a table is thinned out to rows nobody remembers', () => {
    sample.append(10)
    sample.writer.exec('DELETE FROM sensor_readings WHERE id IN (1, 20, 40, 60, 80, 100)')
    expect(decide()).toBe('same')
  })

  test('when single rows are corrected, and when every row gets one more mark', () => {
    sample.writer.exec('UPDATE sensor_readings SET temperature = 0, humidity = 0, model = NULL WHERE id IN (20, 60)')
    expect(decide()).toBe('same')
    sample.writer.exec(`UPDATE sensor_readings SET location = 'moved'`)
    expect(decide()).toBe('same')
  })

  test('when a column is added, with a default or without', () => {
    sample.writer.exec('ALTER TABLE sensor_readings ADD COLUMN battery REAL')
    sample.writer.exec('ALTER TABLE sensor_readings ADD COLUMN synced INTEGER DEFAULT 0')
    sample.writer.exec(`ALTER TABLE sensor_readings ADD COLUMN grade TEXT DEFAULT 'good'`)
    sample.writer.exec('UPDATE sensor_readings SET synced = 1')
    expect(decide()).toBe('same')
  })

  test('when its file is copied to another place', () => {
    sample.close()
    copyFileSync(sample.path, `${sample.path}.copy`)
    removeFiles()
    copyFileSync(`${sample.path}.copy`, sample.path)
    expect(decide()).toBe('same')
  })
})

describe('a table begins a new life', () => {
  test('when the file is replaced, however many rows the new one has', () => {
    for (const rows of [3, 100, 400]) {
      sample.remove()
      sample = makeNodeDatabase('v6', 100)
      remember(100)
      replaceBy((writer) => insertRows(writer, rows, SAMPLE_START_MS + 86_400_000))
      expect(decide()).toBe('replaced')
    }
  })

  test('when it is emptied with its counter, as the first sensor does at every start', () => {
    sample.writer.exec("DELETE FROM sensor_readings; DELETE FROM sqlite_sequence WHERE name = 'sensor_readings'")
    expect(decide()).toBe('replaced')
    sample.append(150, SAMPLE_START_MS + 86_400_000)
    expect(decide()).toBe('replaced')
  })

  test('when an older backup is put back, also after it grew past what was delivered', () => {
    sample.writer.pragma('wal_checkpoint(TRUNCATE)')
    sample.writer.exec(`VACUUM INTO '${sample.path}.backup'`)
    sample.append(60)
    sample.writer.pragma('wal_checkpoint(TRUNCATE)')
    remember(160)
    const ledger = { ...remembered, anchors: [...remembered.anchors, anchorAt(160)] }
    sample.close()
    removeFiles()
    copyFileSync(`${sample.path}.backup`, sample.path)
    remembered = ledger
    expect(decide()).toBe('replaced')

    const writer = new Database(sample.path)
    insertRows(writer, 100, SAMPLE_START_MS + 86_400_000)
    writer.close()
    expect(decide()).toBe('replaced')
  })

  test('when it was made again with other values on the same grid of times', () => {
    replaceBy((writer) => {
      const insert = writer.prepare(
        'INSERT INTO sensor_readings (timestamp, sensor_id, temperature, humidity, vibration) VALUES (?, ?, ?, ?, ?)',
      )
      for (let i = 0; i < 120; i++) {
        const at = new Date(SAMPLE_START_MS + i * 1000).toISOString().replace('Z', '+00:00')
        insert.run(at, 'SENSOR_TX_0002', 30 + i, 40 - i, i)
      }
    })
    expect(decide()).toBe('replaced')
  })

  test('when newest rows vanish where SQLite would hand out their numbers again', () => {
    const plain = makeNodeDatabase('sensor_data', 100)
    sample.remove()
    sample = plain
    remember(100)
    expect(decide()).toBe('same')
    sample.writer.exec('DELETE FROM sensor_data WHERE rowid > 90')
    expect(decide()).toBe('replaced')
  })

  test('when rows that have no key of their own are numbered anew', () => {
    const plain = makeNodeDatabase('sensor_data', 200)
    sample.remove()
    sample = plain
    remember(100)
    sample.writer.exec('CREATE TEMP TABLE kept AS SELECT * FROM sensor_data WHERE rowid > 50')
    sample.writer.exec('DELETE FROM sensor_data; INSERT INTO sensor_data SELECT * FROM kept')
    expect(decide()).toBe('replaced')
  })
})

function anchorAt(sequence: number): { sequence: number; hash: string } {
  const database = openNodeDatabase(sample.path, { timeZone: 'UTC' })
  const hash = database.anchor(database.plan(), sequence) ?? 'absent'
  database.close()
  return { sequence, hash }
}

test('the name of an epoch follows from table, first row and repetition alone', () => {
  expect(epochId('t', 'a', 0)).toBe(epochId('t', 'a', 0))
  expect(new Set([epochId('t', 'a', 0), epochId('t', 'a', 1), epochId('t', 'b', 0), epochId('u', 'a', 0)]).size).toBe(4)
  expect(epochId('t', 'a', 0)).toMatch(/^[0-9a-f]{12}$/)
})
