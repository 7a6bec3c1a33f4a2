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
import { laneKey } from './lanes.ts'
import { requestReader } from './requests.ts'

/** An execution with what its redo needs: the settings pinned when it was claimed, as JSON. */
export interface StoredExecution extends Execution {
  readonly request: string
}

/** A row of the objects table with its spool file. */
export interface StoredObject extends ExecutionObject {
  readonly spoolPath: string | undefined
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
  request_id: number | null
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

function toExecutions(ledger: LedgerConnection, rows: readonly ExecutionRow[]): readonly StoredExecution[] {
  const readRequest = requestReader(ledger)
  return rows.map((row) => toExecution(row, readRequest(row.request_id)))
}

function toExecution(row: ExecutionRow, request: string): StoredExecution {
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
    request,
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

/** One execution. Throws `notFound` for an id that was never given. */
export function readExecution(ledger: LedgerConnection, id: number): StoredExecution {
  const row = ledger.sql('SELECT * FROM executions WHERE id = ?').get(id) as ExecutionRow | undefined
  if (row === undefined) throw new FieldgateError('notFound', `There is no execution ${id}.`)
  return toExecution(row, requestReader(ledger)(row.request_id))
}

/** What encoding an execution found out: its counts and the newest event time among its rows, in milliseconds. */
export function readEncoded(
  ledger: LedgerConnection,
  id: number,
): { readonly counts: ExecutionCounts; readonly newestEventMs: number | undefined } {
  const row = ledger
    .sql(
      `SELECT read_rows AS read, kept_rows AS kept, rejected_rows AS rejected, filtered_rows AS filtered,
         aggregated_rows AS aggregated, newest_event_ms AS newest FROM executions WHERE id = ?`,
    )
    .get(id) as (ExecutionCounts & { readonly newest: number | null }) | undefined
  if (row === undefined) throw new FieldgateError('notFound', `There is no execution ${id}.`)
  const { newest, ...counts } = row
  return { counts, newestEventMs: newest ?? undefined }
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
  return toExecutions(ledger, rows)
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
  return toExecutions(ledger, rows)
}

/** Succeeded ranges of a table in sequence order, every epoch and route: what the ledger says was delivered. */
export function listDelivered(ledger: LedgerConnection, nodeId: string, table?: string): readonly StoredExecution[] {
  const rows = ledger
    .sql(
      `SELECT * FROM executions WHERE node_id = ? AND (? IS NULL OR table_name = ?) AND state = 'succeeded'
       ORDER BY table_name, epoch, route, from_seq`,
    )
    .all(nodeId, table ?? null, table ?? null) as ExecutionRow[]
  return toExecutions(ledger, rows)
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

/** The objects of an execution, by key. */
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
): { readonly executionId: number; readonly isStored: boolean } | undefined {
  const row = ledger
    .sql('SELECT execution_id, state FROM objects WHERE bucket = ? AND object_key = ?')
    .get(bucket, key) as { execution_id: number; state: string } | undefined
  return row === undefined ? undefined : { executionId: row.execution_id, isStored: row.state === 'stored' }
}

/** Executions looked back at for the size of a row: most of a lane that filters may have delivered nothing. */
const LOOK_BACK = 100

/** Bytes per row that a lane delivered lately, or undefined when none of its last hundred executions had an object. */
export function recentBytesPerRow(ledger: LedgerConnection, lane: Lane): number | undefined {
  const sums = ledger
    .sql(
      `SELECT SUM(bytes) AS bytes, SUM(read_rows) AS rows FROM (
         SELECT bytes, read_rows FROM (
           SELECT bytes, read_rows, state FROM executions
           WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ? ORDER BY from_seq DESC LIMIT ${LOOK_BACK})
         WHERE state = 'succeeded' AND bytes > 0 LIMIT 5)`,
    )
    .get(...laneKey(lane)) as { bytes: number | null; rows: number | null }
  return sums.bytes === null || sums.rows === null || sums.rows === 0 ? undefined : sums.bytes / sums.rows
}
