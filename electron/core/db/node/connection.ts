import Database from 'better-sqlite3'
import { chmodSync, chownSync, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { explainFailure } from './failures.ts'
import { openImmutable } from './immutable.ts'

/** A read-only connection to somebody else's database. Outside `begin` and `end`, every call is a transaction of its own. */
export interface SourceConnection {
  /** Set where SQLite cannot be asked for the journal mode, because it reads the file without one. */
  readonly journalMode?: string
  /** All rows as arrays. With `wide`, integers come as bigint. */
  all(sql: string, parameters?: readonly (number | string)[], wide?: boolean): unknown[][]
  begin(): void
  end(): void
  close(): void
}

/** Longest wait for a lock: a writer is never made to queue behind a reader that queues. */
const BUSY_TIMEOUT_MS = 200
/** Rows are read in order, each page once: a large cache would only be filled and given back, over and over. */
const CACHE_KIB = 1_024

/**
 * Opens a database for reading only; never checkpoints, never deletes. Throws `notFound`, `denied`, `unavailable` or
 * `corrupt`, each with its remedy.
 *
 * The file is never opened in any other way in this process: closing a second descriptor of it would drop the POSIX
 * locks that SQLite holds (https://www.sqlite.org/howtocorrupt.html, section 2.2).
 */
export function openSource(path: string): SourceConnection {
  assertFile(path)
  const hadIndex = existsSync(`${path}-shm`)
  try {
    const connection = connect(path)
    if (!hadIndex) shareHelperFiles(path)
    return connection
  } catch (error) {
    if (isClosedWal(error, path)) return openImmutable(path)
    throw explainFailure(error, path)
  }
}

function connect(path: string): SourceConnection {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS })
  const statements = new Map<string, Database.Statement<unknown[], unknown[]>>()
  try {
    database.pragma('schema_version')
    database.pragma(`cache_size = -${CACHE_KIB}`)
  } catch (error) {
    database.close()
    throw error
  }
  return {
    all(sql, parameters = [], wide = false) {
      const key = wide ? `wide ${sql}` : sql
      let statement = statements.get(key)
      if (statement === undefined) {
        statement = database.prepare<unknown[], unknown[]>(sql).raw(true).safeIntegers(wide)
        statements.set(key, statement)
      }
      return statement.all(...parameters)
    },
    begin: () => database.exec('BEGIN'),
    end: () => {
      if (database.inTransaction) database.exec('COMMIT')
    },
    close: () => database.close(),
  }
}

function assertFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) {
    throw new FieldgateError('notFound', `There is no database at ${path}.`, {
      hint: existsSync(dirname(path))
        ? 'Check the file name, or start the sensor that writes it.'
        : `The folder ${dirname(path)} does not exist either: check the path, or mount the disk it lies on.`,
    })
  }
  if (!found.isFile()) {
    throw new FieldgateError('invalid', `${path} is not a file.`, { hint: 'Name the SQLite file itself.' })
  }
}

/**
 * True when the database is in WAL mode, was closed in good order, and lies in a folder where SQLite may not create the
 * helper files: then the file alone is the whole database and may be read without them.
 */
function isClosedWal(error: unknown, path: string): boolean {
  if (!(error instanceof Database.SqliteError)) return false
  if (!error.code.startsWith('SQLITE_CANTOPEN') && !error.code.startsWith('SQLITE_READONLY')) return false
  return !existsSync(`${path}-wal`) && !existsSync(`${path}-journal`)
}

/**
 * SQLite had to create the helper files of a WAL database that nobody had open, and they stay. They are made as open as
 * their folder, so that its owner can go on writing when that is another user than this process.
 */
function shareHelperFiles(path: string): void {
  const owner = statSync(path, { throwIfNoEntry: false })?.uid
  if (process.getuid === undefined || owner === undefined || owner === process.getuid() || process.getuid() === 0)
    return
  const folder = statSync(dirname(path))
  for (const helper of [`${path}-shm`, `${path}-wal`]) {
    const created = statSync(helper, { throwIfNoEntry: false })
    if (created?.uid !== process.getuid()) continue
    try {
      if (created.gid !== folder.gid) chownSync(helper, created.uid, folder.gid)
      chmodSync(helper, (created.mode & 0o777) | (folder.mode & 0o066))
    } catch {
      // Not a member of the folder's group: then its owner shares the folder by another way than its group.
    }
  }
}
