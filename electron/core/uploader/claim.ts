import { FieldgateError } from '../../../shared/domain/errors.ts'
import { defaultBucketName } from '../../../shared/domain/bucketNames.ts'
import type { Cursor, Lane } from '../../../shared/domain/execution.ts'
import type { EngineConfig, NodeConfig } from '../../../shared/domain/settings.ts'
import { recentBytesPerRow } from '../db/ledger/executions.ts'
import { claimBatch } from '../db/ledger/transitions.ts'
import type { StoredExecution } from '../db/ledger/executions.ts'
import { listGaps, readCursor } from '../db/ledger/lanes.ts'
import { underLease } from '../db/ledger/leases.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import type { NodeDatabase, TablePlan } from '../db/nodePort.ts'
import { contractFor } from '../pipelines/contracts.ts'
import type { TransformContext } from '../pipelines/port.ts'
import type { EncodeRequest } from './encodePort.ts'
import { isSameEpoch } from './epoch.ts'
import type { UploaderPorts } from './ports.ts'

type ClaimPorts = Pick<UploaderPorts, 'config' | 'ledger' | 'openNode' | 'clock' | 'runner'>

/** The part of an encode request that a claim pins: a redo uses these settings whatever the configuration says by then. */
export type PinnedRequest = Omit<
  EncodeRequest,
  'node' | 'epoch' | 'fromSeq' | 'toSeq' | 'spoolFolder' | 'spoolName' | 'pipelineType' | 'pipelineRevision'
>

/** Rows one claim covers at most, whatever the target size: bounds the work that a crash can cost. */
const MAX_CLAIM_ROWS = 1_000_000
/** Assumed until a lane has delivered something: full-precision sensor rows in snappy. */
export const DEFAULT_BYTES_PER_ROW = 48

/** The bucket that a pipeline type delivers to: explicit name, the custom pipeline's own, or the seed's naming rule. */
export function bucketOf(config: EngineConfig, type: string): string {
  const custom = config.pipelines.custom.find((pipeline) => pipeline.name === type)
  return (
    config.buckets.names[type] ??
    custom?.bucket ??
    defaultBucketName(config.buckets.prefix, type, config.buckets.region)
  )
}

/** Settings for one table and route, as they are now. */
export function pinRequest(config: EngineConfig, node: NodeConfig, plan: TablePlan, route: string): PinnedRequest {
  const context: TransformContext = {
    nodeId: node.id,
    site: node.site,
    plan,
    timeZone: node.timeZone,
    contract: contractFor(plan.table, plan.columns, config.pipelines.contracts),
    emergency: config.pipelines.emergency,
    windowSeconds: config.pipelines.windowSeconds,
    custom: config.pipelines.custom.find((pipeline) => pipeline.name === route),
  }
  return {
    context,
    rowsPerStep: config.upload.maxBatchRows,
    targetObjectBytes: config.upload.targetObjectBytes,
    compression: config.upload.compression,
    engine: config.upload.parquetEngine,
    profile: config.upload.parquetProfile,
  }
}

export interface NextRange {
  readonly kind: 'tail' | 'gap'
  readonly gapId: number | undefined
  readonly fromSeq: number
  readonly toSeq: number
}

/**
 * The next range of a lane, or undefined when it has drained: pending gaps first, then the tail up to `maxSeq`.
 * A range starts right behind what is claimed, so that ranges tile the sequence and nothing falls between two.
 */
export function nextRange(
  ledger: LedgerConnection,
  database: NodeDatabase,
  plan: TablePlan,
  cursor: Cursor,
  limits: { readonly maxSeq: number; readonly maxBatchRows: number; readonly targetObjectBytes: number },
): NextRange | undefined {
  const perRow = Math.max(1, recentBytesPerRow(ledger, cursor) ?? DEFAULT_BYTES_PER_ROW)
  const rows = Math.min(MAX_CLAIM_ROWS, Math.max(limits.maxBatchRows, Math.floor(limits.targetObjectBytes / perRow)))
  const gap = listGaps(ledger, cursor).find((candidate) => candidate.state === 'pending')
  if (gap !== undefined) {
    return {
      kind: 'gap',
      gapId: gap.id,
      fromSeq: gap.fromSeq,
      toSeq: endOfRange(database, plan, gap.fromSeq, gap.toSeq, rows),
    }
  }
  if (limits.maxSeq <= cursor.claimedSeq) return undefined
  const fromSeq = cursor.claimedSeq + 1
  return { kind: 'tail', gapId: undefined, fromSeq, toSeq: endOfRange(database, plan, fromSeq, limits.maxSeq, rows) }
}

/** Jumps over a hole at the front, so that sparse sequences do not make a claim per million missing rows. */
function endOfRange(database: NodeDatabase, plan: TablePlan, fromSeq: number, lastSeq: number, rows: number): number {
  if (lastSeq - fromSeq < rows) return lastSeq
  const first = database.readRows(plan, fromSeq - 1, lastSeq, 1)[0]?.[0]
  if (first === undefined) return lastSeq
  return Math.min(lastSeq, Number(first) + rows - 1)
}

/** What a lane's next claim is made from; `maxSeq` is where this pass ends. */
export interface ClaimPlan {
  readonly node: NodeConfig
  readonly plan: TablePlan
  readonly lane: Lane
  readonly pipelineRevision: number
  readonly maxSeq: number
}

/**
 * Writes the lane's next claim: bounds, route, settings and bucket are durable before anything is encoded or uploaded.
 * Undefined when the lane has drained, or when the table is not in the lane's epoch any more. That, the range and the row
 * the epoch will be recognised by are read from one state of the database: else rows of a table put in its place just now
 * would pass for rows of this one, or rows that a restored backup lacks be claimed and the table not be known again.
 */
export function claimNext(ports: ClaimPorts, wanted: ClaimPlan): StoredExecution | undefined {
  const { node, plan, lane } = wanted
  const { ledger, config } = ports
  const database = ports.openNode(node)
  try {
    const next = database.snapshot(() => {
      const cursor = readCursor(ledger, lane)
      if (cursor === undefined || !isSameEpoch(ledger, database, node, plan, lane.epoch)) return undefined
      const range = nextRange(ledger, database, plan, cursor, {
        maxSeq: Math.min(wanted.maxSeq, database.identity(plan.table).maxSeq ?? cursor.claimedSeq),
        maxBatchRows: config.upload.maxBatchRows,
        targetObjectBytes: config.upload.targetObjectBytes,
      })
      return range === undefined ? undefined : { range, hash: database.anchor(plan, range.toSeq) }
    })
    if (next === undefined) return undefined
    const { range, hash } = next
    return underLease(ledger, lane.nodeId, ports.runner.token, () =>
      claimBatch(ledger, lane, {
        kind: range.kind,
        gapId: range.gapId,
        pipelineRevision: wanted.pipelineRevision,
        bucket: bucketOf(config, lane.route),
        fromSeq: range.fromSeq,
        toSeq: range.toSeq,
        request: JSON.stringify(pinRequest(config, node, plan, lane.route)),
        anchor: hash === undefined ? undefined : { sequence: range.toSeq, hash },
        atMs: ports.clock.now(),
      }),
    )
  } finally {
    database.close()
  }
}

/** The pinned settings of a claim, as they were written. */
export function parseRequest(execution: StoredExecution): PinnedRequest {
  try {
    return JSON.parse(execution.request) as PinnedRequest
  } catch (error) {
    throw new FieldgateError('corrupt', `The settings of execution ${execution.id} in the ledger cannot be read.`, {
      hint: 'Run the doctor on this workspace; the rows are still in the node database.',
      cause: error,
    })
  }
}
