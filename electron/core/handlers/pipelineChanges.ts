import { errorToData } from '../../../shared/domain/errors.ts'
import { resolvePipelineType } from '../../../shared/domain/pipelineTypes.ts'
import type { PipelineConfig, PipelinePlan, PipelineSetResult } from '../../../shared/domain/pipelines.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { listOpenExecutions, recentBytesPerRow } from '../db/ledger/executions.ts'
import { listEpochs } from '../db/ledger/epochs.ts'
import { listGaps, listHandedOver, readActiveRoute, readCursor } from '../db/ledger/lanes.ts'
import type { Range } from '../db/ledger/ranges.ts'
import { addAudit } from '../db/ledger/records.ts'
import { pipelineHistory, readPipeline, setPipeline } from '../pipelines/pipelineManager.ts'
import { bucketOf, DEFAULT_BYTES_PER_ROW } from '../uploader/claim.ts'
import type { HandlerDependencies } from './dependencies.ts'

export interface PipelineChangeInput {
  readonly type: string
  readonly by: string
  readonly reason: string | undefined
  readonly backfill: boolean
}

/** Names of the custom types that the configuration declares. */
export function customTypesOf(deps: HandlerDependencies): readonly string[] {
  return deps.config.pipelines.custom.map((pipeline) => pipeline.name)
}

/** The type in force as the contract shows it. Throws for a type that is unknown here. */
export function readConfig(deps: HandlerDependencies, node: NodeConfig): PipelineConfig {
  const state = readPipeline(node.sqlite, { customTypes: customTypesOf(deps) })
  return {
    nodeId: node.id,
    type: state.type,
    revision: state.revision,
    updatedAt: state.updatedAt,
    updatedBy: state.updatedBy,
    reason: state.reason,
    backfill: state.backfill,
    source: state.source,
  }
}

/**
 * Sets the type of a node and, if that changed anything, writes the audit trail, announces it and lets the uploader look.
 * The one way in for people, commands and rules alike. A type that is unknown here can be replaced, too.
 */
export function changePipeline(
  deps: HandlerDependencies,
  node: NodeConfig,
  change: PipelineChangeInput,
): PipelineSetResult {
  const customTypes = customTypesOf(deps)
  const wanted = resolvePipelineType(change.type, customTypes)
  const rows = switchRows(deps, node, wanted)
  const atMs = deps.clock.now()
  const outcome = setPipeline(node.sqlite, { ...change, type: wanted, atMs, customTypes })
  const config = readConfig(deps, node)
  const previousType = outcome.previous ?? 'raw'
  if (outcome.changed) {
    addAudit(deps.ledger(), {
      atMs,
      actor: change.by,
      action: 'pipelines.set',
      subject: node.id,
      before: previousType,
      after: config.type,
      reason: change.reason,
    })
    deps.bus.emit('pipelines.changed', config)
    deps.uploader().nudge(node.id)
  }
  return {
    changed: outcome.changed,
    config,
    previousType,
    continueRows: rows.continueRows,
    backfillRows: rows.backfillRows,
  }
}

/** What switching one node would touch. A node that cannot be read has a problem instead of figures; nothing throws. */
export function planChange(deps: HandlerDependencies, node: NodeConfig, type: string): PipelinePlan['nodes'][number] {
  const toBucket = bucketOf(deps.config, type)
  try {
    const fromType = pipelineHistory(node.sqlite, 1)[0]?.type ?? 'raw'
    const rows = switchRows(deps, node, type)
    return {
      nodeId: node.id,
      fromType,
      fromBucket: bucketOf(deps.config, fromType),
      toBucket,
      continueRows: rows.continueRows,
      backfillRows: rows.backfillRows,
      backfillBytes: Math.round(rows.backfillRows * rows.bytesPerRow),
      openClaims: listOpenExecutions(deps.readLedger(), node.id).length,
      problem: undefined,
    }
  } catch (error) {
    return {
      nodeId: node.id,
      fromType: undefined,
      fromBucket: undefined,
      toBucket,
      continueRows: 0,
      backfillRows: 0,
      backfillBytes: 0,
      openClaims: listOpenExecutions(deps.readLedger(), node.id).length,
      problem: errorToData(error).message,
    }
  }
}

interface SwitchRows {
  readonly continueRows: number
  readonly backfillRows: number
  readonly bytesPerRow: number
}

/** How many rows the type would deliver by continuing, and how many with its backfill. */
function switchRows(deps: HandlerDependencies, node: NodeConfig, type: string): SwitchRows {
  const ledger = deps.readLedger()
  const database = deps.openNode(node)
  try {
    const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
    const { minSeq, maxSeq } = database.identity(plan.table)
    if (minSeq === undefined || maxSeq === undefined) return { continueRows: 0, backfillRows: 0, bytesPerRow: 0 }
    const epoch = listEpochs(ledger, { nodeId: node.id, table: plan.table }).at(-1)
    const lane = { nodeId: node.id, table: plan.table, epoch: epoch?.epoch ?? '', route: type }
    const start = (epoch?.firstSeq ?? Math.min(1, minSeq)) - 1
    const own = readCursor(ledger, lane)?.claimedSeq ?? start
    const active = readActiveRoute(ledger, lane)
    const position =
      active === undefined ? own : (readCursor(ledger, { ...lane, route: active.route })?.claimedSeq ?? own)
    const countIn = (ranges: readonly Range[]): number =>
      ranges.reduce((sum, range) => sum + database.countRows(plan.table, range.fromSeq - 1, range.toSeq), 0)
    return {
      continueRows:
        database.countRows(plan.table, Math.max(own, position), maxSeq) +
        countIn(listHandedOver(ledger, lane, deps.config.upload.alwaysOn)),
      backfillRows: database.countRows(plan.table, own, maxSeq) + countIn(listGaps(ledger, lane)),
      bytesPerRow: recentBytesPerRow(ledger, lane) ?? DEFAULT_BYTES_PER_ROW,
    }
  } finally {
    database.close()
  }
}
