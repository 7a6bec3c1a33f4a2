import { errorToData } from '../../../shared/domain/errors.ts'
import type { ErrorData } from '../../../shared/domain/errors.ts'
import type { LaneStatus, NodeSummary } from '../../../shared/domain/node.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import { listEpochs } from '../db/ledger/epochs.ts'
import { listCursors, listGaps } from '../db/ledger/lanes.ts'
import { countQuarantine, sumByRoute } from '../db/ledger/records.ts'
import { matchesSelector, parseSelector } from '../fleet/selector.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

/** `nodes.*`: how each node of the workspace stands, read fresh at every call. */
export function nodeHandlers(deps: HandlerDependencies): HandlersOf<'nodes', CallContext> {
  return {
    'nodes.list': ({ selector }) => {
      const wanted = selector === undefined ? undefined : parseSelector(selector)
      return deps.config.nodes
        .map((node) => summarise(deps, node))
        .filter((summary) => wanted === undefined || matchesSelector(wanted, labelsOf(summary)))
    },
    'nodes.get': ({ nodeId }) => summarise(deps, deps.node(nodeId)),
  }
}

/** Labels a selector may name: the node's own plus what every node has. */
function labelsOf(summary: NodeSummary): Record<string, string> {
  return {
    ...summary.labels,
    node: summary.nodeId,
    ...(summary.site === undefined ? {} : { site: summary.site }),
    ...(summary.pipelineType === undefined ? {} : { type: summary.pipelineType }),
    state: summary.uploadState,
  }
}

interface SourceFacts {
  readonly table: string | undefined
  readonly newestSeq: number | undefined
  readonly pipelineType: string | undefined
  readonly failure: ErrorData | undefined
}

function readSource(deps: HandlerDependencies, node: NodeConfig): SourceFacts {
  let table: string | undefined
  let newestSeq: number | undefined
  try {
    const database = deps.openNode(node)
    try {
      table = database.plan({ table: node.table, timestampColumn: node.timestampColumn }).table
      newestSeq = database.identity(table).maxSeq
    } finally {
      database.close()
    }
    return { table, newestSeq, pipelineType: deps.readActive(node).type, failure: undefined }
  } catch (error) {
    return { table, newestSeq, pipelineType: undefined, failure: errorToData(error) }
  }
}

function summarise(deps: HandlerDependencies, node: NodeConfig): NodeSummary {
  const ledger = deps.readLedger()
  const source = readSource(deps, node)
  const status = deps
    .uploader()
    .status()
    .find((candidate) => candidate.nodeId === node.id)
  const epoch =
    source.table === undefined ? undefined : listEpochs(ledger, { nodeId: node.id, table: source.table }).at(-1)?.epoch
  const totals = sumByRoute(ledger, 0, node.id)
  const failure = status?.failure ?? source.failure
  return {
    nodeId: node.id,
    site: node.site,
    labels: node.labels,
    path: node.sqlite,
    table: source.table,
    pipelineType: source.pipelineType,
    lanes: laneStatuses(deps, node, source, epoch),
    uploadState: status?.state ?? 'idle',
    holder:
      status?.holder === undefined
        ? undefined
        : { pid: status.holder.pid, host: status.holder.host, sinceMs: status.holder.acquiredAtMs },
    failure,
    failingSinceMs: status?.failingSinceMs,
    nextRetryMs: status?.nextRetryMs,
    rowsDelivered: totals.reduce((sum, route) => sum + route.rows, 0),
    bytesDelivered: totals.reduce((sum, route) => sum + route.bytes, 0),
    quarantined: countQuarantine(ledger, node.id),
    lastDeliveryMs: latest(totals.map((route) => route.lastFinishedAtMs)),
    newestDeliveredMs: latest(totals.map((route) => route.newestEventMs)),
    newestSeq: source.newestSeq,
    takenAtMs: deps.clock.now(),
  }
}

function laneStatuses(
  deps: HandlerDependencies,
  node: NodeConfig,
  source: SourceFacts,
  epoch: string | undefined,
): readonly LaneStatus[] {
  const ledger = deps.readLedger()
  return listCursors(ledger, node.id)
    .filter((cursor) => cursor.table === source.table && cursor.epoch === epoch)
    .map((cursor) => ({
      route: cursor.route,
      isActive: cursor.route === source.pipelineType,
      epoch: cursor.epoch,
      ackedSeq: cursor.ackedSeq,
      claimedSeq: cursor.claimedSeq,
      backlog: Math.max(0, (source.newestSeq ?? cursor.ackedSeq) - cursor.ackedSeq),
      pendingBackfill: listGaps(ledger, cursor)
        .filter((gap) => gap.state === 'pending')
        .reduce((sum, gap) => sum + gap.toSeq - gap.fromSeq + 1, 0),
    }))
}

function latest(times: readonly (number | null | undefined)[]): number | undefined {
  return times.reduce<number | undefined>(
    (newest, time) => (time === null || time === undefined ? newest : Math.max(newest ?? time, time)),
    undefined,
  )
}
