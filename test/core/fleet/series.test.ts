import { afterEach, describe, expect, test } from 'vitest'
import { openNodeDatabase } from '../../../electron/core/db/nodeDatabase.ts'
import { readSeries } from '../../../electron/core/fleet/series.ts'
import type { SeriesQuery } from '../../../electron/core/fleet/series.ts'
import { joinAnomalies } from '../../../electron/core/fleet/seriesBins.ts'
import { systemClock } from '../../../electron/core/support/clock.ts'
import type { SeriesWindow } from '../../../shared/domain/series.ts'
import { makeNodeDatabase, SAMPLE_START_MS } from '../../helpers/nodeDatabases.ts'
import type { SampleDatabase, ShapeName } from '../../helpers/nodeDatabases.ts'

const never = new AbortController().signal
let sample: SampleDatabase
afterEach(() => sample.remove())

async function series(shape: ShapeName, rows: number, query: Partial<SeriesQuery> = {}): Promise<SeriesWindow> {
  sample = makeNodeDatabase(shape, rows)
  return read(query)
}

async function read(query: Partial<SeriesQuery>): Promise<SeriesWindow> {
  const database = openNodeDatabase(sample.path, { timeZone: 'UTC' })
  try {
    return await readSeries(
      database,
      database.plan(),
      {
        nodeId: 'n1',
        timeZone: 'UTC',
        points: 100,
        unitOf: (column) => (column === 'temperature' ? '°C' : undefined),
        ...query,
      },
      systemClock,
      never,
    )
  } finally {
    database.close()
  }
}

describe('a window of readings', () => {
  test('covers the whole table by default, every row once', async () => {
    const window = await series('v4', 1_000)
    expect(window).toMatchObject({
      rowsRead: 1_000,
      fromMs: SAMPLE_START_MS,
      firstMs: SAMPLE_START_MS,
      newestMs: SAMPLE_START_MS + 999_000,
    })
    expect(window.timesMs.length).toBeLessThanOrEqual(100)
    const temperature = window.fields.find((field) => field.name === 'temperature')
    expect(temperature?.unit).toBe('°C')
    const values = Array.from({ length: 1_000 }, (_, index) => Math.round(1000 * (20 + Math.sin(index + 1))) / 1000)
    expect(Math.max(...(temperature?.max as number[]))).toBe(Math.max(...values))
    expect(Math.min(...(temperature?.min as number[]))).toBe(Math.min(...values))
    expect(window.fields.map((field) => field.name)).toEqual([
      'temperature',
      'humidity',
      'pressure',
      'vibration',
      'voltage',
    ])
  })

  test('reads only what lies inside, and leaves bins without a row empty', async () => {
    const fromMs = SAMPLE_START_MS + 300_000
    const window = await series('v6', 2_000, { fromMs, toMs: fromMs + 10_000, points: 20 })
    expect(window).toMatchObject({ rowsRead: 10, binMs: 500 })
    const means = window.fields[0]?.mean ?? []
    expect(means.filter((value) => value !== null)).toHaveLength(10)
    expect(means[0]).not.toBeNull()
    expect(means[1]).toBeNull()
  })

  test('finds rows that came a little late', async () => {
    sample = makeNodeDatabase('v4', 600)
    sample.append(5, SAMPLE_START_MS + 300_100)
    const window = await read({ fromMs: SAMPLE_START_MS + 300_000, toMs: SAMPLE_START_MS + 305_000, points: 10 })
    expect(window.rowsRead).toBe(10)
  })

  test('joins anomalous readings that touch and names their type', async () => {
    const window = await series('v4', 100)
    expect(window.anomalies[0]).toMatchObject({ type: 'spike', fromMs: SAMPLE_START_MS + 9_000 })
    expect(window.anomalies.reduce((sum, span) => sum + span.readings, 0)).toBe(10)
  })

  test('of a narrow table has one field per sensor type, with the unit of its rows', async () => {
    sample = makeNodeDatabase('narrow', 0)
    const insert = sample.writer.prepare(
      `INSERT INTO sensor_readings (sensor_id, sensor_type, value, unit, timestamp, location) VALUES (?, ?, ?, ?, ?, 'x')`,
    )
    for (let i = 0; i < 10; i++) {
      const at = new Date(SAMPLE_START_MS + i * 5_000).toISOString()
      insert.run('SENS001', 'temperature', 20 + i, 'celsius', at)
      insert.run('SENS002', 'humidity', 50, 'percent', at)
    }
    const window = await read({})
    expect(window.fields.map((field) => [field.name, field.unit])).toEqual([
      ['temperature', 'celsius'],
      ['humidity', 'percent'],
    ])
  })

  test('of an empty table is empty, and says so', async () => {
    expect(await series('v4', 0)).toMatchObject({ rowsRead: 0, firstMs: undefined, newestMs: undefined, anomalies: [] })
  })

  test('samples a table too long to read', async () => {
    sample = makeNodeDatabase('v1', 1)
    sample.writer.exec(
      `INSERT INTO sensor_readings (timestamp, sensor_id, temperature) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 420000)
       SELECT ${SAMPLE_START_MS / 1000} + i, 's', i % 7 FROM n`,
    )
    const window = await read({ points: 50 })
    expect(window.rowsRead).toBeLessThan(250_000)
    expect(window.fields.find((field) => field.name === 'temperature')?.mean.every((value) => value !== null)).toBe(
      true,
    )
  })
})

test('anomalies of two types that happen together stay two', () => {
  const readings = [
    { type: 'spike', atMs: 0 },
    { type: 'noise', atMs: 100 },
    { type: 'spike', atMs: 1_000 },
    { type: 'spike', atMs: 60_000 },
  ]
  expect(joinAnomalies(readings, 5_000)).toEqual([
    { type: 'spike', fromMs: 0, toMs: 1_000, readings: 2 },
    { type: 'noise', fromMs: 100, toMs: 100, readings: 1 },
    { type: 'spike', fromMs: 60_000, toMs: 60_000, readings: 1 },
  ])
})
