import type { Rng } from '../support/rng.ts'
import { releaseLine } from './anomalies.ts'
import type { ActiveAnomaly, AnomalySettings } from './anomalies.ts'
import { SENSOR_FIELDS } from './fields.ts'
import type { SensorField, SensorParameters } from './fields.ts'
import type { SensorIdentity } from './identity.ts'

/** Values of one reading in the order of SENSOR_FIELDS; null is a value the sensor did not deliver. */
export type FieldValues = (number | null)[]

const INDEX = Object.fromEntries(SENSOR_FIELDS.map((field, index) => [field, index])) as Record<SensorField, number>
const NOISY: readonly SensorField[] = ['temperature', 'humidity', 'voltage']
/** A disturbed value differs from the undisturbed one by at least this many deviations: a factor on 0 °C is no spike. */
const LEAST_SIGMAS = 4

/**
 * Changes the values of a reading as the anomaly says. Not clamped: leaving the normal range is the point.
 * Sizes as in the original: spike × factor, trend up to × 1.5 over its duration, pattern ± 20 %, noise 10 % of the value.
 */
export function disturb(
  values: FieldValues,
  anomaly: ActiveAnomaly,
  atMs: number,
  parameters: SensorParameters,
  identity: SensorIdentity,
  settings: AnomalySettings,
  rng: Rng,
): void {
  const kind = settings.kinds[anomaly.type]
  const seconds = (atMs - anomaly.startedMs) / 1000
  const scale = (field: SensorField, factor: number): void => {
    const value = values[INDEX[field]]
    if (value !== null && value !== undefined) values[INDEX[field]] = value * factor
  }
  switch (anomaly.type) {
    case 'spike': {
      spike(values, anomaly, parameters)
      break
    }
    case 'trend': {
      const duration = Math.max(1, (anomaly.untilMs - anomaly.startedMs) / 1000)
      const gain = kind.rateChange === undefined ? (0.5 * seconds) / duration : (kind.rateChange * seconds) / 60
      scale(anomaly.field ?? 'temperature', anomaly.isInverse ? 1 / (1 + gain) : 1 + gain)
      break
    }
    case 'pattern': {
      const swing = 0.2 * Math.sin(seconds * (kind.frequency ?? 0.1))
      scale(anomaly.field ?? 'temperature', 1 + swing)
      if (anomaly.field === undefined) scale('humidity', 1 - swing)
      break
    }
    case 'noise': {
      const share = releaseLine(identity.firmwareVersion) === '1.4' ? 0.15 : 0.1
      for (const field of anomaly.field === undefined ? NOISY : [anomaly.field]) {
        const value = values[INDEX[field]] ?? 0
        const isWet = field === 'humidity' && identity.manufacturer === 'EnvMonitors'
        const deviation =
          kind.noiseMultiplier === undefined
            ? Math.abs(value) * share * (isWet ? 1.5 : 1)
            : kind.noiseMultiplier * parameters[field].stdDev
        if (values[INDEX[field]] !== null) values[INDEX[field]] = value + rng.gauss(0, deviation)
      }
      break
    }
    case 'missing_data': {
      for (const field of anomaly.field === undefined ? SENSOR_FIELDS : [anomaly.field]) values[INDEX[field]] = null
      break
    }
  }
}

function spike(values: FieldValues, anomaly: ActiveAnomaly, parameters: SensorParameters): void {
  const field = anomaly.field ?? 'temperature'
  const value = values[INDEX[field]]
  if (value === null || value === undefined) return
  const spiked = anomaly.isInverse ? value / anomaly.factor : value * anomaly.factor
  const least = LEAST_SIGMAS * parameters[field].stdDev
  const isFar = Math.abs(spiked - value) >= least
  values[INDEX[field]] = isFar ? spiked : value + (anomaly.isInverse ? -least : least)
}
