import Database from 'better-sqlite3'
import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { hasRunOutOfFiles, noMoreFiles } from '../../support/openFiles.ts'
import { enterWriteAheadMode } from '../../support/writeAhead.ts'
import { LEDGER_MIGRATIONS } from './schema.ts'
import { noteLedgerFile } from './settings.ts'

/** A connection to the ledger with its statements prepared once. Only the files of this folder see it. */
export interface LedgerConnection {
  readonly database: Database.Database
  sql(text: string): Database.Statement
  /** Runs `work` in one immediate transaction; everything in it is durable on return, or nothing is. */
  write<T>(work: () => T): T
}

const BUSY_TIMEOUT_MS = 10_000
/** A write-ahead log that once grew larger than this is cut to it when it starts over. */
const LOG_KEPT_BYTES = 4 * 1024 * 1024
/** Pages kept in memory; what better-sqlite3 brings along is 16 MB for each connection. */
const CACHE_KIB = 4_096

/**
 * Opens or creates the ledger: WAL, every commit fsynced, migrated to this version in one transaction.
 * Throws `corrupt` when quick_check fails and `unsupported` for a ledger of a newer Fieldgate; neither touches the file.
 */
export function connectLedger(path: string): LedgerConnection {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const database = open(path)
  try {
    refuseNewer(database, path)
    // Takes effect on a file without a page only, and would write to any other; an older ledger gets it with `returnPages`.
    if (database.pragma('page_count', { simple: true }) === 0) database.pragma('auto_vacuum = INCREMENTAL')
    enterWriteAheadMode(database, BUSY_TIMEOUT_MS)
    database.pragma(`journal_size_limit = ${LOG_KEPT_BYTES}`)
    database.pragma(`cache_size = -${CACHE_KIB}`)
    database.pragma('synchronous = FULL')
    database.pragma('foreign_keys = ON')
    migrate(database, path)
  } catch (error) {
    database.close()
    throw translate(error, path)
  }
  const statements = new Map<string, Database.Statement>()
  const ledger: LedgerConnection = {
    database,
    sql(text) {
      let statement = statements.get(text)
      if (statement === undefined) {
        statement = database.prepare(text)
        statements.set(text, statement)
      }
      return statement
    },
    write: (work) => (database.inTransaction ? work() : database.transaction(work).immediate()),
  }
  if (path !== ':memory:') noteLedgerFile(ledger, fileOf(path))
  return ledger
}

/** Tells a file from a copy of it: its number on the disk and its birth, where the platform keeps one. */
function fileOf(path: string): string {
  const { ino, birthtimeMs } = statSync(path)
  return `${ino}:${birthtimeMs}`
}

function open(path: string): Database.Database {
  try {
    return new Database(path, { timeout: BUSY_TIMEOUT_MS })
  } catch (error) {
    throw translate(error, path)
  }
}

/** Before anything is written: not even the journal mode of a ledger from the future is touched. */
function refuseNewer(database: Database.Database, path: string): void {
  const version = database.pragma('user_version', { simple: true }) as number
  if (version > LEDGER_MIGRATIONS.length) {
    throw new FieldgateError(
      'unsupported',
      `The ledger ${path} was written by a newer Fieldgate (version ${version}).`,
      {
        hint: 'Update Fieldgate; nothing was changed.',
      },
    )
  }
}

function migrate(database: Database.Database, path: string): void {
  const version = database.pragma('user_version', { simple: true }) as number
  if (version > 0) {
    const verdict = database.pragma('quick_check(1)', { simple: true }) as string
    if (verdict !== 'ok') throw corrupt(path, verdict)
  }
  if (version === LEDGER_MIGRATIONS.length) return
  database
    .transaction(() => {
      const current = database.pragma('user_version', { simple: true }) as number
      for (const migration of LEDGER_MIGRATIONS.slice(current)) database.exec(migration)
      database.pragma(`user_version = ${LEDGER_MIGRATIONS.length}`)
    })
    .immediate()
  if (version > 0) returnPages(database)
}

/** Gives the pages that a migration freed back to the disk, and lets those of later be given back one by one. */
function returnPages(database: Database.Database): void {
  try {
    database.pragma('auto_vacuum = INCREMENTAL')
    database.exec('VACUUM')
  } catch {
    // Another process is writing, or the disk has no room for a second copy: the pages are used again from inside.
  }
}

function corrupt(path: string, finding: string): FieldgateError {
  return new FieldgateError('corrupt', `The ledger ${path} is damaged: ${finding}`, {
    hint: 'Keep the file elsewhere, restore the newest snapshot of the state folder or begin with none, and start again: what was delivered since is read from the bucket.',
  })
}

function translate(error: unknown, path: string): unknown {
  if (error instanceof FieldgateError || !(error instanceof Error) || !('code' in error)) return error
  const code = String(error.code)
  if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') return corrupt(path, error.message)
  if (code.startsWith('SQLITE_CANTOPEN') && hasRunOutOfFiles()) return noMoreFiles(`The ledger ${path}`, error)
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY')) {
    return new FieldgateError('denied', `The ledger ${path} cannot be opened for writing.`, {
      hint: 'Check the folder exists and this user may write to it, or choose another state_dir.',
      cause: error,
    })
  }
  if (code === 'SQLITE_FULL') {
    return new FieldgateError('diskFull', `No space left to write the ledger ${path}.`, {
      hint: 'Free some space; uploading resumes by itself and nothing is lost.',
      cause: error,
    })
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return new FieldgateError('unavailable', `The ledger ${path} is locked by another process.`, {
      hint: 'Another Fieldgate is writing to it; it is tried again.',
      cause: error,
    })
  }
  return error
}
