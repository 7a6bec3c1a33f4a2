import { errorToData } from '../../../shared/domain/errors.ts'
import type { ErrorData } from '../../../shared/domain/errors.ts'
import type { StoredExecution } from '../db/ledger/executions.ts'
import type { Aligner } from './align.ts'
import type { CurrentEpoch } from './epoch.ts'

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
  readonly aligner: Aligner
  /** Which routes this pass is for. */
  readonly accepts: (route: string) => boolean
  readonly onExecution: (execution: StoredExecution) => void
  readonly onEpoch: (table: string, epoch: CurrentEpoch) => void
}

/** The counters of a pass while it runs. */
export interface PassState {
  executions: number
  rows: number
  bytes: number
  failure: ErrorData | undefined
  nextRetryMs: number | undefined
}

/** The counts of a pass that has done nothing yet. */
export function newPassState(): PassState {
  return { executions: 0, rows: 0, bytes: 0, failure: undefined, nextRetryMs: undefined }
}

/** Keeps the first failure: later ones of the same pass tend to follow from it. */
export function noteFailure(state: PassState, error: unknown): void {
  state.failure ??= errorToData(error)
}

/** Keeps the earliest time at which something waiting is due. */
export function noteRetry(state: PassState, atMs: number): void {
  state.nextRetryMs = Math.min(state.nextRetryMs ?? atMs, atMs)
}

/** Resolves when all have ended, whatever their outcome; then throws the first error. Nothing is left running behind it. */
export async function settleAll(work: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
