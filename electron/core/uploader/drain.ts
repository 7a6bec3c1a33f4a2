import type { Cursor } from '../../../shared/domain/execution.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { listOpenExecutions } from '../db/ledger/executions.ts'
import type { StoredExecution } from '../db/ledger/executions.ts'
import type { TablePlan } from '../db/nodePort.ts'
import { attemptExecution } from './attempt.ts'
import { budgetFailure } from './budget.ts'
import { claimNext } from './claim.ts'
import { noteFailure, noteRetry, settleAll } from './passState.ts'
import type { PassOptions, PassState } from './passState.ts'
import type { ActivePipeline, UploaderPorts } from './ports.ts'
import { isDue } from './retry.ts'

/** Claims of one lane under way at once: the next is encoded while the last is sent. */
const CLAIMS_IN_FLIGHT = 2

/** Tries every open claim of a node that is due, oldest first in each lane; its lanes do not wait for each other. */
export async function redoOpenExecutions(
  ports: UploaderPorts,
  node: NodeConfig,
  options: PassOptions,
  state: PassState,
): Promise<void> {
  const open = listOpenExecutions(ports.ledger, node.id).filter((execution) => options.accepts(execution.route))
  const lanes = Map.groupBy(open, (execution) => `${execution.table}/${execution.epoch}/${execution.route}`)
  await settleAll(
    [...lanes.values()].map(async (executions) => {
      for (const execution of executions) {
        if (options.signal.aborted) return
        const refused = budgetFailure(ports, execution.route)
        if (refused !== undefined) return noteFailure(state, refused)
        const due = execution.failure?.nextRetryMs ?? 0
        if (!isDue(due, ports.clock.now())) noteRetry(state, due)
        else await attemptExecution(ports, node, execution, options, state)
      }
    }),
  )
}

/** A lane with what this pass read of its node. */
export interface LaneWork {
  readonly node: NodeConfig
  readonly plan: TablePlan
  readonly cursor: Cursor
  readonly pipeline: ActivePipeline
  readonly maxSeq: number
  /** False once the node's pipeline type was changed: nothing more is claimed under the one before. */
  isCurrent(): boolean
}

/**
 * Claims and delivers until the lane has drained up to `maxSeq`, the pipeline changes, or an execution does not succeed. Nothing is claimed
 * behind an open claim: so a lane never runs ahead of what fails. Resolves when every claim it made has ended.
 */
export async function drainLane(
  ports: UploaderPorts,
  work: LaneWork,
  options: PassOptions,
  state: PassState,
): Promise<void> {
  const { node, plan, cursor, pipeline, maxSeq } = work
  const { nodeId, table, epoch, route } = cursor
  const inFlight = new Set<Promise<void>>()
  const lane: { isBlocked: boolean; fatal?: { readonly error: unknown } } = {
    isBlocked: listOpenExecutions(ports.ledger, nodeId).some(
      (open) => open.table === table && open.epoch === epoch && open.route === route,
    ),
  }
  const deliver = async (execution: StoredExecution): Promise<void> => {
    try {
      const outcome = await attemptExecution(ports, node, execution, options, state)
      if (outcome !== 'succeeded') lane.isBlocked = true
    } catch (error) {
      lane.isBlocked = true
      lane.fatal ??= { error }
    }
  }
  try {
    while (!lane.isBlocked && !options.signal.aborted && work.isCurrent()) {
      const refused = budgetFailure(ports, route)
      if (refused !== undefined) {
        noteFailure(state, refused)
        break
      }
      const execution = claimNext(ports, {
        node,
        plan,
        lane: { nodeId, table, epoch, route },
        pipelineRevision: pipeline.revision,
        maxSeq,
      })
      if (execution === undefined) break
      ports.step('claimed', execution.id)
      const delivery: Promise<void> = deliver(execution).finally(() => inFlight.delete(delivery))
      inFlight.add(delivery)
      if (inFlight.size >= CLAIMS_IN_FLIGHT) await Promise.race(inFlight)
    }
  } finally {
    await Promise.all(inFlight)
  }
  if (lane.fatal !== undefined) throw lane.fatal.error
}
