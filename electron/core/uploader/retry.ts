import type { Rng } from '../support/rng.ts'

const FIRST_DELAY_MS = 1_000
/** Long enough to spare a dead link, short enough that a link that came back is used within minutes. */
const LONGEST_DELAY_MS = 300_000

/** Wait before the next try of an execution: doubling from one second, capped at five minutes, jittered by half. */
export function retryDelayMs(attempts: number, rng: Rng): number {
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempts, 12))
  return Math.round(full * (0.5 + rng.next() / 2))
}

/**
 * Whether something that waits until `dueMs` may be tried now. So it is when the wait ahead is longer than any that is
 * ever set, because then the clock was put back since.
 */
export function isDue(dueMs: number, nowMs: number, longestMs = LONGEST_DELAY_MS): boolean {
  return dueMs <= nowMs || dueMs - nowMs > longestMs
}
