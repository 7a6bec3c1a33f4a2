import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { hasRunOutOfFiles, noMoreFiles } from '../../support/openFiles.ts'

/**
 * What an SQLite failure on a node's database means, with the remedy. Anything that is not an SQLite failure comes back
 * as it was.
 */
export function explainFailure(error: unknown, path: string): unknown {
  if (error instanceof FieldgateError || !(error instanceof Error)) return error
  const code = sqliteCode(error)
  if (code === undefined) return error
  const cause = error
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new FieldgateError('unavailable', `The database ${path} is locked by another process.`, {
      hint: 'It is tried again by itself. If it stays locked, find the process that keeps a transaction open.',
      cause,
    })
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new FieldgateError('corrupt', `The database ${path} is malformed: ${error.message}.`, {
      hint: 'Nothing was changed. Stop its writer, keep a copy, then run: fieldgate doctor.',
      cause,
    })
  }
  if (code.startsWith('SQLITE_CANTOPEN') && hasRunOutOfFiles()) return noMoreFiles(`The database ${path}`, cause)
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) {
    return new FieldgateError('denied', `The database ${path} cannot be opened: ${error.message}.`, {
      hint: 'An unfinished write has to be read first, which needs its -wal, -shm or -journal file: share the whole folder, or let its writer start and close once.',
      cause,
    })
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return new FieldgateError('unavailable', `Reading the database ${path} failed: ${error.message}.`, {
      hint: 'It is tried again by itself. If it lasts, check the disk or the network share it lies on.',
      cause,
    })
  }
  if (/no such (?:table|column)/.test(error.message)) {
    return new FieldgateError('conflict', `The tables of ${path} changed while they were read: ${error.message}.`, {
      hint: 'It is read again with its new columns.',
      retryable: true,
      cause,
    })
  }
  return new FieldgateError('internal', `SQLite cannot read ${path}: ${error.message}.`, { cause })
}

/** The result code's name: better-sqlite3 puts it in `code`, node:sqlite its number in `errcode`. */
function sqliteCode(error: Error): string | undefined {
  if ('errcode' in error && typeof error.errcode === 'number') return CODE_NAMES[error.errcode & 0xff] ?? 'SQLITE_ERROR'
  if ('code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_')) return error.code
  return undefined
}

/** Primary result codes, https://www.sqlite.org/rescode.html */
const CODE_NAMES: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  14: 'SQLITE_CANTOPEN',
  26: 'SQLITE_NOTADB',
}
