import { errorToData } from '../../../shared/domain/errors.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { readExecution } from '../db/ledger/executions.ts'
import type { StoredExecution } from '../db/ledger/executions.ts'
import { underLease } from '../db/ledger/leases.ts'
import { abandonExecution, recordFailure } from '../db/ledger/transitions.ts'
import { runExecution } from './execute.ts'
import { noteFailure, noteRetry } from './passState.ts'
import type { PassOptions, PassState } from './passState.ts'
import type { UploaderPorts } from './ports.ts'
import { retryDelayMs } from './retry.ts'

/** How a try ended. Only after `succeeded` may its lane claim more. */
export type AttemptOutcome = 'succeeded' | 'failed' | 'abandoned' | 'stopped'

/**
 * Tries an execution once. A failure is kept on it with the time of the next try; a stop leaves it as it is, to be redone
 * at the next start. Rejects only when the ledger itself fails.
 */
export async function attemptExecution(
  ports: UploaderPorts,
  node: NodeConfig,
  execution: StoredExecution,
  options: PassOptions,
  state: PassState,
): Promise<AttemptOutcome> {
  try {
    const outcome = await runOrAbandon(ports, node, execution, options.signal)
    const finished = readExecution(ports.ledger, execution.id)
    if (outcome === 'succeeded') {
      state.executions++
      state.rows += finished.counts.read
      state.bytes += finished.bytes
    }
    options.onExecution(finished)
    return outcome
  } catch (error) {
    if (options.signal.aborted) return 'stopped'
    keepFailure(ports, execution, error, state)
    options.onExecution(execution)
    return 'failed'
  }
}

async function runOrAbandon(
  ports: UploaderPorts,
  node: NodeConfig,
  execution: StoredExecution,
  signal: AbortSignal,
): Promise<'succeeded' | 'abandoned'> {
  if (await runExecution(ports, node, execution, signal)) return 'succeeded'
  const reason = 'The database was replaced before these rows were encoded.'
  underLease(ports.ledger, execution.nodeId, ports.runner.token, () =>
    abandonExecution(ports.ledger, execution.id, reason, ports.clock.now()),
  )
  return 'abandoned'
}

function keepFailure(ports: UploaderPorts, execution: StoredExecution, error: unknown, state: PassState): void {
  const data = errorToData(error)
  const atMs = ports.clock.now()
  const nextRetryMs = atMs + retryDelayMs(execution.attempt, ports.rng)
  const { code, message, hint } = data
  recordFailure(ports.ledger, execution.id, { code, message, hint, atMs, nextRetryMs })
  ports.log.warn('Execution failed.', {
    nodeId: execution.nodeId,
    executionId: execution.id,
    route: execution.route,
    code,
    cause: message,
  })
  noteFailure(state, error)
  noteRetry(state, nextRetryMs)
}
