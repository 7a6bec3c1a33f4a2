import Database from 'better-sqlite3'
import { existsSync, rmSync } from 'node:fs'
import { enterWriteAheadMode } from '../support/writeAhead.ts'

/** An object that was read back and found to be what was delivered. */
export interface ProvenObject {
  readonly etag: string
  readonly sha256: string
  readonly rows: number
  readonly checksum: string
}

/** A claim that was found clean; `stamp` and `claim` are the caller's texts. */
export interface ProvenClaimRow {
  readonly nodeId: string
  readonly executionId: number
  readonly stamp: string
  readonly claim: string
}

export interface ProvenObjectRow extends ProvenObject {
  readonly executionId: number
  readonly bucket: string
  readonly key: string
}

/** What was proved, on the disk: a fleet delivers hundreds of thousands of objects, and none of them stays in memory. */
export interface ProvenStore {
  findObject(executionId: number, bucket: string, key: string): ProvenObject | undefined
  findClaim(nodeId: string, executionId: number, stamp: string): string | undefined
  /** Keeps all of them in one transaction; newer ones take the place of older ones. */
  keep(objects: readonly ProvenObjectRow[], claims: readonly ProvenClaimRow[]): void
  /** Forgets the claims of a node but these. */
  keepClaims(nodeId: string, executionIds: ReadonlySet<number>): void
  close(): void
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS object(execution INTEGER NOT NULL, bucket TEXT NOT NULL, key TEXT NOT NULL, etag TEXT NOT NULL, sha256 TEXT NOT NULL,
  rows INTEGER NOT NULL, checksum TEXT NOT NULL, PRIMARY KEY(execution, bucket, key)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS claim(node TEXT NOT NULL, execution INTEGER NOT NULL, stamp TEXT NOT NULL, claim TEXT NOT NULL,
  PRIMARY KEY(node, execution)) STRICT, WITHOUT ROWID;
DELETE FROM claim;`

const BUSY_TIMEOUT_MS = 200
/** All that the store ever takes of memory; a proof goes through it node by node, in order. */
const CACHE_KIB = 1_024
const LOG_PAGES = 250
const LOG_KEPT_BYTES = 1 << 20

/**
 * Opens or makes the store at `path`, or a private one without a name. Objects outlive the process, claims do not. Losing it
 * costs nothing but time: one that is damaged is made anew, one that cannot be written begins empty, and a failure later
 * on only means that less is known. Never throws.
 */
export function openProvenStore(path: string | undefined): ProvenStore {
  const database = open(path)
  let isDamaged = false
  const attempt = <T>(work: () => T, otherwise: T): T => {
    // A proof that was cancelled may end after the store was closed.
    if (!database.open) return otherwise
    try {
      return work()
    } catch (error) {
      if (!(error instanceof Database.SqliteError)) throw error
      isDamaged ||= isCorrupt(error)
      return otherwise
    }
  }
  const findObject = database.prepare(
    'SELECT etag, sha256, rows, checksum FROM object WHERE execution = ? AND bucket = ? AND key = ?',
  )
  const findClaim = database.prepare('SELECT stamp, claim FROM claim WHERE node = ? AND execution = ?')
  const listClaims = database.prepare('SELECT execution FROM claim WHERE node = ?').pluck()
  const addObject = database.prepare('INSERT OR REPLACE INTO object VALUES(?, ?, ?, ?, ?, ?, ?)')
  const addClaim = database.prepare('INSERT OR REPLACE INTO claim VALUES(?, ?, ?, ?)')
  const dropClaim = database.prepare('DELETE FROM claim WHERE node = ? AND execution = ?')
  const keep = database.transaction((objects: readonly ProvenObjectRow[], claims: readonly ProvenClaimRow[]) => {
    for (const { executionId, bucket, key, etag, sha256, rows, checksum } of objects)
      addObject.run(executionId, bucket, key, etag, sha256, rows, checksum)
    for (const { nodeId, executionId, stamp, claim } of claims) addClaim.run(nodeId, executionId, stamp, claim)
  })
  const drop = database.transaction((nodeId: string, executionIds: readonly number[]) => {
    for (const executionId of executionIds) dropClaim.run(nodeId, executionId)
  })
  return {
    findObject: (executionId, bucket, key) =>
      attempt(() => findObject.get(executionId, bucket, key) as ProvenObject | undefined, undefined),
    findClaim: (nodeId, executionId, stamp) =>
      attempt(() => {
        const row = findClaim.get(nodeId, executionId) as { stamp: string; claim: string } | undefined
        return row?.stamp === stamp ? row.claim : undefined
      }, undefined),
    keep: (objects, claims) => attempt(() => keep.immediate(objects, claims), undefined),
    keepClaims: (nodeId, executionIds) =>
      attempt(() => {
        const gone = (listClaims.all(nodeId) as number[]).filter((id) => !executionIds.has(id))
        if (gone.length > 0) drop.immediate(nodeId, gone)
      }, undefined),
    close() {
      database.close()
      if (isDamaged && path !== undefined) removeFiles(path)
    },
  }
}

/** The file, else the file made anew, else a database that has no name and is gone when closed. */
function open(path: string | undefined): Database.Database {
  if (path === undefined) return openAt('')
  try {
    return openAt(path)
  } catch (error) {
    if (!isCorrupt(error)) return openAt('')
  }
  try {
    removeFiles(path)
    return openAt(path)
  } catch {
    return openAt('')
  }
}

function openAt(path: string): Database.Database {
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS })
  try {
    if (path !== '') enterWriteAheadMode(database, BUSY_TIMEOUT_MS)
    database.pragma('synchronous = NORMAL')
    database.pragma(`cache_size = -${CACHE_KIB}`)
    database.pragma(`wal_autocheckpoint = ${LOG_PAGES}`)
    database.pragma(`journal_size_limit = ${LOG_KEPT_BYTES}`)
    database.transaction(() => database.exec(SCHEMA)).immediate()
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function isCorrupt(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(?:CORRUPT|NOTADB)/.test(error.code)
}

function removeFiles(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) rmSync(file, { force: true })
}
