import Database from 'better-sqlite3'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { syncFolder } from '../support/atomicFile.ts'
import { enterWriteAheadMode } from '../support/writeAhead.ts'
import { explainFailure } from './node/failures.ts'
import { CREATE_READINGS, CREATE_READINGS_INDEX, READING_COLUMNS, VARYING_COLUMNS } from './readingsSchema.ts'
import type { FixedColumns, ReadingRow } from './readingsSchema.ts'

/** The one writer of a sensor's own rows. Every failure is a FieldgateError and leaves the rows of earlier calls in place. */
export interface ReadingsWriter {
  /** Commits all rows in one transaction, or none of them. */
  append(rows: readonly ReadingRow[]): void
  close(): void
}

/** A locked database holds up the thread that writes for at most this long; its rows wait and are tried again. */
const BUSY_TIMEOUT_MS = 100
/** Pages of the write-ahead log after which SQLite checkpoints by itself, without waiting for readers: about 2 MB. */
const CHECKPOINT_PAGES = 500
const CHECKPOINT_BYTES = CHECKPOINT_PAGES * 4096
/** Rows bound at once: calls from JavaScript into SQLite are what a bulk insert mostly costs. */
const ROWS_PER_STATEMENT = 32
/** Page cache of one writer in KiB: a thousand of them stay small. */
const CACHE_KIB = 128

/**
 * Opens a sensor's database for appending, or makes it: seed-era table in write-ahead mode with bounded checkpoints.
 * Nothing in an existing file is ever deleted, truncated or altered. Throws `conflict` for a table of another shape,
 * `unavailable` while locked, `corrupt` for a file that is no database.
 */
export function openReadingsWriter(path: string, fixed: FixedColumns): ReadingsWriter {
  mkdirSync(dirname(path), { recursive: true })
  return guarded(path, () => {
    const database = new Database(path, { timeout: BUSY_TIMEOUT_MS })
    try {
      const columns = existingColumns(database)
      if (columns === undefined) {
        enterWriteAheadMode(database, BUSY_TIMEOUT_MS)
        database.transaction(() => {
          database.exec(CREATE_READINGS)
          database.exec(CREATE_READINGS_INDEX)
        })()
      } else assertCompatible(database, columns, path)
      database.pragma('synchronous = NORMAL')
      database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
      database.pragma(`journal_size_limit = ${CHECKPOINT_BYTES}`)
      database.pragma(`cache_size = -${CACHE_KIB}`)
      return writerOf(database, path, fixed, columns)
    } catch (error) {
      database.close()
      throw error
    }
  })
}

/**
 * Makes a new database holding all rows of `source`, fast: built beside its place without journal or sync, then fsynced
 * and renamed, so that the path shows a complete database or none. Returns the number of rows. Throws `conflict` when
 * something is there already.
 */
export function buildReadingsFile(path: string, fixed: FixedColumns, source: Iterable<readonly ReadingRow[]>): number {
  if (existsSync(path)) {
    throw new FieldgateError('conflict', `There is a database at ${path} already.`, {
      hint: 'History is only made for a new database: choose another path, or leave --history out to append.',
    })
  }
  mkdirSync(dirname(path), { recursive: true })
  const building = `${path}.building`
  rmSync(building, { force: true })
  return guarded(path, () => {
    const database = new Database(building)
    let rows = 0
    try {
      database.pragma('journal_mode = OFF')
      database.pragma('synchronous = OFF')
      database.pragma('locking_mode = EXCLUSIVE')
      database.exec(CREATE_READINGS)
      const insert = prepareInsert(database, fixed, undefined)
      database.transaction(() => {
        for (const batch of source) {
          insert(batch)
          rows += batch.length
        }
      })()
      database.exec(CREATE_READINGS_INDEX)
      database.pragma('journal_mode = WAL')
    } catch (error) {
      database.close()
      rmSync(building, { force: true })
      throw error
    }
    database.close()
    publish(building, path)
    return rows
  })
}

/** The finished file becomes durable and gets its name. */
function publish(building: string, path: string): void {
  const handle = openSync(building, 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(building, path)
  syncFolder(dirname(path))
}

function writerOf(
  database: Database.Database,
  path: string,
  fixed: FixedColumns,
  columns: readonly TableColumn[] | undefined,
): ReadingsWriter {
  const insert = prepareInsert(database, fixed, columns)
  const append = database.transaction((rows: readonly ReadingRow[]) => insert(rows))
  return {
    append: (rows) => guarded(path, () => append.immediate(rows)),
    close: () => guarded(path, () => database.close()),
  }
}

interface TableColumn {
  readonly name: string
  readonly type: string
  readonly notnull: number
  readonly dflt_value: string | null
  readonly pk: number
}

function existingColumns(database: Database.Database): readonly TableColumn[] | undefined {
  const columns = database.pragma('table_info(sensor_readings)') as TableColumn[]
  return columns.length === 0 ? undefined : columns
}

/** Rows can be appended when time is UTC text, each value has its column, and no other column insists on a value. */
function assertCompatible(database: Database.Database, columns: readonly TableColumn[], path: string): void {
  const names = new Map(columns.map((column) => [column.name, column]))
  const missing = [...VARYING_COLUMNS, 'sensor_id'].filter((name) => name !== 'original_timezone' && !names.has(name))
  const known = new Set<string>(READING_COLUMNS.map(([name]) => name))
  const demanding = columns.find(
    (column) => !known.has(column.name) && column.pk === 0 && column.notnull === 1 && column.dflt_value === null,
  )
  const reason =
    missing.length > 0
      ? `it has no column ${missing.join(', ')}`
      : demanding !== undefined
        ? `its column ${demanding.name} needs a value that a sensor does not have`
        : /REAL|INT/i.test(names.get('timestamp')?.type ?? '')
          ? 'its timestamps are numbers'
          : isLocalTime(database)
            ? 'its timestamps are local time without a zone'
            : undefined
  if (reason === undefined) return
  throw new FieldgateError('conflict', `The table sensor_readings in ${path} has another shape: ${reason}.`, {
    hint: 'Nothing was changed. Let the sensor write to a new file: pass --db with another path.',
  })
}

function isLocalTime(database: Database.Database): boolean {
  const last = database.prepare('SELECT timestamp FROM sensor_readings ORDER BY rowid DESC LIMIT 1').pluck().get() as
    | string
    | undefined
  return last !== undefined && !/(?:Z|[+-]\d\d:?\d\d)$/i.test(last)
}

/** An insert with the sensor's own values written into the statement, so that only what varies is bound. */
function prepareInsert(
  database: Database.Database,
  fixed: FixedColumns,
  columns: readonly TableColumn[] | undefined,
): (rows: readonly ReadingRow[]) => void {
  const present = new Set<string>(columns?.map((column) => column.name) ?? READING_COLUMNS.map(([name]) => name))
  const quote = database.prepare('SELECT quote(?)').pluck()
  const own = (Object.keys(fixed) as (keyof FixedColumns)[]).filter((name) => present.has(name))
  const varying = VARYING_COLUMNS.filter((name) => present.has(name))
  const kept =
    varying.length === VARYING_COLUMNS.length ? undefined : varying.map((name) => VARYING_COLUMNS.indexOf(name))
  const names = [...varying, ...own].join(', ')
  const values = [...varying.map(() => '?'), ...own.map((name) => String(quote.get(fixed[name])))].join(', ')
  const prepare = (count: number): Database.Statement =>
    database.prepare(`INSERT INTO sensor_readings (${names}) VALUES ${Array(count).fill(`(${values})`).join(', ')}`)
  const one = prepare(1)
  let many: Database.Statement | undefined
  return (rows) => {
    let at = 0
    for (; at + ROWS_PER_STATEMENT <= rows.length; at += ROWS_PER_STATEMENT) {
      many ??= prepare(ROWS_PER_STATEMENT)
      many.run(...rows.slice(at, at + ROWS_PER_STATEMENT).flatMap(valuesOf))
    }
    for (; at < rows.length; at++) one.run(...valuesOf(rows[at] as ReadingRow))
  }

  function valuesOf(row: ReadingRow): ReadingRow {
    return kept === undefined ? row : kept.map((index) => row[index] ?? null)
  }
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_FULL') {
      throw new FieldgateError('diskFull', `No space left to write ${path}.`, {
        hint: 'Free some space; the sensor goes on by itself.',
        cause: error,
      })
    }
    throw explainFailure(error, path)
  }
}
