import type { LedgerConnection } from './connection.ts'

export interface EpochRecord {
  readonly epoch: string
  readonly ordinal: number
  readonly firstSeq: number
  readonly file: string
  readonly startedAtMs: number
  /** Set once its rows were seen to be gone: it never comes back, even if the table looks like it again. */
  readonly endedAtMs: number | undefined
}

interface EpochKey {
  readonly nodeId: string
  readonly table: string
}

export interface RememberedAnchor {
  readonly sequence: number
  readonly hash: string
}

/** Anchors kept per epoch: enough to survive single rows being updated or purged, few enough to check at every pass. */
const ANCHORS_KEPT = 12

interface EpochRow {
  epoch: string
  ordinal: number
  first_seq: number
  file: string
  started_at_ms: number
  ended_at_ms: number | null
}

/** All epochs of a table, oldest first; the last one is current. */
export function listEpochs(ledger: LedgerConnection, key: EpochKey): readonly EpochRecord[] {
  const rows = ledger
    .sql('SELECT * FROM epochs WHERE node_id = ? AND table_name = ? ORDER BY ordinal')
    .all(key.nodeId, key.table) as EpochRow[]
  return rows.map((row) => ({
    epoch: row.epoch,
    ordinal: row.ordinal,
    firstSeq: row.first_seq,
    file: row.file,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms ?? undefined,
  }))
}

/** Starts the next epoch of a table. */
export function startEpoch(
  ledger: LedgerConnection,
  key: EpochKey,
  epoch: { readonly epoch: string; readonly firstSeq: number; readonly file: string; readonly atMs: number },
): void {
  ledger.write(() =>
    ledger
      .sql(
        `INSERT INTO epochs (node_id, table_name, epoch, ordinal, first_seq, file, started_at_ms)
         VALUES (?, ?, ?, (SELECT COALESCE(MAX(ordinal), 0) + 1 FROM epochs WHERE node_id = ? AND table_name = ?), ?, ?, ?)`,
      )
      .run(key.nodeId, key.table, epoch.epoch, key.nodeId, key.table, epoch.firstSeq, epoch.file, epoch.atMs),
  )
}

/** Ends an epoch for good; what it still had claimed and not encoded is lost to it and belongs to the next. */
export function endEpoch(ledger: LedgerConnection, key: EpochKey, epoch: string, atMs: number): void {
  ledger
    .sql('UPDATE epochs SET ended_at_ms = COALESCE(ended_at_ms, ?) WHERE node_id = ? AND table_name = ? AND epoch = ?')
    .run(atMs, key.nodeId, key.table, epoch)
}

/** Remembers where the file was last seen; a hint for the next decision only. */
export function noteEpochFile(ledger: LedgerConnection, key: EpochKey, epoch: string, file: string): void {
  ledger.write(() =>
    ledger
      .sql('UPDATE epochs SET file = ? WHERE node_id = ? AND table_name = ? AND epoch = ? AND file <> ?')
      .run(file, key.nodeId, key.table, epoch, file),
  )
}

/** The remembered rows of an epoch, by sequence. */
export function listAnchors(ledger: LedgerConnection, key: EpochKey, epoch: string): readonly RememberedAnchor[] {
  return ledger
    .sql('SELECT sequence, hash FROM anchors WHERE node_id = ? AND table_name = ? AND epoch = ? ORDER BY sequence')
    .all(key.nodeId, key.table, epoch) as RememberedAnchor[]
}

/** Adds an anchor, keeping the oldest and thinning the middle so that the span of the epoch stays covered. */
export function rememberAnchor(ledger: LedgerConnection, key: EpochKey, epoch: string, anchor: RememberedAnchor): void {
  ledger
    .sql('INSERT OR IGNORE INTO anchors (node_id, table_name, epoch, sequence, hash) VALUES (?, ?, ?, ?, ?)')
    .run(key.nodeId, key.table, epoch, anchor.sequence, anchor.hash)
  const all = listAnchors(ledger, key, epoch)
  if (all.length <= ANCHORS_KEPT) return
  let closest = 1
  for (let i = 1; i < all.length - 1; i++) {
    if (spanAround(all, i) < spanAround(all, closest)) closest = i
  }
  ledger
    .sql('DELETE FROM anchors WHERE node_id = ? AND table_name = ? AND epoch = ? AND sequence = ?')
    .run(key.nodeId, key.table, epoch, all[closest]?.sequence)
}

function spanAround(anchors: readonly RememberedAnchor[], index: number): number {
  const before = anchors[index - 1] as RememberedAnchor
  const after = anchors[index + 1] as RememberedAnchor
  return (
    (after.sequence - before.sequence) / Math.max(1, (anchors.at(-1) as RememberedAnchor).sequence - after.sequence + 1)
  )
}

/** The current epoch of every table that has one, by `node` and `table` joined by a line feed. */
export function listCurrentEpochs(ledger: LedgerConnection): ReadonlyMap<string, string> {
  const rows = ledger
    .sql('SELECT node_id, table_name, epoch, ended_at_ms, MAX(ordinal) FROM epochs GROUP BY node_id, table_name')
    .all() as { node_id: string; table_name: string; epoch: string; ended_at_ms: number | null }[]
  return new Map(
    rows.filter((row) => row.ended_at_ms === null).map((row) => [`${row.node_id}\n${row.table_name}`, row.epoch]),
  )
}
