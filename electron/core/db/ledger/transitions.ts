import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { ExecutionCounts, ExecutionKind, Lane } from '../../../../shared/domain/execution.ts'
import type { LedgerConnection } from './connection.ts'
import { endEpoch, rememberAnchor } from './epochs.ts'
import type { RememberedAnchor } from './epochs.ts'
import { listObjects, readExecution } from './executions.ts'
import type { StoredExecution, StoredObject } from './executions.ts'
import { advanceAcked, laneKey, shrinkGap } from './lanes.ts'
import { underLease } from './leases.ts'
import { noteRejectedAgain, settleReplay } from './quarantine.ts'
import { internRequest } from './requests.ts'

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
        `INSERT INTO executions (node_id, table_name, epoch, route, kind, state, pipeline_revision, bucket, from_seq, to_seq, request_id, claimed_at_ms)
         VALUES (?, ?, ?, ?, ?, 'claimed', ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...laneKey(lane),
        claim.kind,
        claim.pipelineRevision,
        claim.bucket,
        claim.fromSeq,
        claim.toSeq,
        internRequest(ledger, claim.request),
        claim.atMs,
      )
    return readExecution(ledger, Number(inserted.lastInsertRowid))
  })
}

export interface NewQuarantine {
  readonly sequence: number
  readonly reasons: readonly string[]
  readonly row: string
}

/**
 * The spool files of an execution are on disk; their keys and hashes become durable with its counts. Throws `conflict`
 * when an object that is in the bucket already is not among them with the same content: rows would be there twice.
 */
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
    for (const stored of listObjects(ledger, execution.id).filter((object) => object.state === 'stored')) {
      const again = outcome.objects.find((object) => object.key === stored.key)
      if (again?.logicalHash === stored.logicalHash) continue
      throw new FieldgateError(
        'conflict',
        `Execution ${execution.id} made other objects than the ones it stored before.`,
        {
          hint: `Rows changed since the object ${stored.key} in ${stored.bucket} was made. Move it away and retry, so that its rows are delivered once.`,
        },
      )
    }
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
    const rejected = JSON.stringify(outcome.quarantined.map((row) => row.sequence))
    // What an attempt before had rejected and this one delivers.
    ledger
      .sql(
        `DELETE FROM quarantine WHERE execution_id = ? AND state = 'open' AND sequence NOT IN (SELECT value FROM json_each(?))`,
      )
      .run(execution.id, rejected)
    keepQuarantine(ledger, execution, outcome.quarantined, outcome.atMs)
    noteRejectedAgain(
      ledger,
      execution.id,
      outcome.quarantined.map((row) => row.sequence),
    )
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

/** Keeps rows that a claim's contract rejected, each once, with the reasons. */
export function keepQuarantine(
  ledger: LedgerConnection,
  execution: Lane & { readonly id: number },
  rows: readonly NewQuarantine[],
  atMs: number,
): void {
  const insert = ledger.sql(
    `INSERT INTO quarantine (execution_id, node_id, table_name, epoch, route, sequence, reasons, row, at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET reasons = excluded.reasons, row = excluded.row`,
  )
  for (const row of rows) {
    insert.run(execution.id, ...laneKey(execution), row.sequence, JSON.stringify(row.reasons), row.row, atMs)
  }
}

/** Forgets what was encoded, because spool files are gone or damaged; objects already stored stay recorded. */
export function resetToClaimed(ledger: LedgerConnection, executionId: number): void {
  ledger.write(() => {
    ledger.sql(`DELETE FROM objects WHERE execution_id = ? AND state <> 'stored'`).run(executionId)
    ledger.sql(`UPDATE executions SET state = 'claimed' WHERE id = ? AND state = 'encoded'`).run(executionId)
  })
}

/** Forgets an object that is in the bucket no more. */
export function forgetObject(ledger: LedgerConnection, bucket: string, key: string): void {
  ledger.write(() => ledger.sql('DELETE FROM objects WHERE bucket = ? AND object_key = ?').run(bucket, key))
}

/** Records that an object was made again under its name, with what the bucket holds now. */
export function renewObject(
  ledger: LedgerConnection,
  object: Pick<StoredObject, 'bucket' | 'key' | 'rows' | 'bytes' | 'sha256' | 'logicalHash'>,
  etag: string,
): void {
  const { bucket, key, rows, bytes, sha256, logicalHash } = object
  ledger.write(() =>
    ledger
      .sql(
        'UPDATE objects SET rows = ?, bytes = ?, sha256 = ?, logical_hash = ?, etag = ? WHERE bucket = ? AND object_key = ?',
      )
      .run(rows, bytes, sha256, logicalHash, etag, bucket, key),
  )
}

/** Records what became of an object's put; `encoded`: it is still to be done. */
export function markObject(
  ledger: LedgerConnection,
  bucket: string,
  key: string,
  state: StoredObject['state'],
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
  underLease(ledger, execution.nodeId, commit.leaseToken, () => {
    const open = ledger
      .sql(`SELECT COUNT(*) AS n FROM objects WHERE execution_id = ? AND state <> 'stored'`)
      .get(execution.id) as { n: number }
    if (open.n > 0) throw new FieldgateError('internal', `Execution ${execution.id} has ${open.n} objects not stored.`)
    const ended = ledger
      .sql(
        `UPDATE executions SET state = 'succeeded', finished_at_ms = ?, error_code = NULL, error_message = NULL,
           error_hint = NULL, failed_at_ms = NULL, next_retry_ms = NULL, attempt = attempt + 1
         WHERE id = ? AND state = 'encoded'`,
      )
      .run(commit.atMs, execution.id)
    if (ended.changes !== 1) {
      throw new FieldgateError('conflict', `Execution ${execution.id} was changed while its objects were stored.`, {
        hint: 'It is done again from where it stands; its objects are recognised.',
        retryable: true,
      })
    }
    ledger.sql('UPDATE objects SET spool_path = NULL WHERE execution_id = ?').run(execution.id)
    settleReplay(ledger, execution.id)
    addToTotals(ledger, execution.id)
    advanceAcked(ledger, execution, commit.atMs)
  })
}

/** Adds a succeeded execution to the totals of its lane and of its month. */
export function addToTotals(ledger: LedgerConnection, executionId: number): void {
  ledger
    .sql(
      `INSERT INTO lane_totals
       SELECT node_id, table_name, epoch, route, 1, read_rows, bytes, finished_at_ms, newest_event_ms FROM executions WHERE id = ?
       ON CONFLICT DO UPDATE SET executions = executions + 1, read_rows = read_rows + excluded.read_rows,
         bytes = bytes + excluded.bytes, last_finished_ms = MAX(last_finished_ms, excluded.last_finished_ms),
         newest_event_ms = MAX(COALESCE(newest_event_ms, excluded.newest_event_ms), COALESCE(excluded.newest_event_ms, newest_event_ms))`,
    )
    .run(executionId)
  ledger
    .sql(
      `INSERT INTO month_bytes SELECT strftime('%Y-%m', finished_at_ms / 1000, 'unixepoch'), bytes FROM executions WHERE id = ?
       ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes`,
    )
    .run(executionId)
}

/**
 * Reads the rows of an execution with other settings from now on: for a table that lost a column after the claim. Refused
 * with `conflict` once an object of it is stored, because the rest would not fit to it.
 */
export function repinExecution(ledger: LedgerConnection, executionId: number, request: string): void {
  ledger.write(() => {
    const stored = listObjects(ledger, executionId).filter((object) => object.state === 'stored')
    if (stored.length > 0) {
      const names = stored.map((object) => object.key).join(', ')
      throw new FieldgateError(
        'conflict',
        `The table of execution ${executionId} changed after part of it was stored.`,
        {
          hint: `Move its objects away from ${stored[0]?.bucket} and retry, so that its rows are delivered once: ${names}.`,
        },
      )
    }
    ledger
      .sql(`UPDATE executions SET request_id = ? WHERE id = ? AND state = 'claimed'`)
      .run(internRequest(ledger, request), executionId)
  })
}

/**
 * Ends an execution whose source was replaced before its rows were encoded; its objects, if any, are forgotten. Its epoch
 * ends with it: should the table look like itself again, it is delivered anew under the next one rather than with a hole.
 */
export function abandonExecution(ledger: LedgerConnection, executionId: number, reason: string, atMs: number): void {
  ledger.write(() => {
    const execution = readExecution(ledger, executionId)
    endEpoch(ledger, execution, execution.epoch, atMs)
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
