/** Columns of the seed-era sensor table after `id`, in order, with their declared types (shape v4 of July 2025). */
export const READING_COLUMNS = [
  ['timestamp', 'TEXT NOT NULL'],
  ['sensor_id', 'TEXT NOT NULL'],
  ['temperature', 'REAL'],
  ['humidity', 'REAL'],
  ['pressure', 'REAL'],
  ['vibration', 'REAL'],
  ['voltage', 'REAL'],
  ['status_code', 'INTEGER'],
  ['anomaly_flag', 'INTEGER'],
  ['anomaly_type', 'TEXT'],
  ['firmware_version', 'TEXT'],
  ['model', 'TEXT'],
  ['manufacturer', 'TEXT'],
  ['location', 'TEXT'],
  ['latitude', 'REAL'],
  ['longitude', 'REAL'],
  ['original_timezone', 'TEXT'],
  ['synced', 'INTEGER'],
  ['serial_number', 'TEXT'],
  ['manufacture_date', 'TEXT'],
  ['deployment_type', 'TEXT'],
  ['installation_date', 'TEXT'],
  ['height_meters', 'REAL'],
  ['orientation_degrees', 'REAL'],
  ['instance_id', 'TEXT'],
  ['sensor_type', 'TEXT'],
] as const

export type ReadingColumn = (typeof READING_COLUMNS)[number][0]

/** Columns whose value comes with each reading, in the order of a written row. The others are the sensor's own. */
export const VARYING_COLUMNS = [
  'timestamp',
  'temperature',
  'humidity',
  'pressure',
  'vibration',
  'voltage',
  'status_code',
  'anomaly_flag',
  'anomaly_type',
  'original_timezone',
] as const satisfies readonly ReadingColumn[]

type VaryingColumn = (typeof VARYING_COLUMNS)[number]

/** Values of a sensor that are the same in each of its rows. */
export type FixedColumns = Readonly<Record<Exclude<ReadingColumn, VaryingColumn>, string | number | null>>

/** One row to write, in the order of VARYING_COLUMNS. */
export type ReadingRow = readonly (string | number | null)[]

export const CREATE_READINGS = `CREATE TABLE IF NOT EXISTS sensor_readings (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ${READING_COLUMNS.map(([name, type]) => `${name} ${type}`).join(',\n  ')}
)`

export const CREATE_READINGS_INDEX = 'CREATE INDEX IF NOT EXISTS idx_timestamp ON sensor_readings(timestamp)'
