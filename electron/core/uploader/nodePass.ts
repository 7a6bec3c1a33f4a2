import type { Cursor, Lane } from '../../../shared/domain/execution.ts'
import { priorityOf } from '../../../shared/domain/pipelineTypes.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { activateRoute, listCursors, openLane, readActiveRoute } from '../db/ledger/lanes.ts'
import { underLease } from '../db/ledger/leases.ts'
import type { NodeDatabase, TablePlan } from '../db/nodePort.ts'
import { drainLane, redoOpenExecutions } from './drain.ts'
import type { LaneWork } from './drain.ts'
import { resolveEpoch } from './epoch.ts'
import type { CurrentEpoch } from './epoch.ts'
import { importForeignState } from './importState.ts'
import { newPassState, noteFailure, settleAll } from './passState.ts'
import type { NodePassResult, PassOptions } from './passState.ts'
import type { ActivePipeline, UploaderPorts } from './ports.ts'

/**
 * Delivers everything a node had when the pass began: unfinished claims first, exactly as they were, then new ones
 * until its lanes have drained or one of them fails. The caller holds the node's lease. When it resolves, nothing of the
 * pass is running any more.
 */
export async function passNode(ports: UploaderPorts, node: NodeConfig, options: PassOptions): Promise<NodePassResult> {
  const state = newPassState()
  let activeRoute: string | undefined
  try {
    // First what was delivered under another ledger: it may have ended a claim that is still open in this one.
    const unread = await options.aligner.align(node, options.signal)
    // Claims made before are carried out even if the source cannot be read any more: it may be encoded already.
    await redoOpenExecutions(ports, node, options, state)
    if (unread !== undefined) throw unread.error
    let isDone = options.signal.aborted
    while (!isDone) {
      const lanes = readLanes(ports, node, options)
      activeRoute = lanes[0]?.pipeline.type
      const wanted = lanes.filter((lane) => options.accepts(lane.cursor.route))
      await settleAll(wanted.map((lane) => drainLane(ports, lane, options, state)))
      // A switch in the middle of a backlog takes effect with the next claim, not when the backlog has drained.
      isDone = options.signal.aborted || state.failure !== undefined || (lanes[0]?.isCurrent() ?? true)
    }
  } catch (error) {
    if (!options.signal.aborted) noteFailure(state, error)
  }
  return { nodeId: node.id, activeRoute, ...state }
}

/** Where each lane of the node stands, and where this pass ends. Empty while its table never had a row. */
function readLanes(ports: UploaderPorts, node: NodeConfig, options: PassOptions): readonly LaneWork[] {
  const database = ports.openNode(node)
  try {
    const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
    const pipeline = ports.readPipeline(node)
    const underOurs = <T>(work: () => T): T => underLease(ports.ledger, node.id, ports.runner.token, work)
    const epoch = underOurs(() => resolveEpoch(ports.ledger, database, node, plan, ports.clock.now()))
    if (epoch === undefined) return []
    if (epoch.isNew) options.onEpoch(plan.table, epoch)
    const maxSeq = database.identity(plan.table).maxSeq ?? epoch.firstSeq - 1
    importOnce(ports, node, database, plan, epoch, pipeline)
    const cursors = underOurs(() => openLanes(ports, node, plan, epoch, pipeline))
    const isCurrent = (): boolean => {
      const now = ports.readPipeline(node)
      return now.type === pipeline.type && now.revision === pipeline.revision
    }
    return cursors.map((cursor) => ({ node, plan, cursor, pipeline, maxSeq, isCurrent }))
  } finally {
    database.close()
  }
}

/** An earlier uploader had one node, and its position says nothing about any other. */
function importOnce(
  ports: UploaderPorts,
  node: NodeConfig,
  database: NodeDatabase,
  plan: TablePlan,
  epoch: CurrentEpoch,
  pipeline: ActivePipeline,
): void {
  if (ports.config.nodes.length !== 1 || listCursors(ports.ledger, node.id).length > 0) return
  importForeignState(ports, { node, database, plan, epoch, route: pipeline.type })
}

/** The lanes that run now: the active type, switched to if it changed, and those that are always on. */
function openLanes(
  ports: UploaderPorts,
  node: NodeConfig,
  plan: TablePlan,
  epoch: CurrentEpoch,
  pipeline: ActivePipeline,
): readonly Cursor[] {
  const lane = (route: string): Lane => ({ nodeId: node.id, table: plan.table, epoch: epoch.epoch, route })
  const now = ports.clock.now()
  const active = readActiveRoute(ports.ledger, lane(pipeline.type))
  const isSwitched = active?.route !== pipeline.type || active.pipelineRevision !== pipeline.revision
  const activeCursor = isSwitched
    ? activateRoute(ports.ledger, lane(pipeline.type), {
        pipelineRevision: pipeline.revision,
        backfill: pipeline.backfill,
        firstSeq: epoch.firstSeq,
        alwaysOn: ports.config.upload.alwaysOn,
        atMs: now,
      })
    : openLane(ports.ledger, lane(pipeline.type), epoch.firstSeq - 1, now)
  const beside = ports.config.upload.alwaysOn
    .filter((route) => route !== pipeline.type)
    .map((route) => openLane(ports.ledger, lane(route), epoch.firstSeq - 1, now))
  return [activeCursor, ...beside].toSorted((a, b) => priorityOf(a.route) - priorityOf(b.route))
}
