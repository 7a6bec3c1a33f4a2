import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contractFor, defaultContracts } from '../../../electron/core/pipelines/contracts.ts'
import { formatQuarantined, parseQuarantined } from '../../../electron/core/pipelines/quarantineRow.ts'
import { transformFor } from '../../../electron/core/pipelines/transforms.ts'
import type { ContractColumn, TableContract } from '../../../shared/domain/settings.ts'
import { contextOf, planOf, WIDE, wideRow } from '../../helpers/transformContext.ts'

function withContract(columns: Record<string, ContractColumn>): TableContract {
  return { table: 'sensor_readings', version: 7, columns }
}

function reasonsOf(columns: Record<string, ContractColumn>, over: Record<string, unknown>): readonly string[] {
  const transform = transformFor('schematized', contextOf(WIDE, { contract: withContract(columns) }))
  transform.push([wideRow(1, over)])
  return transform.quarantined().flatMap((row) => row.reasons)
}

/** The output row as an object by column name. */
function outputOf(over: Record<string, unknown>, context = contextOf()): Record<string, unknown> {
  const transform = transformFor('schematized', context)
  const [row] = transform.push([wideRow(1, over)])
  return Object.fromEntries(transform.schema.map((column, index) => [column.name, row?.[index + 1]]))
}

describe('a schematized row', () => {
  test('carries UTC time, node, site, contract version and one pressure unit', () => {
    const output = outputOf({ timestamp: '2026-03-01 05:30:00.250+05:30', pressure: 101.325 })
    expect(output).toMatchObject({
      timestamp: Date.UTC(2026, 2, 1, 0, 0, 0, 250) * 1000,
      pressure: 1013.25,
      pressure_source_unit: 'kPa',
      node: 'midland-04',
      site: 'midland',
      contract_version: 1,
    })
  })

  test.each([
    [12, 'bar', 12_000],
    [101.3, 'kPa', 1013],
    [1013.25, 'hPa', 1013.25],
    [101_325, 'Pa', 1013.25],
  ])('has its pressure of %d recognised as %s', (value, unit, expected) => {
    const output = outputOf({ pressure: value })
    expect(output['pressure_source_unit']).toBe(unit)
    expect(output['pressure']).toBeCloseTo(expected, 9)
  })

  test('keeps every column that the contract does not mention', () => {
    const plan = planOf(['timestamp TEXT', 'sensor_id TEXT', 'note TEXT', 'picture BLOB', 'node TEXT'])
    const transform = transformFor('schematized', contextOf(plan))
    const picture = Buffer.from([1, 2])
    const [row] = transform.push([[5, '2026-03-01T00:00:00Z', 'S', 'hello', picture, 'theirs']])
    expect(transform.schema.map((column) => column.name)).toEqual([
      'timestamp',
      'sensor_id',
      'note',
      'picture',
      'node',
      'node_added',
      'site',
      'contract_version',
    ])
    expect(row?.slice(3, 7)).toEqual(['hello', picture, 'theirs', 'midland-04'])
  })
})

describe('a row goes to quarantine', () => {
  test.each<[string, Record<string, ContractColumn>, Record<string, unknown>, string]>([
    [
      'for text in a number',
      { temperature: { type: 'number' } },
      { temperature: 'hot' },
      'temperature is text, not a number',
    ],
    [
      'for a blob in a number',
      { temperature: { type: 'number' } },
      { temperature: Buffer.from([1]) },
      'temperature is a blob, not a number',
    ],
    [
      'for infinity',
      { temperature: { type: 'number' } },
      { temperature: Infinity },
      'temperature is not finite, not a number',
    ],
    [
      'below a limit',
      { temperature: { type: 'number', unit: '°C', min: -40 } },
      { temperature: -41 },
      'temperature is below -40 °C',
    ],
    [
      'above a limit in its unit',
      { temperature: { type: 'number', unit: '°C', sourceUnit: '°F', max: 50 } },
      { temperature: 123 },
      'temperature is above 50 °C',
    ],
    [
      'for a missing value',
      { humidity: { type: 'number', required: true } },
      { humidity: null },
      'humidity is empty but required',
    ],
    [
      'for a missing column',
      { site_code: { type: 'string', required: true } },
      {},
      'site_code is missing from the table',
    ],
    [
      'for a pattern',
      { sensor_id: { type: 'string', pattern: '^[A-Z]{3}_\\d{6}$' } },
      {},
      'sensor_id does not match ^[A-Z]{3}_\\d{6}$',
    ],
    [
      'for a value outside a list',
      { status_code: { type: 'integer', oneOf: [0, 1] } },
      { status_code: 7 },
      'status_code is not one of 0, 1',
    ],
    [
      'for a fraction where whole numbers go',
      { status_code: { type: 'integer' } },
      { status_code: 1.5 },
      'status_code is a number, not a whole number',
    ],
    [
      'for a number where text goes',
      { sensor_id: { type: 'string' } },
      { sensor_id: 4 },
      'sensor_id is a number, not text',
    ],
    [
      'without a readable time, whatever the contract',
      {},
      { timestamp: 'no time at all' },
      'timestamp is not a readable time',
    ],
  ])('%s', (_, columns, over, reason) => {
    expect(reasonsOf(columns, over)).toEqual([reason])
  })

  test('with all its reasons and its very values, and is counted', () => {
    const transform = transformFor('schematized', contextOf())
    const bad = wideRow(2, { humidity: 140, temperature: 'hot', voltage: 2n ** 60n })
    expect(transform.push([wideRow(1), bad])).toHaveLength(1)
    expect(transform.counts()).toEqual({ read: 2, kept: 1, rejected: 1, filtered: 0, aggregated: 0 })
    const [row] = transform.quarantined()
    expect(row?.reasons).toEqual([
      'temperature is text, not a number',
      'humidity is above 100 %',
      'voltage is above 60 V',
    ])
    expect(parseQuarantined(WIDE.columns, 2, row?.row ?? '')).toEqual(bad)
  })

  test('whatever it holds, and comes back from there unchanged', () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.double(),
      fc.string(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    )
    fc.assert(
      fc.property(fc.array(value, { minLength: WIDE.columns.length, maxLength: WIDE.columns.length }), (values) => {
        const row = [9, ...values]
        expect(parseQuarantined(WIDE.columns, 9, formatQuarantined(WIDE.columns, row))).toEqual(row)
      }),
    )
  })
})

describe('the default contract', () => {
  test.each(['SENSOR_TX_001', 'SENSOR_CO_DEN_8548', 'SENSOR_NY_123456', 'SENS002', 'chic_2B7XQ4'])(
    'accepts the sensor id %s of a generator',
    (sensorId) => {
      const transform = transformFor('schematized', contextOf())
      expect(transform.push([wideRow(1, { sensor_id: sensorId })])).toHaveLength(1)
    },
  )

  test('of the shape with one value per row takes limits from the unit in the row', () => {
    const plan = planOf([
      'id INTEGER',
      'sensor_id TEXT',
      'sensor_type TEXT',
      'value REAL',
      'unit TEXT',
      'timestamp TEXT',
      'location TEXT',
    ])
    const transform = transformFor('schematized', contextOf(plan))
    const row = (sequence: number, value: unknown, unit: unknown): unknown[] => [
      sequence,
      sequence,
      'SENS001',
      'x',
      value,
      unit,
      '2026-03-01T00:00:00Z',
      'A',
    ]
    transform.push([
      row(1, 150, 'celsius'),
      row(2, 150, 'percent'),
      row(3, 1013, 'hPa'),
      row(4, 1, 'furlong'),
      row(5, 'x', 'percent'),
    ])
    expect(transform.quarantined().map((each) => [each.sequence, ...each.reasons])).toEqual([
      [2, 'value is above 100 %'],
      [5, 'value is text, not a number'],
    ])
  })

  test('is given out for people to read, and a configured one of the same table wins', () => {
    expect(defaultContracts().map((contract) => contract.version)).toEqual([1, 1])
    const own = withContract({})
    expect(contractFor('SENSOR_READINGS', WIDE.columns, [own])).toBe(own)
  })
})
