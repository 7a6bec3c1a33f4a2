import { ANOMALY_TYPES } from '../../../shared/domain/simulator.ts'
import type { AnomalyType } from '../../../shared/domain/simulator.ts'
import type { Rng } from '../support/rng.ts'
import { SENSOR_FIELDS } from './fields.ts'
import type { SensorField } from './fields.ts'
import type { SensorIdentity } from './identity.ts'

/** How one type of anomaly is made. Durations in seconds; 0 is a single reading. */
interface AnomalyKind {
  readonly isEnabled: boolean
  readonly weight: number
  readonly durationSeconds: number
  /** Largest factor of a spike. */
  readonly severityFactor?: number | undefined
  /** Change per minute of a trend, as a share of the value; without it a trend gains half the value by its end. */
  readonly rateChange?: number | undefined
  /** Oscillation of a pattern in radians per second. */
  readonly frequency?: number | undefined
  /** Multiplies the normal noise; without it noise is 10 % of the value. */
  readonly noiseMultiplier?: number | undefined
}

export interface AnomalySettings {
  readonly isEnabled: boolean
  /** Share of readings that are anomalous in the long run, before the factors of firmware and maker. */
  readonly probability: number
  readonly kinds: Readonly<Record<AnomalyType, AnomalyKind>>
}

/** An anomaly at work on a sensor. Readings with `startedMs <= t < untilMs` carry it; a single one has equal bounds. */
export interface ActiveAnomaly {
  readonly type: AnomalyType
  /** Undefined: every field the type can touch. */
  readonly field: SensorField | undefined
  readonly startedMs: number
  readonly untilMs: number
  readonly factor: number
  readonly isInverse: boolean
}

/** Weights and durations of the original's shipped configuration. */
export const DEFAULT_ANOMALIES: AnomalySettings = {
  isEnabled: true,
  probability: 0.01,
  kinds: {
    spike: { isEnabled: true, weight: 0.3, durationSeconds: 0 },
    trend: { isEnabled: true, weight: 0.2, durationSeconds: 300 },
    pattern: { isEnabled: true, weight: 0.2, durationSeconds: 600 },
    missing_data: { isEnabled: true, weight: 0.15, durationSeconds: 30 },
    noise: { isEnabled: true, weight: 0.15, durationSeconds: 120 },
  },
}

/** Factor tables of the original; the first entry that fits counts. */
const FIRMWARE_PROBABILITY: readonly (readonly [string, number])[] = [
  ['1.4', 1.5],
  ['1.5', 0.7],
]
const MAKER_PROBABILITY: Readonly<Record<string, number>> = { SensorTech: 1, EnvMonitors: 0.8, IoTPro: 1.2 }
const MODEL_WEIGHTS: Readonly<Record<string, Partial<Record<AnomalyType, number>>>> = {
  'EnvMonitor-3000': { missing_data: 2 },
  'EnvMonitor-4000': { pattern: 1.5 },
  'EnvMonitor-5000': { spike: 1.5 },
}
const FIRMWARE_WEIGHTS: Readonly<Record<string, Partial<Record<AnomalyType, number>>>> = {
  '1.4': { spike: 1.3, noise: 1.5 },
  '1.5': { spike: 0.7, noise: 0.8 },
}

/** `1.4` of `1.4.0`: the tables speak of release lines. */
export function releaseLine(firmware: string | null): string {
  return firmware === null ? '' : firmware.split('.').slice(0, 2).join('.')
}

/** The share of anomalous readings of this sensor: probability × firmware × maker, at most 1. */
export function anomalyShare(settings: AnomalySettings, identity: SensorIdentity): number {
  if (!settings.isEnabled) return 0
  const line = releaseLine(identity.firmwareVersion)
  const firmware = FIRMWARE_PROBABILITY.find(([known]) => known === line)?.[1] ?? 1
  const maker = MAKER_PROBABILITY[identity.manufacturer ?? ''] ?? 1
  return Math.min(1, settings.probability * firmware * maker)
}

/** The weight of each type for this sensor; 0 for those switched off. Sums to 1 unless all are 0. */
export function anomalyWeights(
  settings: AnomalySettings,
  identity: SensorIdentity,
  scenario: Partial<Record<AnomalyType, number>>,
): Readonly<Record<AnomalyType, number>> {
  const line = releaseLine(identity.firmwareVersion)
  const weights = ANOMALY_TYPES.map((type) => {
    const kind = settings.kinds[type]
    const model = MODEL_WEIGHTS[identity.model ?? '']?.[type] ?? 1
    const firmware = FIRMWARE_WEIGHTS[line]?.[type] ?? 1
    return [type, kind.isEnabled ? kind.weight * model * firmware * (scenario[type] ?? 1) : 0] as const
  })
  const sum = weights.reduce((total, [, weight]) => total + weight, 0)
  return Object.fromEntries(weights.map(([type, weight]) => [type, sum > 0 ? weight / sum : 0])) as Record<
    AnomalyType,
    number
  >
}

/**
 * The chance that an idle reading begins an anomaly, so that in the long run `share` of all readings are anomalous.
 * An anomaly covers `meanReadings` on average; a renewal of idle and anomalous readings gives share = h·D / (h·D + 1 - h).
 */
export function startChance(share: number, meanReadings: number): number {
  return share <= 0 ? 0 : share / (meanReadings * (1 - share) + share)
}

/** Readings an anomaly of this duration covers at a rate. */
export function coveredReadings(durationSeconds: number, ratePerSecond: number): number {
  return Math.max(1, Math.ceil(durationSeconds * ratePerSecond - 1e-9))
}

/** Begins an anomaly of a type at a time, with the sizes of the original's tables. */
export function beginAnomaly(
  type: AnomalyType,
  atMs: number,
  durationSeconds: number,
  field: SensorField | undefined,
  identity: SensorIdentity,
  settings: AnomalySettings,
  rng: Rng,
): ActiveAnomaly {
  const isOldFirmware = releaseLine(identity.firmwareVersion) === '1.4'
  const isInverse = rng.next() < 0.5
  const size = rng.next()
  const choice = rng.next()
  return {
    type,
    field: field ?? chooseField(type, choice, isOldFirmware),
    startedMs: atMs,
    untilMs: atMs + durationSeconds * 1000,
    factor: spikeFactor(size, isOldFirmware, settings.kinds.spike.severityFactor),
    isInverse,
  }
}

function spikeFactor(size: number, isOldFirmware: boolean, severity: number | undefined): number {
  const [least, most] = isOldFirmware ? [1.8, 3.5] : [1.5, 3]
  return least + size * (Math.max(least, severity ?? most) - least)
}

const DISTURBED: readonly SensorField[] = ['temperature', 'humidity', 'voltage']

/** A spike and a trend touch one field, missing data one or all of them, pattern and noise several at once. */
function chooseField(type: AnomalyType, choice: number, isOldFirmware: boolean): SensorField | undefined {
  if (type === 'pattern' || type === 'noise') return undefined
  if (type === 'missing_data')
    return choice < 0.3 ? undefined : SENSOR_FIELDS[Math.floor(((choice - 0.3) / 0.7) * SENSOR_FIELDS.length)]
  if (type === 'spike' && isOldFirmware) return choice < 0.6 ? 'temperature' : choice < 0.8 ? 'humidity' : 'voltage'
  return DISTURBED[Math.floor(choice * DISTURBED.length)]
}
