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

/** Waves a hidden process is made of; the sum of 12 is normal enough for charts and alarms. */
const WAVES = 12
/** Times are counted from here: cosines of small angles are exact and fast. */
const ORIGIN_MS = Date.UTC(2026, 0, 1)

/** One hidden process: frequencies in radians per millisecond, and phases. */
type Waves = readonly (readonly [frequency: number, phase: number])[]

/** The hidden processes of one sensor for all times, past and future. Plain data. */
export type Climate = Readonly<Record<keyof HiddenProcesses, Waves>>

/**
 * Draws the climate of a sensor. Its value is a function of time alone, so a sensor goes on where its past ended, at any
 * rate and after any pause. Each process has mean 0, variance 1 and the memory above: random Fourier features (Rahimi and
 * Recht, 2007) of the kernel exp(-|t| / memory), whose spectrum is a Cauchy distribution.
 */
export function drawClimate(rng: Rng): Climate {
  const waves = (memoryMs: number): Waves =>
    Array.from({ length: WAVES }, (_unused, i) => [
      // One frequency from each stretch of equal probability; the fastest hundredth is noise, which a field has anyway.
      Math.tan((Math.PI / 2) * 0.99 * ((i + rng.next()) / WAVES)) / memoryMs,
      2 * Math.PI * rng.next(),
    ])
  return { weather: waves(MEMORY_MS.weather), air: waves(MEMORY_MS.air), load: waves(MEMORY_MS.load) }
}

/** The hidden processes at a time. */
export function climateAt(climate: Climate, atMs: number): HiddenProcesses {
  const ms = atMs - ORIGIN_MS
  return { weather: sumAt(climate.weather, ms), air: sumAt(climate.air, ms), load: sumAt(climate.load, ms) }
}

function sumAt(waves: Waves, ms: number): number {
  let sum = 0
  for (const [frequency, phase] of waves) sum += Math.cos(frequency * ms + phase)
  return sum * Math.sqrt(2 / waves.length)
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
