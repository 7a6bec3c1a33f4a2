import type { ResourceLimits } from 'node:worker_threads'
import { getHeapStatistics } from 'node:v8'

/** Most of what a thread makes lives for one step only: a small nursery is emptied at no cost and keeps the thread small. */
const YOUNG_MB = 16
/**
 * As much as the engine may come to need for millions of claims, and V8's measure for when to tidy up: where more is allowed,
 * it lets four times what is in use lie about first.
 */
const ENGINE_OLD_MB = 2_000

/** For threads that hold little. */
export const SMALL_THREAD: ResourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB }

/** For the engine; never more than this machine allows by itself. */
export function engineLimits(allowedBytes: number = getHeapStatistics().heap_size_limit): ResourceLimits {
  const allowedMb = Math.floor(allowedBytes / (1 << 20))
  return { maxYoungGenerationSizeMb: YOUNG_MB, maxOldGenerationSizeMb: Math.min(ENGINE_OLD_MB, allowedMb) }
}
