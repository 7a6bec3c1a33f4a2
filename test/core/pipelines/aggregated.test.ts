import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createQuantiles } from '../../../electron/core/pipelines/quantiles.ts'
import { transformFor } from '../../../electron/core/pipelines/transforms.ts'
import type { SourceRow } from '../../../shared/domain/columns.ts'
import { contextOf, planOf } from '../../helpers/transformContext.ts'

const PLAN = planOf(['id INTEGER', 'timestamp TEXT', 'sensor_id TEXT', 'temperature REAL', 'anomaly_flag INTEGER'])

function aggregate(batches: readonly (readonly SourceRow[])[], plan = PLAN): Record<string, unknown>[] {
  return batches.flatMap((rows) => {
    const transform = transformFor('aggregated', contextOf(plan))
    const output = [...transform.push(rows), ...transform.finish()]
    expect(transform.counts()).toEqual({
      read: rows.length,
      kept: 0,
      rejected: 0,
      filtered: 0,
      aggregated: rows.length,
    })
    return output.map((values) =>
      Object.fromEntries([
        ['_row_id', values[0]],
        ...transform.schema.map((column, index) => [column.name, values[index + 1]]),
      ]),
    )
  })
}

function row(sequence: number, seconds: number, value: unknown, sensor = 'A', flag = 0): SourceRow {
  return [sequence, sequence, new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString(), sensor, value, flag]
}

describe('a window', () => {
  test('states count, extremes, mean, deviation, quantiles, first and last by event time, and its anomalies', () => {
    const [window, ...others] = aggregate([[row(1, 30, 4), row(2, 10, 2, 'A', 1), row(3, 50, 6), row(4, 20, null)]])
    expect(others).toEqual([])
    expect(window).toMatchObject({
      _row_id: 4,
      window_start: Date.UTC(2026, 0, 1) * 1000,
      window_end: Date.UTC(2026, 0, 1, 0, 1) * 1000,
      sensor_id: 'A',
      row_count: 4,
      anomaly_count: 1,
      first_row_id: 1,
      last_row_id: 4,
      first_time: (Date.UTC(2026, 0, 1) + 10_000) * 1000,
      last_time: (Date.UTC(2026, 0, 1) + 50_000) * 1000,
      temperature_count: 3,
      temperature_min: 2,
      temperature_max: 6,
      temperature_mean: 4,
      temperature_stddev: Math.sqrt(8 / 3),
      temperature_p50: 4,
      temperature_p95: 6,
      temperature_first: 2,
      temperature_last: 6,
      temperature_sum: 12,
      temperature_sum_squares: 56,
    })
  })

  test('belongs to one sensor, and rows without a time are counted in a group without window', () => {
    const untimed: SourceRow = [3, 3, 'no time at all', 'A', 9, 0]
    const windows = aggregate([[row(1, 5, 1, 'A'), row(2, 5, 2, 'B'), untimed, row(4, 65, 3, 'A')]])
    expect(
      windows.map((window) => [window['sensor_id'], window['window_start'] === null, window['row_count']]),
    ).toEqual([
      ['A', false, 1],
      ['B', false, 1],
      ['A', true, 1],
      ['A', false, 1],
    ])
    expect(windows[2]).toMatchObject({ first_time: null, temperature_first: 9, temperature_last: 9 })
  })

  test('cut into partials adds up to what one batch gives, and late rows make a further partial', () => {
    const cell = fc.record({
      seconds: fc.integer({ min: 0, max: 400 }),
      value: fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.constant(null), fc.constant('hot')),
      sensor: fc.constantFrom('A', 'B'),
    })
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 80 }), fc.integer({ min: 1, max: 20 }), (cells, size) => {
        const rows = cells.map((each, index) => row(index + 1, each.seconds, each.value, each.sensor))
        const batches = Array.from({ length: Math.ceil(rows.length / size) }, (_, index) =>
          rows.slice(index * size, (index + 1) * size),
        )
        expect(merge(aggregate(batches))).toEqual(merge(aggregate([rows])))
        expect(new Set(aggregate(batches).map((window) => window['_row_id'])).size).toBe(aggregate(batches).length)
      }),
      { numRuns: 60 },
    )
  })

  test('is given out as a partial when too many are open, in order of the last row', () => {
    const rows = Array.from({ length: 45_000 }, (_, index) => row(index + 1, index * 60, 1, 'A'))
    const transform = transformFor('aggregated', contextOf(PLAN))
    const early = transform.push(rows)
    const late = transform.finish()
    expect(early.length).toBeGreaterThan(20_000)
    const sequences = [...early, ...late].map((each) => Number(each[0]))
    expect(sequences).toEqual(rows.map((each) => Number(each[0])))
  })

  test('has the same columns whatever the batch holds', () => {
    const empty = transformFor('aggregated', contextOf(PLAN))
    expect(empty.finish()).toEqual([])
    expect(empty.schema.map((column) => column.name)).toContain('temperature_p95')
    expect(empty.schema.map((column) => column.name)).not.toContain('anomaly_flag_mean')
  })
})

function merge(windows: readonly Record<string, unknown>[]): unknown {
  const merged = new Map<string, number[]>()
  for (const window of windows) {
    const key = `${String(window['window_start'])} ${String(window['sensor_id'])}`
    const parts = ['row_count', 'temperature_count', 'temperature_sum', 'temperature_sum_squares'].map((name) =>
      Number(window[name] ?? 0),
    )
    const sums = merged.get(key) ?? [0, 0, 0, 0]
    merged.set(
      key,
      sums.map((sum, index) => sum + (parts[index] ?? 0)),
    )
  }
  return [...merged].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

describe('quantiles', () => {
  test('are exact for few values and within half a percent for many', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 3000 }),
        fc.constantFrom(0.5, 0.95),
        (values, q) => {
          const quantiles = createQuantiles()
          for (const value of values) quantiles.add(value)
          const sorted = values.toSorted((a, b) => a - b)
          const exact = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] as number
          const tolerance = values.length <= 1024 ? 0 : Math.abs(exact) * 0.005 + 1e-12
          expect(Math.abs(quantiles.at(q) - exact)).toBeLessThanOrEqual(tolerance)
        },
      ),
      { numRuns: 40 },
    )
    const many = createQuantiles()
    for (let value = -20_000; value <= 20_000; value++) many.add(value)
    expect(many.at(0.5)).toBe(0)
    expect(Math.abs(many.at(0.95) - 18_000) / 18_000).toBeLessThan(0.006)
    expect(Math.abs(many.at(0.05) + 18_000) / 18_000).toBeLessThan(0.006)
    expect(createQuantiles().at(0.5)).toBeNaN()
  })
})
