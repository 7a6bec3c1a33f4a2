import { errorToData } from '../../../shared/domain/errors.ts'
import { resolvePipelineType } from '../../../shared/domain/pipelineTypes.ts'
import type {
  PipelinePlan,
  PipelineSetResult,
  PipelineStats,
  PipelineTimelineEntry,
  PipelineTotals,
} from '../../../shared/domain/pipelines.ts'
import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import { listExecutions } from '../db/ledger/executions.ts'
import { sumByRoute } from '../db/ledger/records.ts'
import type { RouteTotals } from '../db/ledger/records.ts'
import { judgePipelineHealth } from '../pipelines/health.ts'
import { pipelineExecutions, pipelineHistory } from '../pipelines/pipelineManager.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'
import { changePipeline, customTypesOf, planChange, readConfig } from './pipelineChanges.ts'

const HOUR_MS = 3_600_000
/** Executions looked at for health and failures: the last day of a busy node fits. */
const HEALTH_EXECUTIONS = 500
const FOREIGN_EXECUTIONS = 10_000

/** `pipelines.*`: the pipeline type of a node, its history and what each type did. */
export function pipelineHandlers(deps: HandlerDependencies): HandlersOf<'pipelines', CallContext> {
  return {
    'pipelines.get': ({ nodeId }) => readConfig(deps, deps.node(nodeId)),
    'pipelines.set': ({ nodeId, type, by, reason, backfill }) =>
      changePipeline(deps, deps.node(nodeId), { type, by, reason, backfill: backfill ?? false }),
    'pipelines.history': ({ nodeId, limit }) =>
      pipelineHistory(deps.node(nodeId).sqlite, limit).map((entry) => ({
        id: entry.id,
        type: entry.type,
        at: entry.at,
        by: entry.by,
        reason: entry.reason,
        isCurrent: entry.isCurrent,
      })),
    'pipelines.stats': ({ nodeId, hours }) => readStats(deps, nodeId, hours),
    'pipelines.plan': async ({ nodeIds, type }, { signal }): Promise<PipelinePlan> => {
      const wanted = resolvePipelineType(type, customTypesOf(deps))
      const nodes = await eachNode(deps, nodeIds, signal, (nodeId) => planChange(deps, deps.node(nodeId), wanted))
      return { type: wanted, nodes }
    },
    'pipelines.setMany': async ({ nodeIds, type, by, reason, backfill }, { signal }) => {
      const wanted = resolvePipelineType(type, customTypesOf(deps))
      for (const nodeId of nodeIds) deps.node(nodeId)
      const change = { type: wanted, by, reason, backfill: backfill ?? false }
      return eachNode(deps, nodeIds, signal, (nodeId) => attemptChange(deps, nodeId, change))
    },
    'pipelines.timeline': async ({ fromMs, nodeIds, limit }, { signal }) => {
      const wanted = nodeIds ?? deps.config.nodes.map((node) => node.id)
      const entries = await eachNode(deps, wanted, signal, (nodeId) => timelineOf(deps, nodeId, limit))
      return entries
        .flat()
        .filter((entry) => fromMs === undefined || entry.atMs === undefined || entry.atMs >= fromMs)
        .toSorted((a, b) => (b.atMs ?? 0) - (a.atMs ?? 0) || b.id - a.id)
        .slice(0, limit)
    },
    'pipelines.totals': ({ hours }) => addUp(sumByRoute(deps.readLedger(), deps.clock.now() - hours * HOUR_MS)),
  }
}

/** Does something per node in order and lets others run in between, so that a fleet of thousands blocks nobody. */
async function eachNode<T>(
  deps: HandlerDependencies,
  nodeIds: readonly string[],
  signal: AbortSignal,
  work: (nodeId: string) => T,
): Promise<readonly T[]> {
  const results: T[] = []
  for (const nodeId of nodeIds) {
    signal.throwIfAborted()
    results.push(work(nodeId))
    await deps.clock.sleep(0, signal)
  }
  return results
}

function attemptChange(
  deps: HandlerDependencies,
  nodeId: string,
  change: Parameters<typeof changePipeline>[2],
): { readonly nodeId: string; readonly result: PipelineSetResult | undefined; readonly problem: string | undefined } {
  try {
    return { nodeId, result: changePipeline(deps, deps.node(nodeId), change), problem: undefined }
  } catch (error) {
    return { nodeId, result: undefined, problem: errorToData(error).message }
  }
}

/** A node that cannot be read has no entries: its state is told by the fleet, not by the timeline. */
function timelineOf(deps: HandlerDependencies, nodeId: string, limit: number): readonly PipelineTimelineEntry[] {
  const node = deps.node(nodeId)
  try {
    const history = pipelineHistory(node.sqlite, limit + 1)
    return history.slice(0, limit).map((entry, index) => ({
      nodeId,
      id: entry.id,
      type: entry.type,
      previousType: history[index + 1]?.type,
      atMs: entry.atMs,
      by: entry.by,
      reason: entry.reason,
      isCurrent: entry.isCurrent,
    }))
  } catch (error) {
    deps.log.debug('No history.', { nodeId, cause: errorToData(error).message })
    return []
  }
}

function readStats(
  deps: HandlerDependencies,
  nodeId: string,
  hours: number,
): ReturnType<HandlersOf<'pipelines', CallContext>['pipelines.stats']> {
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
    foreignExecutions: pipelineExecutions(node.sqlite, FOREIGN_EXECUTIONS).length,
  }
}

function addUp(routes: readonly RouteTotals[]): readonly PipelineTotals[] {
  const byRoute = Map.groupBy(routes, (route) => route.route)
  return [...byRoute].map(([route, parts]) => {
    const sum = (read: (part: RouteTotals) => number): number => parts.reduce((total, part) => total + read(part), 0)
    const last = Math.max(0, ...parts.map((part) => part.lastFinishedAtMs ?? 0))
    return {
      route,
      nodes: parts.length,
      executions: sum((part) => part.executions),
      rows: sum((part) => part.rows),
      kept: sum((part) => part.kept),
      rejected: sum((part) => part.rejected),
      filtered: sum((part) => part.filtered),
      aggregated: sum((part) => part.aggregated),
      bytes: sum((part) => part.bytes),
      lastFinishedAtMs: last === 0 ? undefined : last,
    }
  })
}
