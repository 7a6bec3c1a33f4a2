import { expect, test } from 'vitest'
import {
  anomalyShare,
  anomalyWeights,
  coveredReadings,
  DEFAULT_ANOMALIES,
  startChance,
} from '../../../electron/core/simulator/anomalies.ts'
import { createSensor, countDue, nextReadings } from '../../../electron/core/simulator/sensor.ts'
import { createRng } from '../../../electron/core/support/rng.ts'
import type { AnomalyType } from '../../../shared/domain/simulator.ts'
import { CALM, sensorSpec } from './helpers.ts'

const START = Date.UTC(2026, 5, 1)
const identity = sensorSpec().identity

function countTypes(probability: number, readings: number, durations: Partial<Record<AnomalyType, number>> = {}) {
  const rng = createRng(`share ${probability}`)
  const kinds = Object.fromEntries(
    Object.entries(DEFAULT_ANOMALIES.kinds).map(([type, kind]) => [
      type,
      { ...kind, durationSeconds: durations[type as AnomalyType] ?? kind.durationSeconds },
    ]),
  ) as typeof DEFAULT_ANOMALIES.kinds
  const spec = sensorSpec({ anomalies: { isEnabled: true, probability, kinds } })
  const { probability: _none, ...anomalies } = CALM.anomalies
  let state = createSensor({ spec, scenario: { ...CALM, anomalies }, ratePerSecond: 1, startMs: START }, rng)
  const end = START + readings * 1000
  const counts = new Map<string, number>()
  while (countDue(state, end) > 0) {
    const next = nextReadings(state, end, rng)
    state = next.state
    for (const { anomaly = 'none' } of next.readings) counts.set(anomaly, (counts.get(anomaly) ?? 0) + 1)
  }
  return counts
}

test('with single readings the share of anomalies is the probability, and types follow their weights', () => {
  const single = { spike: 0, trend: 0, pattern: 0, missing_data: 0, noise: 0 }
  const counts = countTypes(0.05, 200_000, single)
  const total = 200_000 - (counts.get('none') as number)
  // Standard deviation of the share is 0.0005: five of them on each side.
  expect(Math.abs(total / 200_000 - 0.05)).toBeLessThan(0.0025)
  for (const [type, weight] of Object.entries({
    spike: 0.3,
    trend: 0.2,
    pattern: 0.2,
    missing_data: 0.15,
    noise: 0.15,
  })) {
    expect(Math.abs((counts.get(type) as number) / total - weight)).toBeLessThan(0.025)
  }
})

test('with durations the share of anomalous readings stays the probability', () => {
  const counts = countTypes(0.08, 400_000, { spike: 0, trend: 30, pattern: 60, missing_data: 5, noise: 12 })
  expect(Math.abs(1 - (counts.get('none') as number) / 400_000 - 0.08)).toBeLessThan(0.012)
})

test('firmware and maker change the share as the tables say', () => {
  const settings = { ...DEFAULT_ANOMALIES, probability: 0.1 }
  const share = (firmwareVersion: string | null, manufacturer: string | null): number =>
    Math.round(anomalyShare(settings, { ...identity, firmwareVersion, manufacturer }) * 1e6) / 1e6
  expect(share('1.4.0', 'SensorTech')).toBe(0.15)
  expect(share('1.5.0', 'IoTPro')).toBe(0.084)
  expect(share('2.0.0', 'EnvMonitors')).toBe(0.08)
  expect(share(null, null)).toBe(0.1)
  expect(anomalyShare({ ...settings, isEnabled: false }, identity)).toBe(0)
})

test('model and firmware change the weights of types, and a type switched off never comes', () => {
  const plain = anomalyWeights(DEFAULT_ANOMALIES, identity, {})
  const moody = anomalyWeights(
    DEFAULT_ANOMALIES,
    { ...identity, model: 'EnvMonitor-3000', firmwareVersion: '1.4.1' },
    {},
  )
  expect(plain.spike).toBeCloseTo(0.3)
  expect(moody.missing_data / moody.trend).toBeCloseTo((0.15 * 2) / 0.2)
  expect(moody.noise / moody.trend).toBeCloseTo((0.15 * 1.5) / 0.2)
  const kinds = { ...DEFAULT_ANOMALIES.kinds, spike: { ...DEFAULT_ANOMALIES.kinds.spike, isEnabled: false } }
  expect(anomalyWeights({ ...DEFAULT_ANOMALIES, kinds }, identity, {}).spike).toBe(0)
})

test('the chance to begin keeps the long-run share for any length', () => {
  for (const share of [0.01, 0.05, 0.5]) {
    for (const length of [1, 10, 600]) {
      const chance = startChance(share, length)
      expect((chance * length) / (chance * length + 1 - chance)).toBeCloseTo(share)
    }
  }
  expect(coveredReadings(0, 5)).toBe(1)
  expect(coveredReadings(300, 3)).toBe(900)
})
