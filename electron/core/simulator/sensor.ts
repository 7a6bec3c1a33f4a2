import { ANOMALY_TYPES } from '../../../shared/domain/simulator.ts'
import type { AnomalyType } from '../../../shared/domain/simulator.ts'
import type { Rng } from '../support/rng.ts'
import { anomalyShare, anomalyWeights, beginAnomaly, coveredReadings, startChance } from './anomalies.ts'
import type { ActiveAnomaly, AnomalySettings } from './anomalies.ts'
import { disturb } from './disturb.ts'
import { SENSOR_FIELDS } from './fields.ts'
import type { SensorField, SensorParameters } from './fields.ts'
import type { SensorIdentity } from './identity.ts'
import { strengthOf } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { climateAt, drawClimate, makeRounding, makeSignal } from './signal.ts'
import type { Climate, Drift } from './signal.ts'

/** What makes a sensor the one it is. */
export interface SensorSpec {
  readonly identity: SensorIdentity
  readonly parameters: SensorParameters
  readonly anomalies: AnomalySettings
}

/** One reading, as it will be a row. */
export interface SensorReading {
  readonly atMs: number
  /** In the order of SENSOR_FIELDS. */
  readonly values: readonly (number | null)[]
  /** Undefined on a normal reading. */
  readonly anomaly: AnomalyType | undefined
}

/** Everything a sensor remembers between two calls. A value: nothing of it is ever changed in place. */
export interface SensorState {
  readonly spec: SensorSpec
  readonly scenario: Scenario
  readonly scenarioSinceMs: number
  readonly ratePerSecond: number
  /** Reading `n` after the anchor is due at `anchorMs + n / rate`: errors never add up. */
  readonly anchorMs: number
  readonly sinceAnchor: number
  readonly startedMs: number
  readonly phase: number
  readonly drifts: readonly Drift[]
  readonly climate: Climate
  /** How far the clock of the sensor was set apart: the weather does not follow it. */
  readonly clockShiftMs: number
  readonly anomalies: readonly ActiveAnomaly[]
}

interface SensorStart {
  readonly spec: SensorSpec
  readonly scenario: Scenario
  readonly ratePerSecond: number
  readonly startMs: number
}

/**
 * A sensor that begins at `startMs`; its first reading is due one period later. What it is, drift and climate included,
 * follows from the seed of the generator alone, and no number of it is consumed.
 */
export function createSensor(start: SensorStart, seeded: Rng): SensorState {
  const rng = seeded.fork('traits')
  const phase = rng.next()
  return {
    spec: start.spec,
    scenario: start.scenario,
    scenarioSinceMs: start.startMs,
    ratePerSecond: start.ratePerSecond,
    anchorMs: start.startMs,
    sinceAnchor: 0,
    startedMs: start.startMs,
    phase,
    drifts: SENSOR_FIELDS.map(() => ({ perDay: rng.gauss(0, 0.04), offset: rng.gauss(0, 0.2) })),
    climate: drawClimate(rng),
    clockShiftMs: 0,
    anomalies: [],
  }
}

/** Readings made in one call at most; the rest comes with the next calls. */
const MOST_READINGS = 10_000

/** Readings that are due at a time, without making them. */
export function countDue(state: SensorState, nowMs: number): number {
  const due = Math.floor(((nowMs - state.anchorMs) * state.ratePerSecond) / 1000 + 1e-6)
  return Math.max(0, due - state.sinceAnchor)
}

/**
 * The readings due up to `nowMs`, oldest first, and the sensor after them. Pure but for the generator it draws from:
 * same state and generator, same readings, however the time is cut into calls. Rate without drift: 50 a second asked for
 * 2 s are 100. At most `limit` readings; calling again yields the rest.
 */
export function nextReadings(
  state: SensorState,
  nowMs: number,
  rng: Rng,
  limit = MOST_READINGS,
): { readonly state: SensorState; readonly readings: readonly SensorReading[] } {
  const count = Math.min(limit, countDue(state, nowMs))
  if (count === 0) return { state, readings: [] }
  const { spec, scenario } = state
  const periodMs = 1000 / state.ratePerSecond
  const round = makeRounding(spec.parameters)
  const signal = makeSignal({
    parameters: spec.parameters,
    longitude: spec.identity.longitude,
    drifts: state.drifts,
    effects: scenario.effects,
    phase: state.phase,
  })
  const silences = scenario.effects.filter((effect) => effect.kind === 'silence')
  const chances = anomalyChances(state)
  const readings: SensorReading[] = []
  let active = state.anomalies
  for (let i = 1; i <= count; i++) {
    const atMs = state.anchorMs + (state.sinceAnchor + i) * periodMs
    const stampMs = Math.round(atMs)
    const hidden = climateAt(state.climate, atMs - state.clockShiftMs)
    const values: (number | null)[] = [null, null, null, null, null]
    signal(atMs, atMs - state.startedMs, atMs - state.scenarioSinceMs, hidden, rng, values)
    const strikes = rng.next() < chances.start
    if (active.length > 0) active = active.filter((anomaly) => atMs < anomaly.untilMs)
    let current = active
    if (strikes && active.length === 0) {
      const anomaly = strike(spec, chances.weights, atMs, rng)
      current = [anomaly]
      if (anomaly.untilMs > atMs) active = current
    }
    for (const anomaly of current) {
      if (atMs < anomaly.startedMs) continue
      disturb(values, anomaly, atMs, spec.parameters, spec.identity, spec.anomalies, rng)
    }
    if (silences.some((effect) => strengthOf(effect, atMs - state.scenarioSinceMs + state.phase * 60_000) > 0)) continue
    round(values)
    readings.push({ atMs: stampMs, values, anomaly: current.find((anomaly) => atMs >= anomaly.startedMs)?.type })
  }
  return { state: { ...state, sinceAnchor: state.sinceAnchor + count, anomalies: active }, readings }
}

interface AnomalyChances {
  readonly start: number
  readonly weights: Readonly<Record<AnomalyType, number>>
}

function anomalyChances(state: SensorState): AnomalyChances {
  const { spec, scenario } = state
  const settings = {
    ...spec.anomalies,
    probability: scenario.anomalies.probability ?? spec.anomalies.probability,
  }
  const weights = anomalyWeights(settings, spec.identity, scenario.anomalies.weights)
  const meanReadings = ANOMALY_TYPES.reduce(
    (sum, type) => sum + weights[type] * coveredReadings(settings.kinds[type].durationSeconds, state.ratePerSecond),
    0,
  )
  if (meanReadings === 0) return { start: 0, weights }
  return { start: startChance(anomalyShare(settings, spec.identity), meanReadings), weights }
}

function strike(
  spec: SensorSpec,
  weights: Readonly<Record<AnomalyType, number>>,
  atMs: number,
  rng: Rng,
): ActiveAnomaly {
  let left = rng.next()
  const type = ANOMALY_TYPES.find((candidate) => (left -= weights[candidate]) < 0) ?? 'spike'
  return beginAnomaly(
    type,
    atMs,
    spec.anomalies.kinds[type].durationSeconds,
    undefined,
    spec.identity,
    spec.anomalies,
    rng,
  )
}

/** The sensor at another rate from now on; what was due before stays due. */
export function changeRate(state: SensorState, ratePerSecond: number): SensorState {
  const anchorMs = state.anchorMs + (state.sinceAnchor * 1000) / state.ratePerSecond
  return { ...state, ratePerSecond, anchorMs, sinceAnchor: 0 }
}

/** The sensor after its clock was set by `deltaMs`: the next reading is as far away as before, its stamp is not. */
export function shiftClock(state: SensorState, deltaMs: number): SensorState {
  return {
    ...state,
    anchorMs: state.anchorMs + deltaMs,
    clockShiftMs: state.clockShiftMs + deltaMs,
    startedMs: state.startedMs + deltaMs,
    scenarioSinceMs: state.scenarioSinceMs + deltaMs,
    anomalies: state.anomalies.map((anomaly) => ({
      ...anomaly,
      startedMs: anomaly.startedMs + deltaMs,
      untilMs: anomaly.untilMs + deltaMs,
    })),
  }
}

/** The sensor after a pause: nothing was due while it was off. */
export function resumeAt(state: SensorState, nowMs: number): SensorState {
  return { ...state, anchorMs: nowMs, sinceAnchor: 0 }
}

/** The sensor in another scenario, which begins at `nowMs`. */
export function enterScenario(state: SensorState, scenario: Scenario, nowMs: number): SensorState {
  return { ...state, scenario, scenarioSinceMs: nowMs }
}

/** The sensor with an anomaly at work from `nowMs` for a time, whatever the settings say. */
export function injectAnomaly(
  state: SensorState,
  wanted: { readonly type: AnomalyType; readonly seconds: number; readonly field: SensorField | undefined },
  nowMs: number,
  rng: Rng,
): SensorState {
  const { spec } = state
  const anomaly = beginAnomaly(wanted.type, nowMs, wanted.seconds, wanted.field, spec.identity, spec.anomalies, rng)
  return { ...state, anomalies: [...state.anomalies, anomaly] }
}
