import { resolvePipelineType } from '../../../shared/domain/pipelineTypes.ts'
import type { PipelineConfig, PipelineStats } from '../../../shared/domain/pipelines.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import { listExecutions } from '../db/ledger/executions.ts'
import { listEpochs } from '../db/ledger/epochs.ts'
import { listGaps, readActiveRoute, readCursor } from '../db/ledger/lanes.ts'
import { addAudit, sumByRoute } from '../db/ledger/records.ts'
import { judgePipelineHealth } from '../pipelines/health.ts'
import {
  pipelineExecutions,
  pipelineHistory,
  readPipeline,
  setPipeline,
} from '../pipelines/pipelineManager.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

const HOUR_MS = 3_600_000
/** Executions looked at for health and failures: the last day of a busy node fits. */
const HEALTH_EXECUTIONS = 500

/** `pipelines.*`: the pipeline type of a node, its history and what each type did. */
export function pipelineHandlers(deps: HandlerDependencies): HandlersOf<'pipelines', CallContext> {
  const customTypes = deps.config.pipelines.custom.map((pipeline) => pipeline.name)
  return {
    'pipelines.get': ({ nodeId }) => readConfig(deps.node(nodeId), customTypes),
    'pipelines.set': ({ nodeId, type, by, reason, backfill }) => {
      const node = deps.node(nodeId)
      const before = readConfig(node, customTypes)
      const wanted = resolvePipelineType(type, customTypes)
      const rows = switchRows(deps, node, wanted)
      const change = setPipeline(node.sqlite, {
        type: wanted,
        by,
        reason,
        backfill: backfill ?? false,
        atMs: deps.clock.now(),
        customTypes,
      })
      const config = readConfig(node, customTypes)
      if (change.changed) {
        addAudit(deps.ledger(), {
          atMs: deps.clock.now(),
          actor: by,
          action: 'pipelines.set',
          subject: nodeId,
          before: before.type,
          after: config.type,
          reason,
        })
        deps.bus.emit('pipelines.changed', config)
        deps.uploader().nudge(nodeId)
      }
      return { changed: change.changed, config, previousType: before.type, ...rows }
    },
    'pipelines.history': ({ nodeId, limit }) =>
      pipelineHistory(deps.node(nodeId).sqlite, limit).map((entry) => ({
        id: entry.id,
        type: entry.type,
        at: entry.at,
        by: entry.by,
        reason: entry.reason,
        isCurrent: entry.isCurrent,
      })),
    'pipelines.stats': ({ nodeId, hours }) => {
      const node = deps.node(nodeId)
      const now = deps.clock.now()
      const since = now - hours * HOUR_MS
      const executions = listExecutions(deps.readLedger(), { nodeId, limit: HEALTH_EXECUTIONS })
      const failing = executions.filter((execution) => execution.failure !== undefined && execution.failure.atMs >= since)
      const byType: PipelineStats[] = sumByRoute(deps.readLedger(), since, nodeId).map((route) => ({
        route: route.route,
        executions: route.executions,
        failed: failing.filter((execution) => execution.route === route.route).length,
        rows: route.rows,
        kept: route.kept,
        rejected: route.rejected,
        filtered: route.filtered,
        aggregated: route.aggregated,
        bytes: route.bytes,
        averageMs: route.averageMs,
        lastFinishedAtMs: route.lastFinishedAtMs ?? undefined,
      }))
      return {
        nodeId,
        hours,
        health: judgePipelineHealth(executions, now),
        totals: {
          executions: byType.reduce((sum, type) => sum + type.executions, 0),
          failed: failing.length,
          rows: byType.reduce((sum, type) => sum + type.rows, 0),
        },
        byType,
        foreignExecutions: pipelineExecutions(node.sqlite, 10_000).length,
      }
    },
  }
}

function readConfig(node: NodeConfig, customTypes: readonly string[]): PipelineConfig {
  const state = readPipeline(node.sqlite, { customTypes })
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

/** How many rows the type would deliver by continuing, and how many with its backfill. */
function switchRows(
  deps: HandlerDependencies,
  node: NodeConfig,
  type: string,
): { readonly continueRows: number; readonly backfillRows: number } {
  const ledger = deps.readLedger()
  const database = deps.openNode(node)
  try {
    const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
    const { minSeq, maxSeq } = database.identity(plan.table)
    if (minSeq === undefined || maxSeq === undefined) return { continueRows: 0, backfillRows: 0 }
    const epoch = listEpochs(ledger, { nodeId: node.id, table: plan.table }).at(-1)
    const lane = { nodeId: node.id, table: plan.table, epoch: epoch?.epoch ?? '', route: type }
    const start = (epoch?.firstSeq ?? Math.min(1, minSeq)) - 1
    const own = readCursor(ledger, lane)?.claimedSeq ?? start
    const active = readActiveRoute(ledger, lane)
    const position =
      active === undefined ? own : (readCursor(ledger, { ...lane, route: active.route })?.claimedSeq ?? own)
    const left = listGaps(ledger, lane).reduce(
      (sum, gap) => sum + database.countRows(plan.table, gap.fromSeq - 1, gap.toSeq),
      0,
    )
    return {
      continueRows: database.countRows(plan.table, Math.max(own, position), maxSeq),
      backfillRows: database.countRows(plan.table, own, maxSeq) + left,
    }
  } finally {
    database.close()
  }
}
