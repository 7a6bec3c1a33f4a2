import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findResources } from '../../../electron/core/simulator/resources.ts'
import { planSensorRun } from '../../../electron/core/simulator/sensorRun.ts'
import type { SensorRequest, SensorRun } from '../../../electron/core/simulator/sensorRun.ts'
import { parseSpan } from '../../../electron/core/simulator/span.ts'
import { SCENARIOS, temporaryFolder } from './helpers.ts'

function plan(change: Partial<SensorRequest> & { readonly cwd: string }): SensorRun {
  return planSensorRun({ env: {}, seed: 's', ...change }, findResources(), SCENARIOS)
}

test('flags win over the environment, the environment over nothing, the file over defaults', () => {
  const cwd = temporaryFolder()
  writeFileSync(
    join(cwd, 'a.yaml'),
    'simulation: { readings_per_second: 3, run_time_seconds: 60 }\ndatabase: { path: data/a.db }',
  )
  writeFileSync(join(cwd, 'b.yaml'), 'simulation: { readings_per_second: 7 }')
  const fromEnv = plan({ cwd, env: { CONFIG_FILE: 'a.yaml' } })
  expect(fromEnv.nodes[0]).toMatchObject({ ratePerSecond: 3, runSeconds: 60, path: join(cwd, 'data/a.db') })
  expect(plan({ cwd, env: { CONFIG_FILE: 'a.yaml' }, config: 'b.yaml' }).nodes[0]?.ratePerSecond).toBe(7)
  expect(plan({ cwd, env: { CONFIG_FILE: 'a.yaml' }, ratePerSecond: 9, duration: '5s' }).nodes[0]).toMatchObject({
    ratePerSecond: 9,
    runSeconds: 5,
  })
  expect(plan({ cwd }).nodes[0]?.path).toBe(join(cwd, 'data/sensor_data.db'))
})

test('the identity comes from its file; SENSOR_ID and SENSOR_LOCATION change it', () => {
  const cwd = temporaryFolder()
  writeFileSync(
    join(cwd, 'id.json'),
    '{"id":"S1","location":"New York","latitude":40.7,"longitude":-74,"timezone":"America/New_York"}',
  )
  const env = { IDENTITY_FILE: 'id.json' }
  expect(plan({ cwd, env }).nodes[0]?.sensor.identity).toMatchObject({ sensorId: 'S1', location: 'New York' })
  expect(plan({ cwd, env: { ...env, SENSOR_ID: 'X', SENSOR_LOCATION: 'Denver' } }).nodes[0]).toMatchObject({
    nodeId: 'X',
    sensor: { identity: { sensorId: 'X', location: 'Denver', timeZone: 'America/Denver' } },
  })
  const several = plan({ cwd, env, nodes: 3, dir: 'nodes' })
  expect(several.nodes.map((node) => node.sensor.identity.sensorId)).toEqual(['S1_0001', 'S1_0002', 'S1_0003'])
  expect(several.nodes[2]?.path).toBe(join(cwd, 'nodes', 'SENSOR-0003.sqlite'))
})

test('a fleet without identities is made up from the seed, each node its own', () => {
  const cwd = temporaryFolder()
  const fleet = plan({ cwd, nodes: 40, dir: 'n' })
  expect(new Set(fleet.nodes.map((node) => node.sensor.identity.serialNumber)).size).toBe(40)
  expect(plan({ cwd, nodes: 40, dir: 'n' })).toEqual(fleet)
  expect(plan({ cwd, nodes: 40, dir: 'n', seed: 'other' })).not.toEqual(fleet)
})

test('contradictions and misspelt names are refused with the remedy', () => {
  const cwd = temporaryFolder()
  expect(() => plan({ cwd, nodes: 2, db: 'a.db' })).toThrowError(
    expect.objectContaining({ code: 'invalid', hint: expect.stringContaining('--dir') }),
  )
  expect(() => plan({ cwd, scenario: 'strom' })).toThrowError(expect.objectContaining({ hint: 'Did you mean storm?' }))
  expect(() => plan({ cwd, config: 'missing.yaml' })).toThrowError(/missing\.yaml/)
  expect(() => plan({ cwd, env: { SENSOR_LOCATION: 'Atlantis' } })).toThrowError(/Atlantis/)
})

test('cities are chosen within the limits of the configuration, and a limit that leaves none is refused', () => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'big.yaml'), 'random_location: { enabled: true, min_population: 5000000 }')
  const cities = plan({ cwd, config: 'big.yaml', nodes: 20, dir: 'n' }).nodes.map(
    (node) => node.sensor.identity.location,
  )
  expect(new Set(cities)).toEqual(new Set(['New York']))
  writeFileSync(join(cwd, 'none.yaml'), 'random_location: { include_countries: [FR] }')
  expect(() => plan({ cwd, config: 'none.yaml' })).toThrowError(/No city fits/)
})

test('settings of the original without effect are named once', () => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'c.yaml'), 'database: { path: a.db, backup_enabled: true }')
  expect(plan({ cwd, config: 'c.yaml' }).notices).toEqual([expect.stringContaining('database.backup_enabled')])
})

test('spans are read as people write them', () => {
  expect(['90', '30s', '10m', '24h', '2d', '0.5h'].map((text) => parseSpan(text, '--x'))).toEqual([
    90, 30, 600, 86_400, 172_800, 1800,
  ])
  for (const text of ['', '0', '-1s', '5 weeks', 'h'])
    expect(() => parseSpan(text, '--x')).toThrowError(/--x takes a span/)
})
