import { expect, test } from 'vitest'
import { nearestKey } from '../../../electron/core/simulator/nearestKey.ts'
import { parseText } from '../../../electron/core/simulator/parseDocument.ts'
import { readSensorConfig } from '../../../electron/core/simulator/sensorConfig.ts'

const FULL = `
version: 2
database: { path: data/x.db, backup_enabled: true, backup_interval_hours: 24, max_backups: 7, preserve_existing_db: false, max_size_mb: 1000 }
logging: { level: INFO, file: logs/a.log, format: "%(message)s", console_output: true, max_file_size_mb: 100, backup_count: 5 }
random_location: { enabled: false, gps_variation: 10, city_count: 50, filter_by: population, min_population: 1, max_population: 9, exclude_countries: [], include_countries: [] }
simulation: { readings_per_second: 3, run_time_seconds: 3600, start_delay_seconds: 2 }
replicas: { count: 4, prefix: NODE, start_index: 5 }
sensor: { anything: goes }
normal_parameters:
  temperature: { mean: 22, std_dev: 1.5, min: 18, max: 26, daily_pattern: false }
anomalies:
  enabled: true
  probability: 0.05
  types:
    spike: { enabled: true, weight: 0.3, severity_factor: 2 }
    trend: { weight: 0.25, duration_seconds: 300, rate_change: 0.1 }
    pattern: { duration_seconds: 600, frequency: 0.1 }
    missing_data: { enabled: false }
    noise: { duration_seconds: 120, noise_multiplier: 3 }
monitoring: { enabled: true, host: 0.0.0.0, port: 8080, metrics_interval_seconds: 60, health_check_path: /health, metrics_path: /metrics, enable_prometheus: false }
dynamic_reloading: { enabled: true, check_interval_seconds: 5, reload_on_change: true, validate_before_reload: true }
advanced: { memory_limit_mb: 500, cpu_limit_percent: 80, error_retry_attempts: 3, error_retry_delay_seconds: 5, batch_insert_size: 100, batch_timeout_seconds: 5.0 }
`

test('every key of the original examples is accepted, and those without effect are named', () => {
  const config = readSensorConfig(parseText(FULL, 'config.yaml'), 'config.yaml')
  expect(config).toMatchObject({
    databasePath: 'data/x.db',
    ratePerSecond: 3,
    runSeconds: 3600,
    startDelaySeconds: 2,
    replicas: { count: 4, prefix: 'NODE', startIndex: 5 },
    monitoring: { isEnabled: true, host: '0.0.0.0', port: 8080 },
    reload: { isEnabled: true, everySeconds: 5 },
  })
  expect(config.parameters.temperature).toEqual({ mean: 22, stdDev: 1.5, min: 18, max: 26, isDaily: false })
  expect(config.parameters.pressure.mean).toBe(101_325)
  expect(config.anomalies.kinds.missing_data.isEnabled).toBe(false)
  expect(config.anomalies.kinds.spike.severityFactor).toBe(2)
  expect(config.ignored).toContain('advanced.batch_insert_size')
})

test('a file without the sections the original insisted on has their defaults', () => {
  const config = readSensorConfig(
    parseText('logging: { level: INFO }\nanomalies: { enabled: false, probability: 0.05 }', 'v1'),
    'v1',
  )
  expect(config).toMatchObject({ ratePerSecond: 1, monitoring: { isEnabled: false, host: '127.0.0.1' } })
  expect(config.anomalies.isEnabled).toBe(false)
  expect(readSensorConfig(undefined, 'empty').anomalies.isEnabled).toBe(true)
})

test('an unknown key is refused with file, path and nearest key', () => {
  const read = (text: string) => () => readSensorConfig(parseText(text, 'c.yaml'), 'c.yaml')
  const refusal = (message: string, hint: string) =>
    expect.objectContaining({
      code: 'invalid',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    })
  expect(read('simulaton: {}')).toThrowError(refusal('c.yaml: unknown key "simulaton"', 'simulation'))
  expect(read('simulation: { reading_per_second: 1 }')).toThrowError(
    refusal('simulation.reading_per_second', 'readings_per_second'),
  )
  expect(read('normal_parameters: { temperature: { mean: 1, stddev: 1, min: 0, max: 2 } }')).toThrowError(
    /normal_parameters\.temperature/,
  )
  expect(read('anomalies: { types: { spikes: {} } }')).toThrowError(refusal('anomalies.types.spikes', 'spike'))
  expect(read('anomalies: { types: { spike: { wieght: 1 } } }')).toThrowError(
    refusal('anomalies.types.spike.wieght', 'weight'),
  )
})

test('swapped limits, wrong types and broken YAML are refused', () => {
  const read = (text: string) => () => readSensorConfig(parseText(text, 'c.yaml'), 'c.yaml')
  expect(read('normal_parameters: { voltage: { mean: 1, std_dev: 1, min: 9, max: 2 } }')).toThrowError(
    /min 9 is above max 2/,
  )
  expect(read('simulation: { readings_per_second: fast }')).toThrowError(/simulation\.readings_per_second/)
  expect(read('a: [1')).toThrowError(/c\.yaml/)
})

test('the nearest key is offered only when it is near', () => {
  expect(nearestKey('probabilty', ['probability', 'types'])).toBe('probability')
  expect(nearestKey('zzzzzz', ['probability', 'types'])).toBeUndefined()
})
