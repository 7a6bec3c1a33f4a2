import type { Lane } from '../../../../shared/domain/execution.ts'
import type { QuarantineReason } from '../../../../shared/domain/pipelines.ts'
import type { LedgerConnection } from './connection.ts'

/** A row in quarantine as a replay needs it. */
export interface ReplayableRow extends Lane {
  readonly id: number
  /** The execution that rejected it; its range covers the row. */
  readonly executionId: number
  readonly sequence: number
}

/** A row that a replay reads instead of the source, which may have purged it. */
export interface ReplayRow {
  readonly sequence: number
  readonly row: string
}

/**
 * Rows that wait in quarantine and are in no replay, in order of sequence: of a node, or those with the given ids. Not those of
 * a claim that is still open, because its redo may find them mended at the source and deliver them itself.
 */
export function listReplayable(
  ledger: LedgerConnection,
  filter: { readonly nodeId?: string | undefined; readonly ids?: readonly number[] | undefined },
): readonly ReplayableRow[] {
  const nodeId = filter.nodeId ?? null
  const ids = filter.ids === undefined ? null : JSON.stringify(filter.ids)
  return ledger
    .sql(
      `SELECT id, execution_id AS executionId, node_id AS nodeId, table_name AS "table", epoch, route, sequence
       FROM quarantine WHERE state = 'open' AND (? IS NULL OR node_id = ?)
         AND (? IS NULL OR id IN (SELECT value FROM json_each(?)))
         AND id NOT IN (SELECT quarantine_id FROM replays)
         AND execution_id NOT IN (SELECT id FROM executions WHERE state IN ('claimed', 'encoded'))
       ORDER BY node_id, table_name, epoch, route, sequence`,
    )
    .all(nodeId, nodeId, ids, ids) as ReplayableRow[]
}

/**
 * Puts rows aside that are missing in the bucket, whatever became of them before: a replay delivers them. Returns the numbers
 * of the entries. The execution is the one whose range they lie in.
 */
export function putAside(
  ledger: LedgerConnection,
  execution: Lane & { readonly id: number },
  rows: readonly ReplayRow[],
  reason: string,
  atMs: number,
): readonly number[] {
  const insert = ledger.sql(
    `INSERT INTO quarantine (execution_id, node_id, table_name, epoch, route, sequence, reasons, row, at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET execution_id = excluded.execution_id,
       reasons = excluded.reasons, row = excluded.row, at_ms = excluded.at_ms, state = 'open' RETURNING id`,
  )
  const { id, nodeId, table, epoch, route } = execution
  return rows.map(({ sequence, row }) => {
    const entry = insert.get(id, nodeId, table, epoch, route, sequence, JSON.stringify([reason]), row, atMs)
    return (entry as { readonly id: number }).id
  })
}

/** Ties rows to the execution that replays them. Inside the transaction that claims it. */
export function addReplay(ledger: LedgerConnection, executionId: number, quarantineIds: readonly number[]): void {
  const insert = ledger.sql('INSERT INTO replays (quarantine_id, execution_id) VALUES (?, ?)')
  for (const id of quarantineIds) insert.run(id, executionId)
}

/** The rows an execution replays, ascending; empty for an ordinary execution, which reads its source. */
export function listReplayRows(ledger: LedgerConnection, executionId: number): readonly ReplayRow[] {
  return ledger
    .sql(
      `SELECT q.sequence, q.row FROM replays r JOIN quarantine q ON q.id = r.quarantine_id
       WHERE r.execution_id = ? ORDER BY q.sequence`,
    )
    .all(executionId) as ReplayRow[]
}

/** Notes which rows of a replay were rejected again; nothing for an ordinary execution. */
export function noteRejectedAgain(ledger: LedgerConnection, executionId: number, sequences: readonly number[]): void {
  ledger
    .sql(
      `UPDATE replays SET is_rejected =
         (SELECT q.sequence FROM quarantine q WHERE q.id = replays.quarantine_id) IN (SELECT value FROM json_each(?))
       WHERE execution_id = ?`,
    )
    .run(JSON.stringify(sequences), executionId)
}

/** Ends a replay with its execution: what was delivered leaves quarantine, what was rejected again stays. */
export function settleReplay(ledger: LedgerConnection, executionId: number): void {
  ledger
    .sql(
      `UPDATE quarantine SET state = 'replayed'
       WHERE id IN (SELECT quarantine_id FROM replays WHERE execution_id = ? AND is_rejected = 0)`,
    )
    .run(executionId)
  ledger.sql('DELETE FROM replays WHERE execution_id = ?').run(executionId)
}

/** True when an object of the lane has exactly this range: its name is taken. */
export function isRangeTaken(ledger: LedgerConnection, lane: Lane, fromSeq: number, toSeq: number): boolean {
  return (
    ledger
      .sql(
        `SELECT 1 FROM executions e JOIN objects o ON o.execution_id = e.id
         WHERE e.node_id = ? AND e.table_name = ? AND e.epoch = ? AND e.route = ? AND o.from_seq = ? AND o.to_seq = ? LIMIT 1`,
      )
      .get(lane.nodeId, lane.table, lane.epoch, lane.route, fromSeq, toSeq) !== undefined
  )
}

/** Rows that wait in quarantine, by reason, most first. A row with two reasons counts under both. */
export function sumQuarantine(ledger: LedgerConnection, nodeId: string | undefined): readonly QuarantineReason[] {
  const rows = ledger
    .sql(
      `SELECT r.value AS reason, COUNT(*) AS rows, MAX(q.at_ms) AS newestAtMs, json_group_array(DISTINCT q.node_id) AS nodeIds
       FROM quarantine q, json_each(q.reasons) r
       WHERE q.state = 'open' AND (? IS NULL OR q.node_id = ?) GROUP BY r.value ORDER BY rows DESC, reason`,
    )
    .all(nodeId ?? null, nodeId ?? null) as { reason: string; rows: number; newestAtMs: number; nodeIds: string }[]
  return rows.map((row) => ({ ...row, nodeIds: (JSON.parse(row.nodeIds) as string[]).toSorted() }))
}

/** How many of these rows have left quarantine. */
export function countReplayed(ledger: LedgerConnection, ids: readonly number[]): number {
  const row = ledger
    .sql(`SELECT COUNT(*) AS n FROM quarantine WHERE state = 'replayed' AND id IN (SELECT value FROM json_each(?))`)
    .get(JSON.stringify(ids)) as { n: number }
  return row.n
}

/** How many of these rows are still in a replay that has not ended. */
export function countInReplay(ledger: LedgerConnection, ids: readonly number[]): number {
  const row = ledger
    .sql('SELECT COUNT(*) AS n FROM replays WHERE quarantine_id IN (SELECT value FROM json_each(?))')
    .get(JSON.stringify(ids)) as { n: number }
  return row.n
}

/** Rows of a node that wait in quarantine, and how many of them came at or after `sinceMs`. */
export function countQuarantineSince(
  ledger: LedgerConnection,
  nodeId: string,
  sinceMs: number,
): { readonly open: number; readonly recent: number } {
  return ledger
    .sql(
      `SELECT COUNT(*) AS open, COUNT(*) FILTER (WHERE at_ms >= ?) AS recent FROM quarantine
       WHERE node_id = ? AND state = 'open'`,
    )
    .get(sinceMs, nodeId) as { open: number; recent: number }
}

/** Ends a replay that was found in the bucket: the rows it delivered have left quarantine, all others stay. */
export function endReplay(
  ledger: LedgerConnection,
  replay: Lane & { readonly id: number },
  sequences: readonly number[],
): void {
  ledger
    .sql(
      `UPDATE quarantine SET state = 'replayed' WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ?
         AND sequence IN (SELECT value FROM json_each(?))`,
    )
    .run(replay.nodeId, replay.table, replay.epoch, replay.route, JSON.stringify(sequences))
  ledger.sql('DELETE FROM replays WHERE execution_id = ?').run(replay.id)
}
