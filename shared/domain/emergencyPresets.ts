import type { EmergencyRules } from './settings.ts'

/**
 * Emergency rules to choose from, by name. `flags` is the default: what the sensor itself calls an anomaly. The limits
 * of the other two are those that earlier systems used for the same sensors; each carries its unit, because pressure is
 * written in bar, kPa and Pa by different generators.
 */
export const EMERGENCY_PRESETS = {
  flags: { anomalyFlag: true, statusCodes: [], thresholds: [] },
  process: {
    anomalyFlag: true,
    statusCodes: [],
    thresholds: [
      { column: 'temperature', unit: '°C', below: 52, above: 75 },
      { column: 'pressure', unit: 'bar', below: 10.5, above: 14.5 },
      { column: 'voltage', unit: 'V', below: 11.6, above: 12.4 },
      { column: 'humidity', unit: '%', below: 1, above: 95 },
    ],
  },
  environment: {
    anomalyFlag: true,
    statusCodes: [],
    thresholds: [
      { column: 'temperature', unit: '°C', below: -20, above: 60 },
      { column: 'humidity', unit: '%', below: 5, above: 95 },
      { column: 'pressure', unit: 'hPa', below: 950, above: 1050 },
      { column: 'vibration', above: 10 },
      { column: 'voltage', unit: 'V', below: 20, above: 25 },
    ],
  },
} as const satisfies Record<string, EmergencyRules>

export const EMERGENCY_PRESET_NAMES = [
  'flags',
  'process',
  'environment',
] as const satisfies readonly (keyof typeof EMERGENCY_PRESETS)[]
