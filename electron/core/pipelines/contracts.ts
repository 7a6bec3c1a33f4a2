import type { ContractColumn, TableContract } from '../../../shared/domain/settings.ts'
import { INFER_UNIT } from '../../../shared/domain/units.ts'
import type { SourceColumn } from '../db/nodePort.ts'
import { kindOfDeclared } from './schema.ts'

/**
 * What a reading of any of the seven `sensor_readings` shapes must satisfy when nothing else is configured. Limits are
 * those of physics and of sensors, not of good weather: an anomaly is data, only the impossible is not. No pattern on
 * sensor ids: every generator met so far spells them differently.
 */
const WIDE_COLUMNS: Readonly<Record<string, ContractColumn>> = {
  timestamp: { type: 'timestamp', required: true },
  sensor_id: { type: 'string', required: true },
  temperature: { type: 'number', unit: '°C', min: -100, max: 300 },
  humidity: { type: 'number', unit: '%', min: 0, max: 100 },
  pressure: { type: 'number', unit: 'hPa', sourceUnit: INFER_UNIT, min: 0, max: 20_000 },
  vibration: { type: 'number', min: 0, max: 1000 },
  voltage: { type: 'number', unit: 'V', min: 0, max: 60 },
  status_code: { type: 'integer' },
  anomaly_flag: { type: 'integer', oneOf: [0, 1] },
  anomaly_type: { type: 'string' },
  firmware_version: { type: 'string' },
  model: { type: 'string' },
  manufacturer: { type: 'string' },
  location: { type: 'string' },
  latitude: { type: 'number', min: -90, max: 90 },
  longitude: { type: 'number', min: -180, max: 180 },
  original_timezone: { type: 'string' },
  synced: { type: 'integer' },
  serial_number: { type: 'string' },
  manufacture_date: { type: 'string' },
  deployment_type: { type: 'string' },
  installation_date: { type: 'string' },
  height_meters: { type: 'number', unit: 'm', min: -500, max: 10_000 },
  orientation_degrees: { type: 'number', min: 0, max: 360 },
  instance_id: { type: 'string' },
  sensor_type: { type: 'string' },
}

/** The shape with one quantity per row: the row says what it measures and in which unit. */
const NARROW_COLUMNS: Readonly<Record<string, ContractColumn>> = {
  timestamp: { type: 'timestamp', required: true },
  sensor_id: { type: 'string', required: true },
  sensor_type: { type: 'string', required: true },
  value: {
    type: 'number',
    required: true,
    unitColumn: 'unit',
    limitsByUnit: { '°C': { min: -100, max: 300 }, '%': { min: 0, max: 100 }, hPa: { min: 0, max: 20_000 } },
  },
  unit: { type: 'string', required: true },
  location: { type: 'string' },
  quality: { type: 'string' },
  metadata: { type: 'string' },
}

const CONTRACT_VERSION = 1

/**
 * The contract of a table: the configured one of that name; else the default of the `sensor_readings` shape it has;
 * else what its declared types promise. Limited to columns that exist, unless a configured contract requires more.
 */
export function contractFor(
  table: string,
  columns: readonly SourceColumn[],
  contracts: readonly TableContract[],
): TableContract {
  const configured = contracts.find((contract) => contract.table.toLowerCase() === table.toLowerCase())
  if (configured !== undefined) return configured
  const names = new Set(columns.map((column) => column.name.toLowerCase()))
  const known = names.has('value') && names.has('unit') ? NARROW_COLUMNS : names.has('sensor_id') ? WIDE_COLUMNS : {}
  return {
    table,
    version: CONTRACT_VERSION,
    columns: Object.fromEntries(
      columns.flatMap((column) => {
        const rule = known[column.name.toLowerCase()] ?? declaredColumn(column)
        return rule === undefined ? [] : [[column.name, rule] as const]
      }),
    ),
  }
}

/** The default contracts, for people to read and to start their own from. */
export function defaultContracts(): readonly TableContract[] {
  return [
    { table: 'sensor_readings', version: CONTRACT_VERSION, columns: WIDE_COLUMNS },
    { table: 'sensor_readings (one value per row)', version: CONTRACT_VERSION, columns: NARROW_COLUMNS },
  ]
}

/** Text and blobs of an unknown table may hold anything; they are delivered as they are. */
function declaredColumn(column: SourceColumn): ContractColumn | undefined {
  const kind = kindOfDeclared(column.declaredType)
  if (kind === 'double') return { type: 'number' }
  return kind === 'int64' || kind === 'boolean' ? { type: 'integer' } : undefined
}
