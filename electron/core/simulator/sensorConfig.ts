import { z } from 'zod'
import { ANOMALY_TYPES } from '../../../shared/domain/simulator.ts'
import type { AnomalyType } from '../../../shared/domain/simulator.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { DEFAULT_ANOMALIES } from './anomalies.ts'
import type { AnomalySettings } from './anomalies.ts'
import { DEFAULT_PARAMETERS, SENSOR_FIELDS } from './fields.ts'
import type { SensorParameters } from './fields.ts'
import { checkDocument } from './parseDocument.ts'

/** What a sensor configuration means to us, with every default filled in. */
export interface SensorConfig {
  readonly databasePath: string
  readonly ratePerSecond: number
  /** Undefined: until stopped. */
  readonly runSeconds: number | undefined
  readonly startDelaySeconds: number
  readonly parameters: SensorParameters
  readonly anomalies: AnomalySettings
  readonly replicas: { readonly count: number; readonly prefix: string; readonly startIndex: number }
  readonly randomLocation: {
    readonly isEnabled: boolean
    readonly citiesFile: string | undefined
    readonly gpsVariationMeters: number
    readonly numberOfCities: number
    readonly minPopulation: number
    readonly maxPopulation: number
    /** Country names or codes; an empty list of included ones means all. */
    readonly includeCountries: readonly string[]
    readonly excludeCountries: readonly string[]
  }
  readonly monitoring: { readonly isEnabled: boolean; readonly host: string; readonly port: number }
  readonly reload: { readonly isEnabled: boolean; readonly everySeconds: number }
  /** Keys that are read and have no effect here, with the reason. */
  readonly ignored: readonly string[]
}

const positive = z.number().positive()
const flag = z.boolean()
const field = z.strictObject({
  mean: z.number(),
  std_dev: z.number().min(0),
  min: z.number(),
  max: z.number(),
  daily_pattern: flag.optional(),
})
const anomalyType = z.strictObject({
  enabled: flag.optional(),
  weight: z.number().min(0).optional(),
  duration_seconds: z.number().min(0).optional(),
  severity_factor: positive.optional(),
  rate_change: z.number().optional(),
  frequency: positive.optional(),
  noise_multiplier: positive.optional(),
})

const sections = {
  database: z.strictObject({
    path: z.string().min(1).optional(),
    backup_enabled: flag.optional(),
    backup_interval_hours: positive.optional(),
    backup_path: z.string().optional(),
    max_backups: z.number().optional(),
    preserve_existing_db: flag.optional(),
    max_size_mb: positive.optional(),
    batch_size: positive.optional(),
  }),
  logging: z.strictObject({
    level: z.string().optional(),
    file: z.string().optional(),
    format: z.string().optional(),
    console_output: flag.optional(),
    max_file_size_mb: positive.optional(),
    backup_count: z.number().optional(),
  }),
  random_location: z.strictObject({
    enabled: flag.optional(),
    cities_file: z.string().optional(),
    gps_variation: z.number().min(0).optional(),
    number_of_cities: z.int().positive().optional(),
    city_count: z.int().positive().optional(),
    filter_by: z.string().optional(),
    min_population: z.number().optional(),
    max_population: z.number().optional(),
    exclude_countries: z.array(z.string()).optional(),
    include_countries: z.array(z.string()).optional(),
  }),
  simulation: z.strictObject({
    readings_per_second: z.number().positive().max(1000).optional(),
    run_time_seconds: positive.optional(),
    start_delay_seconds: z.number().min(0).optional(),
  }),
  replicas: z.strictObject({
    count: z.int().positive().max(100_000).optional(),
    prefix: z.string().min(1).optional(),
    start_index: z.int().min(0).optional(),
  }),
  normal_parameters: z.strictObject(
    Object.fromEntries(SENSOR_FIELDS.map((name) => [name, field.optional()])) as Record<
      (typeof SENSOR_FIELDS)[number],
      z.ZodOptional<typeof field>
    >,
  ),
  anomalies: z.strictObject({
    enabled: flag.optional(),
    probability: z.number().min(0).max(1).optional(),
    types: z
      .strictObject(
        Object.fromEntries(ANOMALY_TYPES.map((name) => [name, anomalyType.optional()])) as Record<
          AnomalyType,
          z.ZodOptional<typeof anomalyType>
        >,
      )
      .optional(),
  }),
  monitoring: z.strictObject({
    enabled: flag.optional(),
    host: z.string().optional(),
    port: z.int().min(0).max(65_535).optional(),
    metrics_interval_seconds: positive.optional(),
    health_check_path: z.string().optional(),
    metrics_path: z.string().optional(),
    enable_prometheus: flag.optional(),
  }),
  dynamic_reloading: z.strictObject({
    enabled: flag.optional(),
    check_interval_seconds: positive.optional(),
    reload_on_change: flag.optional(),
    validate_before_reload: flag.optional(),
  }),
  advanced: z.strictObject({
    memory_limit_mb: positive.optional(),
    cpu_limit_percent: positive.optional(),
    error_retry_attempts: z.number().optional(),
    error_retry_delay_seconds: z.number().optional(),
    batch_insert_size: positive.optional(),
    batch_timeout_seconds: positive.optional(),
  }),
}

const schema = z.strictObject({
  version: z.int().min(1).max(2).optional(),
  sensor: z.record(z.string(), z.unknown()).optional(),
  database: sections.database.optional(),
  logging: sections.logging.optional(),
  random_location: sections.random_location.optional(),
  simulation: sections.simulation.optional(),
  replicas: sections.replicas.optional(),
  normal_parameters: sections.normal_parameters.optional(),
  anomalies: sections.anomalies.optional(),
  monitoring: sections.monitoring.optional(),
  dynamic_reloading: sections.dynamic_reloading.optional(),
  advanced: sections.advanced.optional(),
})

type RawConfig = z.output<typeof schema>

/** Keys of the original that nothing here acts on; a person is told once. */
const WITHOUT_EFFECT: readonly (readonly [keyof typeof sections, string])[] = [
  ['database', 'backup_enabled'],
  ['database', 'backup_interval_hours'],
  ['database', 'backup_path'],
  ['database', 'max_backups'],
  ['database', 'preserve_existing_db'],
  ['database', 'max_size_mb'],
  ['database', 'batch_size'],
  ['logging', 'level'],
  ['logging', 'file'],
  ['logging', 'format'],
  ['logging', 'console_output'],
  ['logging', 'max_file_size_mb'],
  ['logging', 'backup_count'],
  ['random_location', 'filter_by'],
  ['monitoring', 'metrics_interval_seconds'],
  ['monitoring', 'health_check_path'],
  ['monitoring', 'metrics_path'],
  ['monitoring', 'enable_prometheus'],
  ['advanced', 'memory_limit_mb'],
  ['advanced', 'cpu_limit_percent'],
  ['advanced', 'error_retry_attempts'],
  ['advanced', 'error_retry_delay_seconds'],
  ['advanced', 'batch_insert_size'],
  ['advanced', 'batch_timeout_seconds'],
]

/**
 * Reads the original's sensor configuration (both versions and every key of its examples). Missing sections have defaults.
 * Throws `invalid` naming file and key, for an unknown key the nearest one, and for a range whose ends are swapped.
 */
export function readSensorConfig(document: unknown, name: string): SensorConfig {
  const raw = checkDocument(schema, document ?? {}, name, knownKeys)
  const parameters = readParameters(raw.normal_parameters, name)
  const location = raw.random_location ?? {}
  return {
    databasePath: raw.database?.path ?? 'data/sensor_data.db',
    ratePerSecond: raw.simulation?.readings_per_second ?? 1,
    runSeconds: raw.simulation?.run_time_seconds,
    startDelaySeconds: raw.simulation?.start_delay_seconds ?? 0,
    parameters,
    anomalies: readAnomalies(raw.anomalies),
    replicas: {
      count: raw.replicas?.count ?? 1,
      prefix: raw.replicas?.prefix ?? 'SENSOR',
      startIndex: raw.replicas?.start_index ?? 1,
    },
    randomLocation: {
      isEnabled: location.enabled ?? false,
      citiesFile: location.cities_file,
      gpsVariationMeters: location.gps_variation ?? 10,
      numberOfCities: location.number_of_cities ?? location.city_count ?? 10,
      minPopulation: location.min_population ?? 0,
      maxPopulation: location.max_population ?? Infinity,
      includeCountries: location.include_countries ?? [],
      excludeCountries: location.exclude_countries ?? [],
    },
    monitoring: {
      isEnabled: raw.monitoring?.enabled ?? false,
      host: raw.monitoring?.host ?? '127.0.0.1',
      port: raw.monitoring?.port ?? 8080,
    },
    reload: {
      isEnabled: (raw.dynamic_reloading?.enabled ?? false) && (raw.dynamic_reloading?.reload_on_change ?? true),
      everySeconds: raw.dynamic_reloading?.check_interval_seconds ?? 5,
    },
    ignored: WITHOUT_EFFECT.filter(([section, key]) => Object.hasOwn(raw[section] ?? {}, key)).map(
      ([section, key]) => `${section}.${key}`,
    ),
  }
}

function readParameters(raw: RawConfig['normal_parameters'], name: string): SensorParameters {
  const entries = SENSOR_FIELDS.map((key) => {
    const given = raw?.[key]
    if (given === undefined) return [key, DEFAULT_PARAMETERS[key]] as const
    if (given.min > given.max) {
      throw new FieldgateError(
        'invalid',
        `${name}: normal_parameters.${key}: min ${given.min} is above max ${given.max}.`,
        {
          hint: 'Swap the two.',
        },
      )
    }
    const { mean, std_dev: stdDev, min, max, daily_pattern: isDaily } = given
    return [key, { mean, stdDev, min, max, isDaily: isDaily ?? true }] as const
  })
  return Object.fromEntries(entries) as unknown as SensorParameters
}

function readAnomalies(raw: RawConfig['anomalies']): AnomalySettings {
  const kinds = ANOMALY_TYPES.map((type) => {
    const given = raw?.types?.[type]
    const usual = DEFAULT_ANOMALIES.kinds[type]
    return [
      type,
      {
        isEnabled: given?.enabled ?? (raw?.types === undefined || given !== undefined),
        weight: given?.weight ?? usual.weight,
        durationSeconds: given?.duration_seconds ?? usual.durationSeconds,
        severityFactor: given?.severity_factor,
        rateChange: given?.rate_change,
        frequency: given?.frequency,
        noiseMultiplier: given?.noise_multiplier,
      },
    ] as const
  })
  return {
    isEnabled: raw?.enabled ?? raw === undefined,
    probability: raw?.probability ?? DEFAULT_ANOMALIES.probability,
    kinds: Object.fromEntries(kinds) as unknown as AnomalySettings['kinds'],
  }
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  const [section, inner, deeper] = path
  if (section === undefined) return Object.keys(schema.shape)
  if (section === 'normal_parameters' && inner !== undefined) return Object.keys(field.shape)
  if (section === 'anomalies' && deeper !== undefined) return Object.keys(anomalyType.shape)
  if (section === 'anomalies' && inner !== undefined) return ANOMALY_TYPES
  return Object.keys(sections[section as keyof typeof sections].shape)
}
