import Database from 'better-sqlite3'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { explainFailure } from './node/failures.ts'

/** A node's database inside one immediate transaction: for the tables that are Fieldgate's own, never for readings. */
export interface NodeWriter {
  all(sql: string, parameters?: readonly (number | string | null)[]): unknown[][]
  run(sql: string, parameters?: readonly (number | string | null)[]): void
}

/** A sensor that commits in bulk may hold its lock for seconds; the change waits for its turn instead of failing. */
const BUSY_TIMEOUT_MS = 10_000
/** SQLite answers these at once, without waiting: the next try finds the lock free or waits for it. */
const IMMEDIATE_BUSY = new Set(['SQLITE_BUSY_SNAPSHOT', 'SQLITE_BUSY_RECOVERY', 'SQLITE_LOCKED'])
const ATTEMPTS = 5

/**
 * Runs `work` in one immediate transaction on an existing node database: everything in it is durable on return, or
 * nothing happened. Keeps the file's journal mode and leaves its WAL to its writer. Throws `notFound` for a missing
 * file (it is never created), `unavailable` when the lock did not come free, `denied` for a file that cannot be written.
 */
export function writeNode<T>(path: string, work: (writer: NodeWriter) => T): T {
  if (!existsSync(path)) {
    throw new FieldgateError('notFound', `There is no database at ${path}.`, {
      hint: existsSync(dirname(path))
        ? 'Check the file name, or start the sensor that writes it.'
        : `The folder ${dirname(path)} does not exist either: check the path, or mount the disk it lies on.`,
    })
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return attemptWrite(path, work)
    } catch (error) {
      const code = error instanceof Database.SqliteError ? error.code : ''
      if (attempt < ATTEMPTS && IMMEDIATE_BUSY.has(code)) continue
      throw explainWrite(error, code, path)
    }
  }
}

function attemptWrite<T>(path: string, work: (writer: NodeWriter) => T): T {
  const database = new Database(path, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS })
  try {
    database.pragma('synchronous = FULL')
    database.pragma('wal_autocheckpoint = 0')
    // A table is renamed into place while views may name it: they are not to be checked half-way.
    database.pragma('legacy_alter_table = ON')
    const writer: NodeWriter = {
      all: (sql, parameters = []) =>
        database
          .prepare<unknown[], unknown[]>(sql)
          .raw(true)
          .all(...parameters),
      run: (sql, parameters = []) => {
        database.prepare(sql).run(...parameters)
      },
    }
    return database.transaction(work).immediate(writer)
  } finally {
    database.close()
  }
}

function explainWrite(error: unknown, code: string, path: string): unknown {
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) {
    return new FieldgateError('denied', `The database ${path} cannot be written by this user.`, {
      hint: 'The pipeline type is kept in the node database: run this as a user who may write the file and its folder.',
      cause: error,
    })
  }
  if (code === 'SQLITE_FULL') {
    return new FieldgateError('diskFull', `No space left to write ${path}.`, {
      hint: 'Free some space and try again; nothing was changed.',
      cause: error,
    })
  }
  return explainFailure(error, path)
}
