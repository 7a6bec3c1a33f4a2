import { errorToData } from '../../../shared/domain/errors.ts'
import type { ErrorData } from '../../../shared/domain/errors.ts'
import type { Cursor, Lane } from '../../../shared/domain/execution.ts'
import { priorityOf } from '../../../shared/domain/pipelineTypes.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { abandonExecution, listOpenExecutions, readExecution, recordFailure } from '../db/ledger/executions.ts'
import type { StoredExecution } from '../db/ledger/executions.ts'
import { activateRoute, openLane, readActiveRoute, readCursor } from '../db/ledger/lanes.ts'
import type { NodeDatabase, TablePlan } from '../db/nodePort.ts'
import { bucketOf, claimRange, nextRange, pinRequest } from './claim.ts'
import { resolveEpoch } from './epoch.ts'
import type { CurrentEpoch } from './epoch.ts'
import { runExecution } from './execute.ts'
import { retryDelayMs } from './retry.ts'
import type { ActivePipeline, UploaderPorts } from './ports.ts'

/** What one pass over a node did and why it stopped, if it did before everything was delivered. */
export interface NodePassResult {
  readonly nodeId: string
  /** The pipeline type in force; undefined when the node could not be read. */
  readonly activeRoute: string | undefined
  readonly executions: number
  readonly rows: number
  readonly bytes: number
  /** First failure of the pass; the rest of the node went on. */
  readonly failure: ErrorData | undefined
  /** When the earliest waiting execution is due; undefined when none waits. */
  readonly nextRetryMs: number | undefined
}

export interface PassOptions {
  readonly signal: AbortSignal
  /** Which routes this pass is for. */
  readonly accepts: (route: string) => boolean
  readonly onExecution: (execution: StoredExecution) => void
  readonly onEpoch: (table: string, epoch: CurrentEpoch) => void
}

/** Claims of one lane under way at once: the next is encoded while the last is sent. */
const CLAIMS_IN_FLIGHT = 2

interface PassState {
  executions: number
  rows: number
  bytes: number
  failure: ErrorData | undefined
  nextRetryMs: number | undefined
}

/**
 * Delivers everything a node had when the pass began: unfinished claims first, exactly as they were, then new ones
 * until its lanes have drained or one of them fails. The caller holds the node's lease.
 */
export async function passNode(ports: UploaderPorts, node: NodeConfig, options: PassOptions): Promise<NodePassResult> {
  const state: PassState = { executions: 0, rows: 0, bytes: 0, failure: undefined, nextRetryMs: undefined }
  let activeRoute: string | undefined
  let database: NodeDatabase | undefined
  try {
    database = ports.openNode(node)
    const opened = database
    const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
    const epoch = resolveEpoch(ports.ledger, database, node, plan, ports.clock.now())
    if (epoch?.isNew === true) options.onEpoch(plan.table, epoch)
    await redoOpenExecutions(ports, node, options, state)
    if (epoch !== undefined && !options.signal.aborted) {
      const maxSeq = database.identity(plan.table).maxSeq ?? epoch.firstSeq - 1
      const pipeline = ports.readPipeline(node)
      activeRoute = pipeline.type
      const cursors = openLanes(ports, node, plan, epoch, pipeline).filter((cursor) => options.accepts(cursor.route))
      await Promise.all(
        cursors.map((cursor) => drainLane(ports, node, opened, plan, cursor, pipeline, maxSeq, options, state)),
      )
    }
  } catch (error) {
    if (!options.signal.aborted) noteFailure(state, errorToData(error))
  } finally {
    database?.close()
  }
  return { nodeId: node.id, activeRoute, ...state }
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
  const switched = active?.route !== pipeline.type || active.pipelineRevision !== pipeline.revision
  const activeCursor = switched
    ? activateRoute(ports.ledger, lane(pipeline.type), {
        pipelineRevision: pipeline.revision,
        backfill: pipeline.backfill,
        firstSeq: epoch.firstSeq,
        atMs: now,
      })
    : openLane(ports.ledger, lane(pipeline.type), epoch.firstSeq - 1, now)
  const beside = ports.config.upload.alwaysOn
    .filter((route) => route !== pipeline.type)
    .map((route) => openLane(ports.ledger, lane(route), epoch.firstSeq - 1, now))
  return [activeCursor, ...beside].toSorted((a, b) => priorityOf(a.route) - priorityOf(b.route))
}

async function redoOpenExecutions(
  ports: UploaderPorts,
  node: NodeConfig,
  options: PassOptions,
  state: PassState,
): Promise<void> {
  const open = listOpenExecutions(ports.ledger, node.id).filter((execution) => options.accepts(execution.route))
  const lanes = Map.groupBy(open, (execution) => `${execution.table}/${execution.epoch}/${execution.route}`)
  await Promise.all(
    [...lanes.values()].map(async (executions) => {
      for (const execution of executions) {
        if (options.signal.aborted) return
        const due = execution.failure?.nextRetryMs ?? 0
        if (due > ports.clock.now()) noteRetry(state, due)
        else await attempt(ports, node, execution, options, state)
      }
    }),
  )
}

async function drainLane(
  ports: UploaderPorts,
  node: NodeConfig,
  database: NodeDatabase,
  plan: TablePlan,
  lane: Lane,
  pipeline: ActivePipeline,
  maxSeq: number,
  options: PassOptions,
  state: PassState,
): Promise<void> {
  const bucket = bucketOf(ports.config, lane.route)
  const request = pinRequest(ports.config, node, plan, lane.route)
  const inFlight = new Set<Promise<void>>()
  let fatal: { readonly error: unknown } | undefined
  let isFailing = listOpenExecutions(ports.ledger, node.id).some((open) => isOfLane(open, lane))
  while (!isFailing && !options.signal.aborted) {
    const cursor = readCursor(ports.ledger, lane)
    if (cursor === undefined) break
    const range = nextRange(ports.ledger, database, plan, cursor, {
      maxSeq,
      maxBatchRows: ports.config.upload.maxBatchRows,
      targetObjectBytes: ports.config.upload.targetObjectBytes,
    })
    if (range === undefined) break
    const execution = claimRange(ports.ledger, lane, {
      range,
      request,
      bucket,
      pipelineRevision: pipeline.revision,
      anchorHash: database.anchor(plan, range.toSeq),
      atMs: ports.clock.now(),
    })
    ports.step('claimed', execution.id)
    const running: Promise<void> = attempt(ports, node, execution, options, state)
      .then(
        (succeeded) => {
          if (!succeeded) isFailing = true
        },
        (error: unknown) => {
          isFailing = true
          fatal ??= { error }
        },
      )
      .finally(() => inFlight.delete(running))
    inFlight.add(running)
    if (inFlight.size >= CLAIMS_IN_FLIGHT) await Promise.race(inFlight)
  }
  await Promise.all(inFlight)
  if (fatal !== undefined) throw fatal.error
}

function isOfLane(execution: Lane, lane: Lane): boolean {
  return execution.table === lane.table && execution.epoch === lane.epoch && execution.route === lane.route
}

/** Tries an execution once; a failure is kept on it with the time of the next try. */
async function attempt(
  ports: UploaderPorts,
  node: NodeConfig,
  execution: StoredExecution,
  options: PassOptions,
  state: PassState,
): Promise<boolean> {
  try {
    if (await runExecution(ports, node, execution, options.signal)) {
      const finished = readExecution(ports.ledger, execution.id)
      state.executions++
      state.rows += finished.counts.read
      state.bytes += finished.bytes
    } else {
      abandonExecution(
        ports.ledger,
        execution.id,
        'The database was replaced before these rows were encoded.',
        ports.clock.now(),
      )
    }
    options.onExecution(execution)
    return true
  } catch (error) {
    // A stop is no failure: the claim stays as it is and the next start redoes it.
    if (options.signal.aborted) return false
    const data = errorToData(error)
    const now = ports.clock.now()
    const nextRetryMs = now + retryDelayMs(execution.attempt, ports.rng)
    recordFailure(ports.ledger, execution.id, {
      code: data.code,
      message: data.message,
      hint: data.hint,
      atMs: now,
      nextRetryMs,
    })
    ports.log.warn('Execution failed.', {
      nodeId: node.id,
      executionId: execution.id,
      route: execution.route,
      code: data.code,
      cause: data.message,
    })
    noteFailure(state, data)
    noteRetry(state, nextRetryMs)
    options.onExecution(execution)
    return false
  }
}

function noteFailure(state: PassState, failure: ErrorData): void {
  state.failure ??= failure
}

function noteRetry(state: PassState, atMs: number): void {
  state.nextRetryMs = Math.min(state.nextRetryMs ?? atMs, atMs)
}
