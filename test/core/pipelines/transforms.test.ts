import { describe, expect, test } from 'vitest'
import { EMERGENCY_PRESETS } from '../../../shared/domain/emergencyPresets.ts'
import { transformFor } from '../../../electron/core/pipelines/transforms.ts'
import type { SourceRow } from '../../../shared/domain/columns.ts'
import type { EmergencyRules } from '../../../shared/domain/settings.ts'
import { contextOf, planOf, WIDE, wideRow } from '../../helpers/transformContext.ts'

describe('raw', () => {
  test('hands back the very rows, and names every column by its declared type', () => {
    const plan = planOf([
      'id INTEGER',
      'timestamp TEXT',
      'a REAL',
      'b BOOLEAN',
      'c BLOB',
      'd',
      'e VARCHAR(9)',
      '_extra TEXT',
      'f DATETIME',
    ])
    const transform = transformFor('raw', contextOf(plan))
    const rows: readonly SourceRow[] = [[1, 1, 'x', 'not a number', 2, null, 3, 'y', null, null]]
    expect(transform.push(rows)).toBe(rows)
    expect(transform.schema.map((column) => `${column.name} ${column.kind}`)).toEqual([
      'id int64',
      'timestamp timestamp',
      'a double',
      'b boolean',
      'c bytes',
      'd string',
      'e string',
      '_extra_source string',
      'f string',
    ])
    expect(transform.eventTimeIndex).toBe(1)
    expect(transform.counts()).toEqual({ read: 1, kept: 1, rejected: 0, filtered: 0, aggregated: 0 })
  })
})

function reasonOf(rules: EmergencyRules, over: Record<string, unknown>): unknown {
  const transform = transformFor('emergency', contextOf(WIDE, { emergency: rules }))
  const [row] = transform.push([wideRow(1, over)])
  expect(transform.counts().filtered).toBe(row === undefined ? 1 : 0)
  return row?.at(-1)
}

describe('emergency', () => {
  test('keeps flagged rows unchanged with the reason, and counts the others', () => {
    const transform = transformFor('emergency', contextOf())
    const flagged = wideRow(2, { anomaly_flag: 1, anomaly_type: 'spike' })
    expect(transform.push([wideRow(1), flagged, wideRow(3)])).toEqual([[...flagged, 'anomaly spike']])
    expect(transform.counts()).toEqual({ read: 3, kept: 1, rejected: 0, filtered: 2, aggregated: 0 })
    expect(transform.schema.at(-1)?.name).toBe('emergency_reasons')
  })

  test.each([
    [12, undefined],
    [15, 'pressure above 14.5 bar'],
    [101.3, 'pressure below 10.5 bar'],
    [1.3e6, undefined],
    [1_600_000, 'pressure above 14.5 bar'],
  ])('compares a pressure of %d in the unit of the rule', (pressure, expected) => {
    const rules = { ...EMERGENCY_PRESETS.process, thresholds: [EMERGENCY_PRESETS.process.thresholds[1]] }
    expect(reasonOf(rules, { pressure })).toBe(expected)
  })

  test('joins all reasons, knows status codes, and takes no text for a number', () => {
    const rules: EmergencyRules = {
      anomalyFlag: true,
      statusCodes: [3],
      thresholds: [
        { column: 'temperature', unit: '°F', above: 120 },
        { column: 'absent', above: 1 },
      ],
    }
    expect(reasonOf(rules, { anomaly_flag: 1, status_code: 3, temperature: 60 })).toBe(
      'anomaly flagged; status 3; temperature above 120 °F',
    )
    expect(reasonOf(rules, { temperature: 'hot' })).toBeUndefined()
    expect(reasonOf(rules, { temperature: 48 })).toBeUndefined()
  })

  test('applies a threshold to rows of that sensor type where each row has one value', () => {
    const plan = planOf(['sensor_id TEXT', 'sensor_type TEXT', 'value REAL', 'unit TEXT', 'timestamp TEXT'])
    const rules: EmergencyRules = {
      anomalyFlag: false,
      statusCodes: [],
      thresholds: [{ column: 'temperature', unit: '°C', above: 50 }],
    }
    const transform = transformFor('emergency', contextOf(plan, { emergency: rules }))
    const kept = transform.push([
      [1, 'S', 'temperature', 140, 'fahrenheit', 't'],
      [2, 'S', 'temperature', 49, 'celsius', 't'],
      [3, 'S', 'humidity', 99, 'percent', 't'],
    ])
    expect(kept.map((row) => row[0])).toEqual([1])
  })

  test('refuses a threshold in a unit nobody knows', () => {
    const rules: EmergencyRules = {
      anomalyFlag: false,
      statusCodes: [],
      thresholds: [{ column: 'temperature', unit: 'hot', above: 1 }],
    }
    expect(() => transformFor('emergency', contextOf(WIDE, { emergency: rules }))).toThrow(/unknown unit "hot"/)
  })
})

function custom(sql: string) {
  return transformFor('mine', contextOf(WIDE, { custom: { name: 'mine', sql } }))
}

const ROWS = Array.from({ length: 10 }, (_, index) =>
  wideRow(index + 1, { temperature: index, sensor_id: index % 2 === 0 ? 'A' : 'B' }),
)

describe('a custom pipeline', () => {
  test('of selected rows keeps their sequence and counts the others as filtered', () => {
    const transform = custom(
      'SELECT sensor_id, timestamp AS at, temperature * 2 AS doubled FROM batch WHERE temperature > 6;',
    )
    expect(transform.push(ROWS)).toEqual([])
    expect(transform.finish()).toEqual(ROWS.slice(7).map((row) => [row[0], row[3], row[2], Number(row[4]) * 2]))
    expect(transform.schema.map((column) => `${column.name} ${column.kind}`)).toEqual([
      'sensor_id string',
      'at timestamp',
      'doubled double',
    ])
    expect(transform.eventTimeIndex).toBe(1)
    expect(transform.timestamps).toBe('source')
    expect(transform.counts()).toEqual({ read: 10, kept: 3, rejected: 0, filtered: 7, aggregated: 0 })
  })

  test('that groups accounts for the rows of each group and dates them by the batch', () => {
    const transform = custom(
      'SELECT sensor_id, COUNT(*) AS n, AVG(temperature) AS mean FROM batch WHERE temperature < 9 GROUP BY sensor_id',
    )
    transform.push(ROWS.slice(0, 5))
    transform.push(ROWS.slice(5))
    const newest = Date.UTC(2026, 2, 1, 0, 0, 10) * 1000
    expect(transform.finish()).toEqual([
      [8, 'B', 4, 4, newest],
      [9, 'A', 5, 4, newest],
    ])
    expect(transform.schema.map((column) => `${column.name} ${column.kind}`)).toEqual([
      'sensor_id string',
      'n int64',
      'mean double',
      'batch_time timestamp',
    ])
    expect(transform.counts()).toEqual({ read: 10, kept: 0, rejected: 0, filtered: 1, aggregated: 9 })
  })

  test('of an empty result accounts for every row', () => {
    const transform = custom('SELECT COUNT(*) AS n FROM batch WHERE temperature > 1000')
    transform.push(ROWS)
    expect(transform.finish()).toEqual([])
    expect(transform.counts()).toMatchObject({ filtered: 10, aggregated: 0 })
  })

  test('may compare with other rows when it hands on _row_id', () => {
    const transform = custom(
      'SELECT _row_id, temperature FROM batch WHERE temperature > (SELECT AVG(temperature) FROM batch)',
    )
    transform.push(ROWS)
    expect(transform.finish().map((row) => row[0])).toEqual([6, 7, 8, 9, 10])
  })

  test('may use windows over rows', () => {
    const transform = custom('SELECT temperature - LAG(temperature) OVER (ORDER BY _row_id) AS step FROM batch')
    transform.push(ROWS)
    expect(transform.finish().map((row) => row.slice(0, 2))).toEqual(
      ROWS.map((row, index) => [row[0], index === 0 ? null : 1]),
    )
  })

  test('keeps integers beyond 2^53 exact', () => {
    const transform = custom('SELECT status_code FROM batch')
    transform.push([wideRow(1, { status_code: 2n ** 60n + 1n })])
    expect(transform.finish()[0]?.[1]).toBe(2n ** 60n + 1n)
  })

  test.each([
    ['SELECT colour FROM batch', /cannot run: no such column: colour/],
    ['SELECT * FROM sensor_readings', /cannot run: no such table/],
    ['DELETE FROM batch', /is not a SELECT/],
    ["SELECT datetime('now') AS t FROM batch", /clock or random/],
    ['SELECT random() AS r FROM batch', /clock or random/],
    ['SELECT DISTINCT sensor_id FROM batch', /which row each result stands for/],
    ['SELECT temperature AS a, humidity AS A FROM batch', /two columns called A/],
  ])('is refused with the reason: %s', (sql, reason) => {
    expect(() => custom(sql)).toThrow(reason)
  })

  test('that multiplies rows is refused when it happens', () => {
    const transform = custom(
      'SELECT a._row_id AS _row_id, b.temperature AS t FROM batch a JOIN batch b ON b.sensor_id = a.sensor_id',
    )
    transform.push(ROWS)
    expect(() => transform.finish()).toThrow(/gives row 1 twice/)
  })

  test('without SQL reuses a built-in transform, and an undeclared one is refused', () => {
    const reused = transformFor('mine', contextOf(WIDE, { custom: { name: 'mine', transform: 'emergency' } }))
    expect(reused.push(ROWS)).toEqual([])
    expect(transformFor('mine', contextOf(WIDE, { custom: { name: 'mine' } })).push(ROWS)).toBe(ROWS)
    expect(() => transformFor('gone', contextOf())).toThrow(/"gone" is not declared/)
  })
})

describe('every type', () => {
  test('gives the same output for the same rows, however they are pushed', () => {
    for (const type of ['raw', 'schematized', 'aggregated', 'emergency']) {
      const run = (size: number): string => {
        const transform = transformFor(type, contextOf())
        const rows = ROWS.map((row) => row)
        const output: SourceRow[] = []
        for (let at = 0; at < rows.length; at += size) output.push(...transform.push(rows.slice(at, at + size)))
        output.push(...transform.finish())
        const counts = transform.counts()
        expect(counts.read).toBe(counts.kept + counts.rejected + counts.filtered + counts.aggregated)
        return JSON.stringify([output, counts])
      }
      expect(run(3)).toBe(run(10))
    }
  })
})
