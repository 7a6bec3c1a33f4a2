import Database from 'better-sqlite3'
import { randomBytes } from 'node:crypto'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { enterWriteAheadMode } from '../../support/writeAhead.ts'
import type { ChecksumName } from './checksums.ts'

export type Versioning = 'Enabled' | 'Suspended'

export interface BucketRow {
  readonly id: number
  readonly name: string
  readonly createdMs: number
  readonly versioning: Versioning | null
}

/** What an object is, apart from its name: where its bytes lie and what a reader is told of them. */
export interface Content {
  readonly blob: string | null
  readonly bytes: number
  readonly etag: string
  readonly algorithm: ChecksumName | null
  /** Base64; of a multipart object with `-{parts}` at the end when it is a checksum of checksums. */
  readonly checksum: string | null
  readonly contentType: string
  /** Metadata and standard headers, as JSON. */
  readonly headers: string
}

export interface ObjectRow extends Content {
  readonly seq: number
  readonly key: Buffer
  readonly version: string
  readonly latest: 0 | 1
  readonly marker: 0 | 1
  readonly modifiedMs: number
}

export interface ObjectIndex {
  readonly database: Database.Database
  sql(text: string): Database.Statement
  /** Durable on return, or nothing happened. */
  write<T>(work: () => T): T
  bucket(name: string): BucketRow | undefined
  /** The version named, else the current one; a delete marker counts as a version. */
  find(bucket: BucketRow, key: Buffer, version?: string): ObjectRow | undefined
  /**
   * Makes `content` the current version, if `check` (which sees the current object, not a marker) does not throw.
   * Check and write are one transaction: of many racers with the same precondition exactly one wins.
   */
  put(
    bucket: BucketRow,
    key: Buffer,
    content: Content,
    atMs: number,
    check?: (current: ObjectRow | undefined) => void,
  ): PutRow
  /** Removes a version, or puts a delete marker where the bucket keeps versions. `dropped` are blobs nobody refers to now. */
  remove(bucket: BucketRow, key: Buffer, version: string | undefined, atMs: number): RemovedRow
  close(): void
}

export interface PutRow {
  readonly version: string
  readonly dropped: readonly string[]
}

export interface RemovedRow {
  readonly version: string | undefined
  readonly isMarker: boolean
  readonly dropped: readonly string[]
}

const SCHEMA = `
CREATE TABLE bucket(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, createdMs INTEGER NOT NULL, versioning TEXT) STRICT;
CREATE TABLE setting(bucket INTEGER NOT NULL REFERENCES bucket ON DELETE CASCADE, kind TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY(bucket, kind)) STRICT;
CREATE TABLE object(seq INTEGER PRIMARY KEY, bucket INTEGER NOT NULL REFERENCES bucket, key BLOB NOT NULL, version TEXT NOT NULL,
  latest INTEGER NOT NULL, marker INTEGER NOT NULL, blob TEXT, bytes INTEGER NOT NULL, etag TEXT NOT NULL, algorithm TEXT,
  checksum TEXT, contentType TEXT NOT NULL, headers TEXT NOT NULL, modifiedMs INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX object_current ON object(bucket, key) WHERE latest = 1;
CREATE INDEX object_versions ON object(bucket, key, seq);
CREATE TABLE upload(id TEXT PRIMARY KEY, bucket INTEGER NOT NULL REFERENCES bucket ON DELETE CASCADE, key BLOB NOT NULL, headers TEXT NOT NULL,
  contentType TEXT NOT NULL, algorithm TEXT NOT NULL, isComposite INTEGER NOT NULL, startedMs INTEGER NOT NULL) STRICT;
CREATE TABLE part(upload TEXT NOT NULL REFERENCES upload ON DELETE CASCADE, number INTEGER NOT NULL, blob TEXT NOT NULL, bytes INTEGER NOT NULL,
  etag TEXT NOT NULL, algorithm TEXT NOT NULL, checksum TEXT NOT NULL, modifiedMs INTEGER NOT NULL, PRIMARY KEY(upload, number)) STRICT;
PRAGMA user_version = 1;`

const BUSY_TIMEOUT_MS = 10_000
/** Pages kept in memory: a listing reads in order, a put touches a handful. */
const CACHE_KIB = 2_048

/**
 * Opens or makes the index: every name of the store in SQLite, keys as bytes so that their order is S3's. WAL with a sync
 * at every commit; several processes may use it at once. Throws `unsupported` for an index of a newer Fieldgate.
 */
export function openObjectIndex(path: string): ObjectIndex {
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS })
  enterWriteAheadMode(database, BUSY_TIMEOUT_MS)
  database.pragma('synchronous = FULL')
  database.pragma(`cache_size = -${CACHE_KIB}`)
  database.pragma('foreign_keys = ON')
  database
    .transaction(() => {
      const version = database.pragma('user_version', { simple: true }) as number
      if (version === 0) database.exec(SCHEMA)
      if (version > 1) {
        throw new FieldgateError('unsupported', `The object store ${path} was written by a newer Fieldgate.`, {
          hint: 'Update Fieldgate; nothing was changed.',
        })
      }
    })
    .immediate()
  const statements = new Map<string, Database.Statement>()
  const sql = (text: string): Database.Statement => {
    let statement = statements.get(text)
    if (statement === undefined) statements.set(text, (statement = database.prepare(text)))
    return statement
  }
  const index: ObjectIndex = {
    database,
    sql,
    write: (work) => (database.inTransaction ? work() : database.transaction(work).immediate()),
    bucket: (name) =>
      sql('SELECT id, name, createdMs, versioning FROM bucket WHERE name = ?').get(name) as BucketRow | undefined,
    find: (bucket, key, version) =>
      (version === undefined
        ? sql('SELECT * FROM object WHERE bucket = ? AND key = ? AND latest = 1').get(bucket.id, key)
        : sql('SELECT * FROM object WHERE bucket = ? AND key = ? AND version = ?').get(bucket.id, key, version)) as
        | ObjectRow
        | undefined,
    put: (bucket, key, content, atMs, check) =>
      index.write(() => {
        const current = index.find(bucket, key)
        check?.(current?.marker === 0 ? current : undefined)
        return insertVersion(index, bucket, key, content, atMs, 0)
      }),
    remove: (bucket, key, version, atMs) => index.write(() => removeVersion(index, bucket, key, version, atMs)),
    close: () => database.close(),
  }
  return index
}

function insertVersion(
  index: ObjectIndex,
  bucket: BucketRow,
  key: Buffer,
  content: Content,
  atMs: number,
  marker: 0 | 1,
): PutRow {
  const versioning = index.bucket(bucket.name)?.versioning
  const version = versioning === 'Enabled' ? randomBytes(16).toString('hex') : 'null'
  const dropped = version === 'null' ? deleteRows(index, bucket, key, 'null') : []
  index.sql('UPDATE object SET latest = 0 WHERE bucket = ? AND key = ? AND latest = 1').run(bucket.id, key)
  index
    .sql(
      `INSERT INTO object(bucket, key, version, latest, marker, blob, bytes, etag, algorithm, checksum, contentType, headers, modifiedMs)
       VALUES(?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      bucket.id,
      key,
      version,
      marker,
      content.blob,
      content.bytes,
      content.etag,
      content.algorithm,
      content.checksum,
      content.contentType,
      content.headers,
      atMs,
    )
  return { version, dropped }
}

function removeVersion(
  index: ObjectIndex,
  bucket: BucketRow,
  key: Buffer,
  version: string | undefined,
  atMs: number,
): RemovedRow {
  if (version === undefined && (index.bucket(bucket.name)?.versioning ?? null) !== null) {
    const nothing: Content = {
      blob: null,
      bytes: 0,
      etag: '',
      algorithm: null,
      checksum: null,
      contentType: '',
      headers: '{}',
    }
    const marker = insertVersion(index, bucket, key, nothing, atMs, 1)
    return { version: marker.version, isMarker: true, dropped: marker.dropped }
  }
  const row = index.find(bucket, key, version)
  if (row === undefined) return { version, isMarker: false, dropped: [] }
  const dropped = deleteRows(index, bucket, key, row.version)
  if (row.latest === 1) {
    index
      .sql('UPDATE object SET latest = 1 WHERE seq = (SELECT max(seq) FROM object WHERE bucket = ? AND key = ?)')
      .run(bucket.id, key)
  }
  return { version, isMarker: row.marker === 1, dropped }
}

function deleteRows(index: ObjectIndex, bucket: BucketRow, key: Buffer, version: string): readonly string[] {
  const rows = index
    .sql('DELETE FROM object WHERE bucket = ? AND key = ? AND version = ? RETURNING blob')
    .all(bucket.id, key, version) as { blob: string | null }[]
  return rows.flatMap(({ blob }) => (blob === null ? [] : [blob]))
}
