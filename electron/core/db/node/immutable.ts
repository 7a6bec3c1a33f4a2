import { existsSync, statSync } from 'node:fs'
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { SourceConnection } from './connection.ts'
import { explainFailure } from './failures.ts'

/**
 * Reads a database that nobody writes, without lock and helper files. What was read counts only if the file is still
 * the same afterwards and no writer has appeared; else `unavailable`, to be tried again in the ordinary way.
 * Uses Node's own SQLite, because better-sqlite3 takes no URI; throws `denied` where Node has none.
 */
export function openImmutable(path: string): SourceConnection {
  const sqlite = process.getBuiltinModule('node:sqlite')
  if (sqlite === undefined) {
    throw new FieldgateError('denied', `The database ${path} lies in a folder that cannot be written.`, {
      hint: 'Reading its WAL needs helper files beside it: make the folder writable, or let the sensor run while it is read.',
    })
  }
  const before = stampOf(path)
  const url = pathToFileURL(path)
  url.searchParams.set('immutable', '1')
  const statements = new Map<string, StatementSync>()
  try {
    const database = new sqlite.DatabaseSync(url, { readOnly: true })
    return {
      journalMode: 'wal',
      all(sql, parameters = [], wide = false) {
        const key = wide ? `wide ${sql}` : sql
        let statement = statements.get(key)
        if (statement === undefined) {
          statement = database.prepare(sql)
          statement.setReturnArrays(true)
          statement.setReadBigInts(true)
          statements.set(key, statement)
        }
        const rows = statement.all(...(parameters as SQLInputValue[])) as unknown as unknown[][]
        if (stampOf(path) !== before) throw changed(path)
        return wide ? rows : rows.map((row) => row.map(toNumber))
      },
      begin: () => database.exec('BEGIN'),
      end: () => database.exec('COMMIT'),
      close: () => database.close(),
    }
  } catch (error) {
    throw explainFailure(error, path)
  }
}

/** Node's SQLite refuses integers beyond 2^53 as numbers; better-sqlite3 rounds them, and callers look out for that. */
function toNumber(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}

function stampOf(path: string): string {
  const file = statSync(path, { throwIfNoEntry: false })
  const isWritten = existsSync(`${path}-wal`) || existsSync(`${path}-journal`)
  return file === undefined || isWritten ? 'written' : `${file.ino}:${file.size}:${file.mtimeMs}:${file.ctimeMs}`
}

function changed(path: string): FieldgateError {
  return new FieldgateError('unavailable', `Somebody began to write ${path} while it was read.`, {
    hint: 'What was read is thrown away, and it is read again.',
  })
}
