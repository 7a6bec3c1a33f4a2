import Database from 'better-sqlite3'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Simulator } from '../../../electron/core/simulator/port.ts'
import { createSimulator } from '../../../electron/core/simulator/simulator.ts'
import { silentLog } from '../../../electron/core/support/log.ts'
import type { Clock } from '../../../electron/core/support/clock.ts'
import type { SimulatedNode } from '../../../shared/domain/simulator.ts'
import { steppedClock } from '../../helpers/steppedClock.ts'
import { nodeSpec, query, SCENARIOS, temporaryFolder } from './helpers.ts'

const START = Date.UTC(2026, 5, 1)

function make(clock: Clock, prepared: string[] = []): Simulator {
  return createSimulator({
    clock,
    log: silentLog,
    scenarios: SCENARIOS,
    preparePipeline: (path, changes) =>
      prepared.push(`${path.split('/').at(-1)} ${changes.map((change) => change.type).join(' ')}`),
  })
}

const countRows = (path: string): number => query(path, 'SELECT count(*) AS n FROM sensor_readings')[0]?.['n'] as number

test('nodes write at their rate, one database each, and a pipeline is prepared once per new database', async () => {
  const folder = temporaryFolder()
  const clock = steppedClock()
  const prepared: string[] = []
  const simulator = make(clock, prepared)
  const specs = ['a', 'b', 'c'].map((id) => nodeSpec(folder, id))
  await simulator.add(specs)
  await clock.advance(10_000)
  await simulator.close()
  expect(specs.map((spec) => countRows(spec.path))).toEqual([100, 100, 100])
  expect(prepared).toEqual(['a.sqlite raw', 'b.sqlite raw', 'c.sqlite raw'])

  const again = make(clock, prepared)
  await again.add(specs)
  await clock.advance(1000)
  await again.close()
  expect(countRows(specs[0]?.path as string)).toBe(110)
  expect(prepared).toHaveLength(3)
})

test('stop, start, rate, speed and scenario take effect at once and say so', async () => {
  const folder = temporaryFolder()
  const clock = steppedClock()
  const simulator = make(clock)
  const heard: (readonly SimulatedNode[])[] = []
  simulator.onChanged((nodes) => heard.push(nodes))
  const spec = nodeSpec(folder, 'a')
  await simulator.add([spec])
  await clock.advance(2000)
  await simulator.stop(['a'])
  expect(countRows(spec.path)).toBe(20)
  await clock.advance(5000)
  await simulator.start(['a'])
  await clock.advance(1000)
  await simulator.setRate(['a'], 100)
  expect(countRows(spec.path)).toBe(30)
  await clock.advance(1000)
  await simulator.setSpeed(5)
  expect(countRows(spec.path)).toBe(130)
  await clock.advance(1000)
  await simulator.setScenario(['a'], 'heat-wave')
  await simulator.stop(['a'])
  expect(countRows(spec.path)).toBe(630)
  expect((await simulator.list())[0]).toMatchObject({
    nodeId: 'a',
    isRunning: false,
    ratePerSecond: 100,
    scenario: 'heat-wave',
    rowsWritten: 630,
    problem: undefined,
  })
  expect(heard.at(-1)?.[0]?.rowsWritten).toBe(630)
  await simulator.close()
})

test('an injected anomaly reaches the database with its flag and type, is listed, and ends', async () => {
  const folder = temporaryFolder()
  const clock = steppedClock()
  const simulator = make(clock)
  const spec = nodeSpec(folder, 'a')
  await simulator.add([spec])
  await simulator.inject(['a'], { type: 'trend', seconds: 5, field: 'temperature' })
  expect((await simulator.list())[0]?.activeAnomalies).toEqual([
    { type: 'trend', field: 'temperature', untilMs: START + 5000 },
  ])
  await clock.advance(10_000)
  expect((await simulator.list())[0]?.activeAnomalies).toEqual([])
  await simulator.inject(['a'], { type: 'missing_data', seconds: 600 })
  await simulator.calm(['a'])
  await clock.advance(1000)
  await simulator.close()
  const marked = query(
    spec.path,
    "SELECT DISTINCT anomaly_flag AS f, anomaly_type AS t FROM sensor_readings WHERE anomaly_type = 'trend'",
  )
  expect(marked).toEqual([{ f: 1, t: 'trend' }])
  expect(countRows(spec.path)).toBe(110)
})

test('a clock set by hand or by a fault moves stamps and makes neither a burst nor a pause', async () => {
  const folder = temporaryFolder()
  const clock = steppedClock()
  const simulator = make(clock)
  const spec = nodeSpec(folder, 'a')
  await simulator.add([spec])
  await clock.advance(1000)
  clock.set(3_600_000)
  await clock.advance(1000)
  await simulator.setClockOffset(-7_200_000)
  await clock.advance(1000)
  await simulator.close()
  const stamps = query(spec.path, 'SELECT timestamp AS t FROM sensor_readings ORDER BY id').map((row) => row['t'])
  expect(stamps).toHaveLength(30)
  expect([stamps[9], stamps[19], stamps[29]]).toEqual([
    '2026-06-01T00:00:01.000+00:00',
    '2026-06-01T01:00:02.000+00:00',
    '2026-05-31T23:00:03.000+00:00',
  ])
})

test('rows of a locked database wait, its node says why, and nothing is lost when it is free', async () => {
  const folder = temporaryFolder()
  const clock = steppedClock()
  const simulator = make(clock)
  const specs = [nodeSpec(folder, 'locked'), nodeSpec(folder, 'free')]
  await simulator.add(specs)
  const other = new Database(specs[0]?.path)
  other.exec('BEGIN IMMEDIATE')
  await clock.advance(3000)
  const [locked, free] = await simulator.list()
  expect(locked?.problem).toContain('locked by another process')
  expect(free).toMatchObject({ problem: undefined, rowsWritten: 30 })
  other.exec('ROLLBACK')
  other.close()
  await clock.advance(2000)
  await simulator.stop(['locked'])
  expect((await simulator.list())[0]).toMatchObject({ problem: undefined, rowsWritten: 50 })
  await simulator.close()
})

test('the same seed and times give the same bytes, history included', async () => {
  const build = async (seed: string): Promise<Buffer> => {
    const folder = temporaryFolder()
    const clock = steppedClock()
    const simulator = make(clock)
    const spec = nodeSpec(folder, 'a', { seed, scenario: 'mixed', history: { seconds: 7200, ratePerSecond: 0.5 } })
    await simulator.add([spec])
    await clock.advance(5000)
    await simulator.inject(['a'], { type: 'noise', seconds: 3 })
    await clock.advance(5000)
    await simulator.close()
    return readFileSync(spec.path)
  }
  const [first, second, other] = [await build('one'), await build('one'), await build('two')]
  expect(first.equals(second)).toBe(true)
  expect(first.equals(other)).toBe(false)
})

test('history ends where live readings begin, in order and without a gap', async () => {
  const folder = temporaryFolder()
  const clock = steppedClock()
  const simulator = make(clock)
  const spec = nodeSpec(folder, 'a', { history: { seconds: 3600, ratePerSecond: 0.1 } })
  await simulator.add([spec])
  await clock.advance(2000)
  await simulator.close()
  const stamps = query(spec.path, 'SELECT timestamp AS t FROM sensor_readings ORDER BY id').map((row) =>
    Date.parse(String(row['t'])),
  )
  expect(stamps).toHaveLength(380)
  expect(stamps[0]).toBe(START - 3600_000 + 10_000)
  expect(stamps[359]).toBe(START)
  expect(stamps).toEqual(stamps.toSorted((a, b) => a - b))
})

test('unknown nodes and scenarios are refused with the nearest name', async () => {
  const simulator = make(steppedClock())
  await simulator.add([nodeSpec(temporaryFolder(), 'midland-01')])
  await expect(simulator.start(['midland-1'])).rejects.toMatchObject({
    code: 'notFound',
    hint: 'Did you mean midland-01?',
  })
  await expect(simulator.setScenario(['midland-01'], 'heatwave')).rejects.toMatchObject({
    hint: 'Did you mean heat-wave?',
  })
  await simulator.close()
})
