import Database from 'better-sqlite3'
import { statSync } from 'node:fs'
import { FieldgateError } from '../../../shared/domain/errors.ts'

/**
 * Moves the write-ahead log of a database into it and empties it; rows stay the same. Refused with `conflict` while
 * another process has the database open: a writer with an SQLite older than 3.51.3 could then damage it (WAL-reset bug).
 */
export function truncateWal(
  path: string,
  isOpenElsewhere: boolean,
): { readonly before: number; readonly after: number } {
  if (isOpenElsewhere) {
    throw new FieldgateError('conflict', `Another process has ${path} open.`, {
      hint: 'Stop it first; the log is then emptied safely.',
    })
  }
  const before = walBytes(path)
  const database = new Database(path, { fileMustExist: true, timeout: 1000 })
  try {
    database.pragma('wal_checkpoint(TRUNCATE)')
  } finally {
    database.close()
  }
  return { before, after: walBytes(path) }
}

function walBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
}
