import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type {
  Execution,
  ExecutionCounts,
  ExecutionKind,
  ExecutionObject,
  ExecutionState,
  Lane,
} from '../../../../shared/domain/execution.ts'
import type { LedgerConnection } from './connection.ts'
import { rememberAnchor } from './epochs.ts'
import type { RememberedAnchor } from './epochs.ts'
import { advanceAcked, laneKey, shrinkGap } from './lanes.ts'

/** An execution with what its redo needs: the settings pinned when it was claimed, as JSON. */
export interface StoredExecution extends Execution {
  readonly request: string
}

/** A row of the objects table with its spool file. */
export interface StoredObject extends ExecutionObject {
  readonly spoolPath: string | undefined
}

export interface NewQuarantine {
  readonly sequence: number
  readonly reasons: readonly string[]
  readonly row: string
}

interface ExecutionRow {
  id: number
  node_id: string
  table_name: string
  epoch: string
  route: string
  kind: ExecutionKind
  state: ExecutionState
  pipeline_revision: number
  bucket: string
  from_seq: number
  to_seq: number
  request: string
  attempt: number
  read_rows: number
  kept_rows: number
  rejected_rows: number
  filtered_rows: number
  aggregated_rows: number
  bytes: number
  claimed_at_ms: number
  finished_at_ms: number | null
  error_code: string | null
  error_message: string | null
  error_hint: string | null
  failed_at_ms: number | null
  next_retry_ms: number | null
}

function toExecution(row: ExecutionRow): StoredExecution {
  return {
    id: row.id,
    nodeId: row.node_id,
    table: row.table_name,
    epoch: row.epoch,
    route: row.route,
    kind: row.kind,
    state: row.state,
    pipelineRevision: row.pipeline_revision,
    bucket: row.bucket,
    fromSeq: row.from_seq,
    toSeq: row.to_seq,
    request: row.request,
    attempt: row.attempt,
    counts: {
      read: row.read_rows,
      kept: row.kept_rows,
      rejected: row.rejected_rows,
      filtered: row.filtered_rows,
      aggregated: row.aggregated_rows,
    },
    bytes: row.bytes,
    claimedAtMs: row.claimed_at_ms,
    finishedAtMs: row.finished_at_ms ?? undefined,
    failure:
      row.error_code === null
        ? undefined
        : {
            code: row.error_code,
            message: row.error_message ?? '',
            hint: row.error_hint ?? undefined,
            atMs: row.failed_at_ms ?? 0,
            nextRetryMs: row.next_retry_ms ?? 0,
          },
  }
}

export interface NewClaim {
  readonly kind: ExecutionKind
  readonly gapId?: number | undefined
  readonly pipelineRevision: number
  readonly bucket: string
  readonly fromSeq: number
  readonly toSeq: number
  readonly request: string
  /** A row at the end of the range, so that the table's life can be recognised before the first commit. */
  readonly anchor: RememberedAnchor | undefined
  readonly atMs: number
}

/**
 * The durable decision to upload exactly these rows. Throws `conflict` when somebody else moved the lane meanwhile,
 * so two claims of one lane never overlap.
 */
export function claimBatch(ledger: LedgerConnection, lane: Lane, claim: NewClaim): StoredExecution {
  return ledger.write(() => {
    if (claim.kind === 'tail') {
      const moved = ledger
        .sql(
          `UPDATE cursors SET claimed_seq = ?, updated_at_ms = ?
           WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ? AND claimed_seq = ?`,
        )
        .run(claim.toSeq, claim.atMs, ...laneKey(lane), claim.fromSeq - 1)
      if (moved.changes !== 1) {
        throw new FieldgateError('conflict', `The cursor of ${lane.nodeId} (${lane.route}) moved during the claim.`, {
          hint: 'Another uploader works on this workspace; stop one of them.',
          retryable: true,
        })
      }
    } else if (claim.gapId !== undefined) {
      shrinkGap(ledger, claim.gapId, claim.toSeq)
    }
    if (claim.anchor !== undefined) rememberAnchor(ledger, lane, lane.epoch, claim.anchor)
    const inserted = ledger
      .sql(
        `INSERT INTO executions (node_id, table_name, epoch, route, kind, state, pipeline_revision, bucket, from_seq, to_seq, request, claimed_at_ms)
         VALUES (?, ?, ?, ?, ?, 'claimed', ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...laneKey(lane),
        claim.kind,
        claim.pipelineRevision,
        claim.bucket,
        claim.fromSeq,
        claim.toSeq,
        claim.request,
        claim.atMs,
      )
    return readExecution(ledger, Number(inserted.lastInsertRowid))
  })
}

export function readExecution(ledger: LedgerConnection, id: number): StoredExecution {
  const row = ledger.sql('SELECT * FROM executions WHERE id = ?').get(id) as ExecutionRow | undefined
  if (row === undefined) throw new FieldgateError('notFound', `There is no execution ${id}.`)
  return toExecution(row)
}

/** Claims that did not reach their end, oldest first: they are redone before anything new is claimed. */
export function listOpenExecutions(ledger: LedgerConnection, nodeId?: string): readonly StoredExecution[] {
  const rows = (
    nodeId === undefined
      ? ledger
          .sql(`SELECT * FROM executions INDEXED BY executions_open WHERE state IN ('claimed', 'encoded') ORDER BY id`)
          .all()
      : ledger
          .sql(
            `SELECT * FROM executions INDEXED BY executions_open WHERE node_id = ? AND state IN ('claimed', 'encoded') ORDER BY id`,
          )
          .all(nodeId)
  ) as ExecutionRow[]
  return rows.map(toExecution)
}

/** Executions newest first; `beforeId` pages on. */
export function listExecutions(
  ledger: LedgerConnection,
  filter: { readonly nodeId?: string | undefined; readonly limit: number; readonly beforeId?: number | undefined },
): readonly StoredExecution[] {
  const before = filter.beforeId ?? Number.MAX_SAFE_INTEGER
  const rows = (
    filter.nodeId === undefined
      ? ledger.sql('SELECT * FROM executions WHERE id < ? ORDER BY id DESC LIMIT ?').all(before, filter.limit)
      : ledger
          .sql('SELECT * FROM executions WHERE node_id = ? AND id < ? ORDER BY id DESC LIMIT ?')
          .all(filter.nodeId, before, filter.limit)
  ) as ExecutionRow[]
  return rows.map(toExecution)
}

/** Succeeded ranges of a table in sequence order, every epoch and route: what the ledger says was delivered. */
export function listDelivered(ledger: LedgerConnection, nodeId: string, table?: string): readonly StoredExecution[] {
  const rows = ledger
    .sql(
      `SELECT * FROM executions WHERE node_id = ? AND (? IS NULL OR table_name = ?) AND state = 'succeeded'
       ORDER BY table_name, epoch, route, from_seq`,
    )
    .all(nodeId, table ?? null, table ?? null) as ExecutionRow[]
  return rows.map(toExecution)
}

/** The spool files of an execution are on disk; their keys and hashes become durable with its counts. */
export function recordEncoded(
  ledger: LedgerConnection,
  execution: StoredExecution,
  outcome: {
    readonly objects: readonly (Omit<StoredObject, 'state' | 'bucket'> & { readonly spoolPath: string })[]
    readonly counts: ExecutionCounts
    readonly quarantined: readonly NewQuarantine[]
    readonly newestEventMs: number | undefined
    readonly atMs: number
  },
): void {
  ledger.write(() => {
    const insert = ledger.sql(
      `INSERT INTO objects (execution_id, bucket, object_key, event_date, from_seq, to_seq, rows, bytes, sha256, logical_hash, spool_path, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'encoded')
       ON CONFLICT (bucket, object_key) DO UPDATE SET rows = excluded.rows, bytes = excluded.bytes, sha256 = excluded.sha256,
         logical_hash = excluded.logical_hash, spool_path = excluded.spool_path WHERE objects.state <> 'stored'`,
    )
    let bytes = 0
    for (const object of outcome.objects) {
      bytes += object.bytes
      insert.run(
        execution.id,
        execution.bucket,
        object.key,
        object.date ?? null,
        object.fromSeq,
        object.toSeq,
        object.rows,
        object.bytes,
        object.sha256,
        object.logicalHash,
        object.spoolPath,
      )
    }
    const quarantine = ledger.sql(
      `INSERT INTO quarantine (execution_id, node_id, table_name, epoch, route, sequence, reasons, row, at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET reasons = excluded.reasons, row = excluded.row`,
    )
    for (const row of outcome.quarantined) {
      quarantine.run(
        execution.id,
        ...laneKey(execution),
        row.sequence,
        JSON.stringify(row.reasons),
        row.row,
        outcome.atMs,
      )
    }
    ledger
      .sql(
        `UPDATE executions SET state = 'encoded', read_rows = ?, kept_rows = ?, rejected_rows = ?, filtered_rows = ?,
           aggregated_rows = ?, bytes = ?, newest_event_ms = ? WHERE id = ? AND state <> 'succeeded'`,
      )
      .run(
        outcome.counts.read,
        outcome.counts.kept,
        outcome.counts.rejected,
        outcome.counts.filtered,
        outcome.counts.aggregated,
        bytes,
        outcome.newestEventMs ?? null,
        execution.id,
      )
  })
}

/** Forgets what was encoded, because spool files are gone or damaged; objects already stored stay recorded. */
export function resetToClaimed(ledger: LedgerConnection, executionId: number): void {
  ledger.write(() => {
    ledger.sql(`DELETE FROM objects WHERE execution_id = ? AND state <> 'stored'`).run(executionId)
    ledger.sql(`UPDATE executions SET state = 'claimed' WHERE id = ? AND state = 'encoded'`).run(executionId)
  })
}

interface ObjectRow {
  bucket: string
  object_key: string
  event_date: string | null
  from_seq: number
  to_seq: number
  rows: number
  bytes: number
  sha256: string
  logical_hash: string
  spool_path: string | null
  state: 'encoded' | 'stored' | 'conflict'
}

export function listObjects(ledger: LedgerConnection, executionId: number): readonly StoredObject[] {
  const rows = ledger
    .sql('SELECT * FROM objects WHERE execution_id = ? ORDER BY object_key')
    .all(executionId) as ObjectRow[]
  return rows.map((row) => ({
    bucket: row.bucket,
    key: row.object_key,
    date: row.event_date ?? undefined,
    fromSeq: row.from_seq,
    toSeq: row.to_seq,
    rows: row.rows,
    bytes: row.bytes,
    sha256: row.sha256,
    logicalHash: row.logical_hash,
    spoolPath: row.spool_path ?? undefined,
    state: row.state,
  }))
}

/** What the ledger knows of one object, by name. */
export function findObject(
  ledger: LedgerConnection,
  bucket: string,
  key: string,
): { readonly executionId: number } | undefined {
  const row = ledger.sql('SELECT execution_id FROM objects WHERE bucket = ? AND object_key = ?').get(bucket, key) as
    | { execution_id: number }
    | undefined
  return row === undefined ? undefined : { executionId: row.execution_id }
}

export function markObject(
  ledger: LedgerConnection,
  bucket: string,
  key: string,
  state: 'stored' | 'conflict',
  etag?: string,
): void {
  ledger.write(() =>
    ledger
      .sql('UPDATE objects SET state = ?, etag = COALESCE(?, etag) WHERE bucket = ? AND object_key = ?')
      .run(state, etag ?? null, bucket, key),
  )
}

/**
 * The last step: the execution succeeded and the cursor moves, in one transaction. Refused with `conflict` unless the
 * lease token is still the holder's and every object is stored, so a runner that slept through its lease cannot commit.
 */
export function commitExecution(
  ledger: LedgerConnection,
  execution: StoredExecution,
  commit: { readonly leaseToken: string; readonly atMs: number },
): void {
  ledger.write(() => {
    const lease = ledger.sql('SELECT token FROM leases WHERE node_id = ?').get(execution.nodeId) as
      | { token: string }
      | undefined
    if (lease?.token !== commit.leaseToken) {
      throw new FieldgateError('conflict', `Node ${execution.nodeId} is uploaded by another runner now.`, {
        hint: 'This runner lost its lease while it was suspended; it stops working on the node.',
        retryable: true,
      })
    }
    const open = ledger
      .sql(`SELECT COUNT(*) AS n FROM objects WHERE execution_id = ? AND state <> 'stored'`)
      .get(execution.id) as { n: number }
    if (open.n > 0) throw new FieldgateError('internal', `Execution ${execution.id} has ${open.n} objects not stored.`)
    ledger
      .sql(
        `UPDATE executions SET state = 'succeeded', finished_at_ms = ?, error_code = NULL, error_message = NULL,
           error_hint = NULL, failed_at_ms = NULL, next_retry_ms = NULL, attempt = attempt + 1
         WHERE id = ? AND state = 'encoded'`,
      )
      .run(commit.atMs, execution.id)
    ledger.sql('UPDATE objects SET spool_path = NULL WHERE execution_id = ?').run(execution.id)
    advanceAcked(ledger, execution, commit.atMs)
  })
}

/** Ends an execution whose source was replaced before its rows were encoded; its objects, if any, are forgotten. */
export function abandonExecution(ledger: LedgerConnection, executionId: number, reason: string, atMs: number): void {
  ledger.write(() => {
    ledger.sql(`DELETE FROM objects WHERE execution_id = ? AND state <> 'stored'`).run(executionId)
    ledger
      .sql(
        `UPDATE executions SET state = 'abandoned', finished_at_ms = ?, error_code = 'conflict', error_message = ?,
           failed_at_ms = ?, next_retry_ms = NULL WHERE id = ? AND state IN ('claimed', 'encoded')`,
      )
      .run(atMs, reason, atMs, executionId)
  })
}

/** Keeps the cause on the execution and says when it is tried next. */
export function recordFailure(
  ledger: LedgerConnection,
  executionId: number,
  failure: {
    readonly code: string
    readonly message: string
    readonly hint: string | undefined
    readonly atMs: number
    readonly nextRetryMs: number
  },
): void {
  ledger.write(() =>
    ledger
      .sql(
        `UPDATE executions SET attempt = attempt + 1, error_code = ?, error_message = ?, error_hint = ?,
           failed_at_ms = ?, next_retry_ms = ? WHERE id = ? AND state IN ('claimed', 'encoded')`,
      )
      .run(failure.code, failure.message, failure.hint ?? null, failure.atMs, failure.nextRetryMs, executionId),
  )
}

/** Lets a waiting execution be tried at once. */
export function clearRetryDelay(ledger: LedgerConnection, nodeId: string | undefined): number {
  return ledger.write(
    () =>
      ledger
        .sql(
          `UPDATE executions SET next_retry_ms = 0 WHERE state IN ('claimed', 'encoded') AND next_retry_ms IS NOT NULL AND (? IS NULL OR node_id = ?)`,
        )
        .run(nodeId ?? null, nodeId ?? null).changes,
  )
}

/** Bytes per row that a lane delivered lately, or undefined before its first object. */
export function recentBytesPerRow(ledger: LedgerConnection, lane: Lane): number | undefined {
  const sums = ledger
    .sql(
      `SELECT SUM(bytes) AS bytes, SUM(read_rows) AS rows FROM (
         SELECT bytes, read_rows FROM executions
         WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ? AND state = 'succeeded' AND bytes > 0
         ORDER BY from_seq DESC LIMIT 5)`,
    )
    .get(...laneKey(lane)) as { bytes: number | null; rows: number | null }
  return sums.bytes === null || sums.rows === null || sums.rows === 0 ? undefined : sums.bytes / sums.rows
}
