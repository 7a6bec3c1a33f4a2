import type { Lease } from '../db/ledger/leases.ts'
import type { Clock } from '../support/clock.ts'
import type { NodePassResult } from './passState.ts'
import { isDue } from './retry.ts'

export interface OnceResult {
  readonly nodes: readonly NodePassResult[]
  readonly readOnly: readonly Lease[]
}

const ATTEMPTS = 4
/** Wait before a failure that has no time of its own is tried again. */
const PAUSE_MS = 500

/**
 * Repeats the pass of one node while it fails in a way that may pass, at most a few times, waiting as long as each asks.
 * Undefined when the node is another runner's.
 */
export async function passUntilDone(
  clock: Clock,
  signal: AbortSignal,
  pass: () => Promise<NodePassResult | undefined>,
): Promise<NodePassResult | undefined> {
  let total: NodePassResult | undefined
  for (let attempt = 1; attempt <= ATTEMPTS && !signal.aborted; attempt++) {
    const result = await pass()
    if (result === undefined) return total
    total = {
      ...(sumPasses([total, result]) ?? result),
      nextRetryMs: result.nextRetryMs,
      failure: result.failure ?? (result.nextRetryMs === undefined ? undefined : total?.failure),
    }
    const isDone = result.failure === undefined && result.nextRetryMs === undefined
    if (isDone || result.failure?.retryable === false || attempt === ATTEMPTS) break
    const now = clock.now()
    const isOver = result.nextRetryMs === undefined || isDue(result.nextRetryMs, now)
    const waitMs = isOver ? PAUSE_MS : result.nextRetryMs - now
    await clock.sleep(Math.max(0, waitMs), signal)
  }
  return total
}

/** What several passes of one node did together; undefined when the node is another runner's. */
export function sumPasses(results: readonly (NodePassResult | undefined)[]): NodePassResult | undefined {
  const made = results.filter((result) => result !== undefined)
  const [first] = made
  if (first === undefined) return undefined
  const retries = made.map((result) => result.nextRetryMs).filter((atMs) => atMs !== undefined)
  return {
    nodeId: first.nodeId,
    activeRoute: made.find((result) => result.activeRoute !== undefined)?.activeRoute,
    executions: made.reduce((sum, result) => sum + result.executions, 0),
    rows: made.reduce((sum, result) => sum + result.rows, 0),
    bytes: made.reduce((sum, result) => sum + result.bytes, 0),
    failure: made.find((result) => result.failure !== undefined)?.failure,
    nextRetryMs: retries.length === 0 ? undefined : Math.min(...retries),
  }
}

/** Does the work for each item, `limit` at a time. Resolves when all have ended; then throws the first error. */
export async function forEachAtOnce<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items]
  let failed: { readonly error: unknown } | undefined
  const runners = Array.from({ length: Math.min(limit, queue.length) }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        await work(item)
      } catch (error) {
        failed ??= { error }
      }
    }
  })
  await Promise.all(runners)
  if (failed !== undefined) throw failed.error
}
