import Database from 'better-sqlite3'
import { openSync, readSync, closeSync } from 'node:fs'

/** What `PRAGMA quick_check` finds; empty for a sound database. `isReadable` is false when not even the schema can be read. */
export interface IntegrityReport {
  readonly problems: readonly string[]
  readonly isReadable: boolean
}

const MAX_PROBLEMS = 20
const BUSY_TIMEOUT_MS = 200

/**
 * Checks every page of a database, read-only. Takes as long as reading the whole file: for worker threads, on request.
 * Throws what SQLite throws when the database is locked or cannot be opened.
 */
export function checkIntegrity(path: string): IntegrityReport {
  let database: Database.Database | undefined
  try {
    database = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS })
    database.pragma('query_only = ON')
    const rows = database.pragma(`quick_check(${MAX_PROBLEMS})`) as { quick_check: string }[]
    const problems = rows.flatMap((row) => row.quick_check.split('\n')).filter((line) => line !== 'ok' && line !== '')
    return { problems, isReadable: true }
  } catch (error) {
    if (!isDamage(error)) throw error
    return { problems: [error.message], isReadable: canReadSchema(database) }
  } finally {
    database?.close()
  }
}

/** True for the errors by which SQLite says that a file is damaged or no database. */
export function isDamage(error: unknown): error is Error {
  if (!(error instanceof Database.SqliteError)) return false
  return error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB'
}

function canReadSchema(database: Database.Database | undefined): boolean {
  try {
    return (database?.prepare('SELECT COUNT(*) FROM sqlite_master').pluck().get() as number) >= 0
  } catch {
    return false
  }
}

const VERSION_OFFSET = 96

/** The version of SQLite that last rewrote the first page of a file, as `3.40.1`; undefined for no database. */
export function readWriterVersion(path: string): string | undefined {
  const header = Buffer.alloc(100)
  const file = openSync(path, 'r')
  try {
    if (readSync(file, header, 0, header.length, 0) < header.length) return undefined
  } finally {
    closeSync(file)
  }
  const number = header.readUInt32BE(VERSION_OFFSET)
  if (!header.toString('latin1').startsWith('SQLite format 3\0') || number === 0) return undefined
  return `${Math.floor(number / 1_000_000)}.${Math.floor(number / 1000) % 1000}.${number % 1000}`
}
