import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { epochUnitBySize } from '../../../../shared/domain/timestamps.ts'
import type { TimestampEncoding } from '../../../../shared/domain/timestamps.ts'
import type { SourceColumn } from '../nodePort.ts'

/** A table or view of a database, with the reason when it cannot be uploaded. */
export interface FoundTable {
  readonly name: string
  readonly columns: readonly SourceColumn[]
  readonly problem: string | undefined
}

/** Tables that hold settings of the sensor, of earlier uploaders or of Fieldgate: never readings. */
const SETTINGS_TABLES = /^(?:pipeline_\w+|upload_state|fieldgate_\w+)$/i
const USUAL_TABLE = 'sensor_readings'
const USUAL_COLUMN = 'timestamp'
/** Names that mean the time of the reading, where it is not called `timestamp`. */
const TIME_NAMES = new Set([
  'ts',
  'time',
  'datetime',
  'date_time',
  'event_time',
  'event_timestamp',
  'created_at',
  'recorded_at',
  'measured_at',
  'logged_at',
  'observed_at',
  'reading_time',
  'reading_timestamp',
  'sample_time',
])

/** True for a table that can never hold readings, whatever its columns. */
export function isSettingsTable(name: string): boolean {
  return SETTINGS_TABLES.test(name)
}

/**
 * The table to upload: the one asked for; else `sensor_readings`; else the only one that has rows with a time. Throws
 * `invalid` with the candidates when several fit, `unsupported` with the reason for one that cannot be read by row id,
 * `notFound` when there is none.
 */
export function chooseTable(path: string, tables: readonly FoundTable[], wanted: string | undefined): FoundTable {
  if (wanted !== undefined) return namedTable(path, tables, wanted)
  const usual = tables.find((table) => table.name.toLowerCase() === USUAL_TABLE)
  if (usual !== undefined) return readable(path, usual)
  const fitting = tables.filter((table) => table.problem === undefined && timeColumns(table.columns).length > 0)
  const [only, ...more] = fitting
  if (only !== undefined && more.length === 0) return only
  if (only !== undefined) {
    throw new FieldgateError('invalid', `${path} has several tables that could be uploaded: ${list(fitting)}.`, {
      hint: `Choose one with --table, or as sqlite_table in the configuration; for example --table ${only.name}.`,
    })
  }
  if (tables.length === 0) {
    throw new FieldgateError('notFound', `${path} has no tables yet.`, {
      hint: 'The sensor creates them when it first writes; check that it runs and writes to this file.',
    })
  }
  const [first] = tables
  if (tables.length === 1 && first?.problem !== undefined) readable(path, first)
  throw new FieldgateError('notFound', `${path} has no table with a time column; it has ${list(tables)}.`, {
    hint: 'Name the table with --table and its time column with --timestamp-col.',
  })
}

function namedTable(path: string, tables: readonly FoundTable[], wanted: string): FoundTable {
  const found =
    tables.find((table) => table.name === wanted) ??
    tables.find((table) => table.name.toLowerCase() === wanted.toLowerCase())
  if (found !== undefined) return readable(path, found)
  throw new FieldgateError('notFound', `${path} has no table "${wanted}".`, {
    hint: tables.length === 0 ? 'It has no tables yet: start the sensor that writes it.' : `It has ${list(tables)}.`,
  })
}

function readable(path: string, table: FoundTable): FoundTable {
  if (table.problem === undefined) return table
  throw new FieldgateError('unsupported', `"${table.name}" of ${path} cannot be uploaded: it ${table.problem}.`, {
    hint: 'Choose another table with --table.',
  })
}

function list(tables: readonly FoundTable[]): string {
  return tables.map((table) => table.name).join(', ')
}

/** Columns that may hold the time of the reading; a column called `timestamp` is always the one. */
function timeColumns(columns: readonly SourceColumn[]): readonly string[] {
  const usual = columns.filter((column) => column.name.toLowerCase() === USUAL_COLUMN)
  const fitting =
    usual.length > 0
      ? usual
      : columns.filter((column) => TIME_NAMES.has(column.name.toLowerCase()) || /DATE|TIME/.test(column.declaredType))
  return fitting.map((column) => column.name)
}

/**
 * The column with the time of a reading: the one asked for, else `timestamp`, else the only one whose name or type says
 * time. Throws `invalid` with the candidates when several fit, `notFound` when none does.
 */
export function chooseTimestampColumn(path: string, table: FoundTable, wanted: string | undefined): string {
  const all = table.columns.map((column) => column.name)
  if (wanted !== undefined) {
    const found = all.find((name) => name === wanted) ?? all.find((name) => name.toLowerCase() === wanted.toLowerCase())
    if (found !== undefined) return found
    throw new FieldgateError('notFound', `Table "${table.name}" of ${path} has no column "${wanted}".`, {
      hint: `It has ${all.join(', ')}.`,
    })
  }
  const [only, ...more] = timeColumns(table.columns)
  if (only !== undefined && more.length === 0) return only
  if (only === undefined) {
    throw new FieldgateError('notFound', `Table "${table.name}" of ${path} has no column that looks like a time.`, {
      hint: `Name it with --timestamp-col; the table has ${all.join(', ')}.`,
    })
  }
  const names = [only, ...more].join(', ')
  throw new FieldgateError('invalid', `Several columns of "${table.name}" in ${path} could be the time: ${names}.`, {
    hint: `Choose one with --timestamp-col, or as timestamp_col in the configuration; for example --timestamp-col ${only}.`,
  })
}

/**
 * How the times of a column are written, from samples of it: one epoch unit when all samples are numbers of that size,
 * else text, which also reads each number by its own size.
 */
export function detectEncoding(samples: readonly unknown[]): TimestampEncoding {
  const known = samples.filter((sample) => sample !== null && sample !== undefined)
  if (known.length === 0 || known.some((sample) => typeof sample !== 'number')) return 'text'
  const units = new Set(known.map((sample) => epochUnitBySize(sample as number)))
  if (units.size !== 1) return 'text'
  if (units.has('seconds')) return 'epochSeconds'
  if (units.has('millis')) return 'epochMillis'
  return units.has('micros') ? 'epochMicros' : 'text'
}
