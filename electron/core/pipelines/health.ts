import type { Execution } from '../../../shared/domain/execution.ts'
import type { PipelineHealth } from '../../../shared/domain/pipelines.ts'

const STALE_AFTER_MS = 30 * 60_000
const STUCK_AFTER_MS = 10 * 60_000
const RECENT = 5

/**
 * One word for a node's executions, newest first: in the words and limits of the earlier monitor. STUCK before FAILING,
 * because an execution that does not end hides what the others do.
 */
export function judgePipelineHealth(executions: readonly Execution[], nowMs: number): PipelineHealth {
  if (executions.length === 0) return 'NO DATA'
  const open = executions.filter((execution) => execution.state === 'claimed' || execution.state === 'encoded')
  if (open.some((execution) => nowMs - execution.claimedAtMs > STUCK_AFTER_MS)) return 'STUCK'
  const failed = executions.slice(0, RECENT).filter((execution) => execution.failure !== undefined).length
  if (failed >= 3) return 'FAILING'
  if (failed > 0) return 'UNSTABLE'
  if (open.length > 0) return 'RUNNING'
  const last = Math.max(...executions.map((execution) => execution.finishedAtMs ?? 0))
  return nowMs - last > STALE_AFTER_MS ? 'STALE' : 'HEALTHY'
}
