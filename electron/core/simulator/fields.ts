/** What a sensor measures, in the order of the seed's columns. */
export const SENSOR_FIELDS = ['temperature', 'humidity', 'pressure', 'vibration', 'voltage'] as const
export type SensorField = (typeof SENSOR_FIELDS)[number]

/** How a field behaves when nothing is wrong; in the unit of the field. */
export interface FieldParameters {
  readonly mean: number
  readonly stdDev: number
  readonly min: number
  readonly max: number
  /** Follows the sun: on unless the configuration says `daily_pattern: false`. */
  readonly isDaily: boolean
}

export type SensorParameters = Readonly<Record<SensorField, FieldParameters>>

/** The example set of the original: °C, %, Pa, mm/s² and V. */
export const DEFAULT_PARAMETERS: SensorParameters = {
  temperature: { mean: 25, stdDev: 2, min: -10, max: 45, isDaily: true },
  humidity: { mean: 50, stdDev: 10, min: 0, max: 100, isDaily: true },
  pressure: { mean: 101_325, stdDev: 1000, min: 95_000, max: 105_000, isDaily: true },
  vibration: { mean: 2.5, stdDev: 0.5, min: 0, max: 10, isDaily: true },
  voltage: { mean: 12, stdDev: 0.5, min: 10, max: 14, isDaily: true },
}

/** Decimals a real sensor with this spread would show: steps of about a hundredth of the standard deviation. */
export function decimalsOf(parameters: FieldParameters): number {
  if (parameters.stdDev <= 0) return 3
  return Math.min(6, Math.max(0, Math.ceil(-Math.log10(parameters.stdDev / 100))))
}
