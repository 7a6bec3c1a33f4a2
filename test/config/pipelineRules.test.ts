import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../electron/core/config/loadConfig.ts'
import { tempFolder } from '../helpers/pipelineTables.ts'

function pipelinesOf(yaml: string) {
  const folder = tempFolder()
  writeFileSync(join(folder, 'fieldgate.yaml'), yaml)
  return loadConfig({ workspace: folder, env: {}, cwd: folder }).config.pipelines
}

test('an emergency preset gives its limits, and a threshold of one’s own replaces the one on its column', () => {
  const { emergency } = pipelinesOf(`
pipelines:
  emergency:
    preset: process
    thresholds: [{ column: temperature, unit: celsius, above: 90 }]
`)
  expect(emergency.anomalyFlag).toBe(true)
  expect(emergency.thresholds.map((threshold) => [threshold.column, threshold.above])).toEqual([
    ['pressure', 14.5],
    ['voltage', 12.4],
    ['humidity', 95],
    ['temperature', 90],
  ])
  expect(pipelinesOf('pipelines: { emergency: { status_codes: [3] } }').emergency).toEqual({
    anomalyFlag: true,
    statusCodes: [3],
    thresholds: [],
  })
})

test('a contract says in which unit the source writes', () => {
  const { contracts } = pipelinesOf(`
pipelines:
  contracts:
    - table: sensor_readings
      version: 2
      columns:
        pressure: { type: number, unit: hPa, source_unit: infer, max: 20000 }
        value: { type: number, unit_column: unit, limits_by_unit: { celsius: { max: 50 } } }
`)
  expect(contracts[0]?.columns).toEqual({
    pressure: { type: 'number', unit: 'hPa', sourceUnit: 'infer', max: 20_000 },
    value: { type: 'number', unitColumn: 'unit', limitsByUnit: { '°C': { max: 50 } } },
  })
})
