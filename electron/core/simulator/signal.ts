import type { Rng } from '../support/rng.ts'
import { decimalsOf, SENSOR_FIELDS } from './fields.ts'
import type { FieldParameters, SensorField, SensorParameters } from './fields.ts'
import { strengthOf } from './scenario.ts'
import type { ScenarioEffect } from './scenario.ts'

/** What the fields of one sensor have in common: slow hidden processes with mean 0 and deviation 1. */
export interface HiddenProcesses {
  /** Warm and dry against cool and wet. */
  readonly weather: number
  /** Highs and lows. */
  readonly air: number
  /** How hard the machine beside the sensor works. */
  readonly load: number
}

/** Memory of the hidden processes: the time after which a deviation has faded to 1/e. */
const MEMORY_MS = { weather: 45 * 60_000, air: 6 * 3_600_000, load: 8 * 60_000 }

/** How a field is made of its causes, in standard deviations; squares with the noise add up to about 1. */
interface Mixture {
  readonly daily: number
  /** Local solar hour of the daily maximum. */
  readonly peakHour: number
  readonly weather: number
  readonly air: number
  readonly load: number
  readonly noise: number
}

const MIXTURES: Readonly<Record<SensorField, Mixture>> = {
  temperature: { daily: 0.9, peakHour: 15, weather: 0.5, air: 0, load: 0.1, noise: 0.3 },
  humidity: { daily: 0.8, peakHour: 4, weather: -0.6, air: -0.1, load: 0, noise: 0.3 },
  pressure: { daily: 0.15, peakHour: 10, weather: -0.1, air: 0.9, load: 0, noise: 0.15 },
  vibration: { daily: 0.4, peakHour: 13, weather: 0, air: 0, load: 0.7, noise: 0.5 },
  voltage: { daily: 0.4, peakHour: 14, weather: -0.2, air: 0, load: -0.5, noise: 0.5 },
}

const MIXTURE_LIST = SENSOR_FIELDS.map((field) => MIXTURES[field])

/** Redraws before a value is pressed into its range: a mean far outside never hangs (the original did). */
const DRAWS = 8

/** The hidden processes at some time nobody observed: a draw from their lasting distribution. */
export function drawProcesses(rng: Rng): HiddenProcesses {
  return { weather: rng.gauss(0, 1), air: rng.gauss(0, 1), load: rng.gauss(0, 1) }
}

/** Moves hidden processes on by fixed steps, exactly as first-order autoregressions whatever the step is. */
export function processStep(stepMs: number): (before: HiddenProcesses, rng: Rng) => HiddenProcesses {
  const keep = (memory: number): number => Math.exp(-stepMs / memory)
  const [weather, air, load] = [keep(MEMORY_MS.weather), keep(MEMORY_MS.air), keep(MEMORY_MS.load)]
  const fresh = [weather, air, load].map((kept) => Math.sqrt(1 - kept * kept)) as [number, number, number]
  return (before, rng) => ({
    weather: before.weather * weather + rng.gauss(0, fresh[0]),
    air: before.air * air + rng.gauss(0, fresh[1]),
    load: before.load * load + rng.gauss(0, fresh[2]),
  })
}

/** Slow change of one field of one sensor as it ages: deviations per day, and where it started. */
export interface Drift {
  readonly perDay: number
  readonly offset: number
}

const DAY_MS = 86_400_000
const MAX_DRIFT_SIGMAS = 1

/** A field's slow error in deviations at a time; bounded, however old the sensor gets. */
function driftAt(drift: Drift, elapsedMs: number): number {
  return MAX_DRIFT_SIGMAS * Math.tanh(drift.offset + (drift.perDay * elapsedMs) / DAY_MS)
}

interface SignalInputs {
  readonly parameters: SensorParameters
  readonly longitude: number
  readonly drifts: readonly Drift[]
  readonly effects: readonly ScenarioEffect[]
  /** 0 to 1, the sensor's own: spreads a scenario over a fleet. */
  readonly phase: number
}

/** The undisturbed values of a sensor, in the order of SENSOR_FIELDS. */
export type Signal = (
  atMs: number,
  sinceStartMs: number,
  sinceScenarioMs: number,
  hidden: HiddenProcesses,
  rng: Rng,
  into: (number | null)[],
) => void

/**
 * The values of a sensor at a time: mean, daily cycle in local solar time, hidden processes, drift, scenario and noise.
 * Always within [min, max], after a bounded number of draws.
 */
export function makeSignal(inputs: SignalInputs): Signal {
  const fields = SENSOR_FIELDS.map((field) => inputs.parameters[field])
  const effects = SENSOR_FIELDS.map((field) =>
    inputs.effects.filter((effect) => effect.kind !== 'silence' && effect.field === field),
  )
  return (atMs, sinceStartMs, sinceScenarioMs, hidden, rng, into) => {
    const solarHour = atMs / 3_600_000 + inputs.longitude / 15
    const scenarioMs = sinceScenarioMs * (0.85 + 0.3 * inputs.phase)
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i] as FieldParameters
      const mixture = MIXTURE_LIST[i] as Mixture
      const daily = field.isDaily ? mixture.daily * Math.cos(((solarHour - mixture.peakHour) * Math.PI) / 12) : 0
      let sigmas =
        daily +
        mixture.weather * hidden.weather +
        mixture.air * hidden.air +
        mixture.load * hidden.load +
        driftAt(inputs.drifts[i] as Drift, sinceStartMs)
      let noise = mixture.noise
      for (const effect of effects[i] as readonly ScenarioEffect[]) {
        const strength = strengthOf(effect, scenarioMs)
        if (strength === 0) continue
        if (effect.kind === 'shift') sigmas += effect.sigmas * strength
        else if (effect.kind === 'noise') noise *= 1 + (effect.factor - 1) * strength
        else if (effect.kind === 'wave')
          sigmas += effect.sigmas * strength * Math.sin((2 * Math.PI * scenarioMs) / (effect.periodMinutes * 60_000))
      }
      into[i] = drawWithin(field, field.mean + sigmas * field.stdDev, noise * field.stdDev, rng)
    }
  }
}

function drawWithin(field: FieldParameters, center: number, deviation: number, rng: Rng): number {
  for (let draw = 0; draw < DRAWS; draw++) {
    const value = rng.gauss(center, deviation)
    if (value >= field.min && value <= field.max) return value
  }
  return Math.min(field.max, Math.max(field.min, center))
}

/** Cuts values to the resolution of the sensor. */
export function makeRounding(parameters: SensorParameters): (values: (number | null)[]) => void {
  const scales = SENSOR_FIELDS.map((field) => 10 ** decimalsOf(parameters[field]))
  return (values) => {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      const scale = scales[i] as number
      if (value !== null && value !== undefined) values[i] = Math.round(value * scale) / scale
    }
  }
}
