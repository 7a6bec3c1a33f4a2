import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SENSOR_FIELDS } from '../../../electron/core/simulator/fields.ts'
import {
  changeRate,
  countDue,
  createSensor,
  enterScenario,
  injectAnomaly,
  nextReadings,
  resumeAt,
  shiftClock,
} from '../../../electron/core/simulator/sensor.ts'
import type { SensorReading, SensorState } from '../../../electron/core/simulator/sensor.ts'
import { createRng } from '../../../electron/core/support/rng.ts'
import type { Rng } from '../../../electron/core/support/rng.ts'
import { CALM, SCENARIOS, sensorSpec } from './helpers.ts'

const START = Date.UTC(2026, 5, 1)
const quiet = SCENARIOS.get('quiet-day') as NonNullable<ReturnType<typeof SCENARIOS.get>>

function run(state: SensorState, untilMs: number, rng: Rng): { state: SensorState; readings: SensorReading[] } {
  const readings: SensorReading[] = []
  let current = state
  while (countDue(current, untilMs) > 0) {
    const next = nextReadings(current, untilMs, rng)
    current = next.state
    readings.push(...next.readings)
  }
  return { state: current, readings }
}

function start(ratePerSecond: number, seed = 's', scenario = CALM): { state: SensorState; rng: Rng } {
  const rng = createRng(seed)
  return { state: createSensor({ spec: sensorSpec(), scenario, ratePerSecond, startMs: START }, rng), rng }
}

test('50 readings a second for 2 seconds are exactly 100, one every 20 ms', () => {
  const { state, rng } = start(50)
  const { readings } = run(state, START + 2000, rng)
  expect(readings).toHaveLength(100)
  expect(readings.map((reading) => reading.atMs)).toEqual(Array.from({ length: 100 }, (_, i) => START + (i + 1) * 20))
})

test('a rate that does not divide a second never drifts over a day', () => {
  const { state, rng } = start(3)
  expect(countDue(state, START + 86_400_000)).toBe(3 * 86_400)
  const { readings } = nextReadings(state, START + 86_400_000, rng, 7)
  expect(readings.map((reading) => reading.atMs - START)).toEqual([333, 667, 1000, 1333, 1667, 2000, 2333])
})

test('the same seed gives the same readings however the time is cut into calls', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 12 }),
      fc.string(),
      (cuts, seed) => {
        const end = START + cuts.reduce((sum, cut) => sum + cut, 0)
        const whole = start(7, seed, quiet)
        const expected = run(whole.state, end, whole.rng)
        const parts = start(7, seed, quiet)
        let { state } = parts
        const readings: SensorReading[] = []
        let now = START
        for (const cut of cuts) {
          now += cut
          const next = run(state, now, parts.rng)
          state = next.state
          readings.push(...next.readings)
        }
        expect(readings).toEqual(expected.readings)
        expect(state).toEqual(expected.state)
      },
    ),
    { numRuns: 40 },
  )
})

test('a call never changes the state it was given', () => {
  const { state, rng } = start(10, 'frozen', quiet)
  const before = structuredClone(state)
  run(state, START + 60_000, rng)
  expect(state).toEqual(before)
})

test('every undisturbed value lies in its range, even when the mean lies far outside', () => {
  const parameters = Object.fromEntries(
    SENSOR_FIELDS.map((field) => [field, { mean: 1000, stdDev: 0.1, min: 0, max: 5, isDaily: false }]),
  ) as never
  const rng = createRng('far')
  const state = createSensor(
    { spec: sensorSpec({ parameters }), scenario: CALM, ratePerSecond: 100, startMs: START },
    rng,
  )
  const { readings } = run(state, START + 10_000, rng)
  expect(readings).toHaveLength(1000)
  expect(readings.every((reading) => reading.values.every((value) => value === 5))).toBe(true)
})

test('temperature is warmest in the local afternoon and humidity lowest then', () => {
  const { state, rng } = start(1 / 60, 'cycle')
  const byHour = new Map<number, number[][]>()
  for (const reading of run(state, START + 20 * 86_400_000, rng).readings) {
    const hour = Math.floor((reading.atMs / 3_600_000 + state.spec.identity.longitude / 15 + 24) % 24)
    byHour.set(hour, [...(byHour.get(hour) ?? []), reading.values as number[]])
  }
  const mean = (hour: number, index: number): number => {
    const rows = byHour.get(hour) as number[][]
    return rows.reduce((sum, row) => sum + (row[index] as number), 0) / rows.length
  }
  expect(mean(15, 0) - mean(3, 0)).toBeGreaterThan(1.5)
  expect(mean(15, 1) - mean(3, 1)).toBeLessThan(-5)
})

test('temperature and humidity move against each other, slowly, beyond the daily cycle', () => {
  const { state, rng } = start(1 / 300, 'weather')
  const rows = run(state, START + 30 * 86_400_000, rng).readings.map((reading) => reading.values as number[])
  const center = (index: number): number[] => {
    const perDay = 288
    return rows.map(
      (row, i) =>
        (row[index] as number) -
        average(rows.filter((_, j) => j % perDay === i % perDay).map((r) => r[index] as number)),
    )
  }
  const [temperature, humidity] = [center(0), center(1)]
  expect(correlation(temperature, humidity)).toBeLessThan(-0.3)
  expect(correlation(temperature.slice(0, -1), temperature.slice(1))).toBeGreaterThan(0.4)
})

test('a change of rate keeps what was due and begins the new period at the last reading', () => {
  const { state, rng } = start(10)
  const { state: slow } = run(state, START + 1000, rng)
  const fast = changeRate(slow, 100)
  expect(countDue(fast, START + 1000)).toBe(0)
  expect(countDue(fast, START + 2000)).toBe(100)
})

test('a clock set ahead moves the stamps and makes no burst', () => {
  const { state, rng } = start(10)
  const { state: before } = run(state, START + 1000, rng)
  const after = shiftClock(before, 7_200_000)
  expect(countDue(after, START + 7_201_000)).toBe(0)
  const { readings } = run(after, START + 7_201_500, rng)
  expect(readings.map((reading) => reading.atMs - START - 7_200_000)).toEqual([1100, 1200, 1300, 1400, 1500])
})

test('after a pause nothing of the pause is due', () => {
  const { state } = start(10)
  expect(countDue(resumeAt(state, START + 60_000), START + 61_000)).toBe(10)
})

test('an injected anomaly marks every reading of its time with its type and no other', () => {
  for (const type of ['spike', 'trend', 'pattern', 'noise', 'missing_data'] as const) {
    const { state, rng } = start(10, type)
    const hurt = injectAnomaly(state, { type, seconds: 3, field: undefined }, START, rng)
    const { readings, state: after } = run(hurt, START + 6000, rng)
    expect(readings.filter((reading) => reading.anomaly === type)).toHaveLength(29)
    expect(readings.slice(29).every((reading) => reading.anomaly === undefined)).toBe(true)
    expect(after.anomalies).toEqual([])
  }
})

test('a spike leaves the normal values by at least four deviations, in the field asked for', () => {
  const { state, rng } = start(10, 'spiky')
  const hurt = injectAnomaly(state, { type: 'spike', seconds: 5, field: 'vibration' }, START, rng)
  const quietRun = run(state, START + 4000, createRng('other')).readings
  const spiked = run(hurt, START + 4000, rng).readings
  const mean = (rows: readonly SensorReading[]): number => average(rows.map((row) => row.values[3] as number))
  expect(Math.abs(mean(spiked) - mean(quietRun))).toBeGreaterThan(1.2)
})

test('missing data of one field is null in that field only', () => {
  const { state, rng } = start(10, 'gone')
  const hurt = injectAnomaly(state, { type: 'missing_data', seconds: 5, field: 'humidity' }, START, rng)
  const [first] = run(hurt, START + 100, rng).readings
  expect(first?.values.map((value) => value === null)).toEqual([false, true, false, false, false])
})

test('a heat wave warms by several deviations, and a silent storm leaves gaps', () => {
  const hot = start(0.2, 'heat', SCENARIOS.get('heat-wave'))
  const calm = start(0.2, 'heat')
  const lastHour = (readings: readonly SensorReading[]): number =>
    average(
      readings
        .filter((reading) => reading.atMs > START + 3_600_000 && reading.values[0] !== null)
        .map((reading) => reading.values[0] as number),
    )
  const heated = run(hot.state, START + 2 * 3_600_000, hot.rng).readings
  const normal = run(calm.state, START + 2 * 3_600_000, calm.rng).readings
  expect(lastHour(heated) - lastHour(normal)).toBeGreaterThan(5)

  const storm = start(1, 'storm', SCENARIOS.get('storm'))
  const rows = run(storm.state, START + 3_600_000, storm.rng).readings
  const widest = Math.max(...rows.slice(1).map((row, i) => row.atMs - (rows[i] as SensorReading).atMs))
  expect(widest).toBeGreaterThanOrEqual(180_000)
})

test('entering a scenario begins it at that moment', () => {
  const { state, rng } = start(1, 'enter')
  const { state: later } = run(state, START + 86_400_000, rng)
  const hot = enterScenario(later, SCENARIOS.get('heat-wave') as typeof CALM, START + 86_400_000)
  expect(hot.scenarioSinceMs).toBe(START + 86_400_000)
})

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [average(a), average(b)]
  const covariance = average(a.map((value, i) => (value - meanA) * ((b[i] as number) - meanB)))
  const deviation = (values: readonly number[], mean: number): number =>
    Math.sqrt(average(values.map((value) => (value - mean) ** 2)))
  return covariance / (deviation(a, meanA) * deviation(b, meanB))
}
