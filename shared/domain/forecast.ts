import type { DrainForecast } from './lampTypes.ts'

export interface DrainFacts {
  readonly nowMs: number
  /** Rows that wait. */
  readonly backlog: number
  /** Rows per second written and delivered lately; undefined when nobody measured. */
  readonly writtenPerSecond: number | undefined
  readonly deliveredPerSecond: number | undefined
  /** Rows per second that one node was delivered at while its uploads ran; undefined when none ever did. */
  readonly catchUpPerSecond?: number | undefined
  /** Seconds between two deliveries of a node that keeps up. */
  readonly intervalSeconds: number
  /** How long the node has been watched: before two intervals have passed, no delivery is no news. */
  readonly watchedMs: number
  readonly isPaused: boolean
  /** The way to the store is cut, or does not answer. */
  readonly isLinkDown: boolean
  /** Something failed that does not pass by itself. */
  readonly isBlocked: boolean
}

/** A backlog below what is written in this many intervals is the ordinary one. */
const ORDINARY_INTERVALS = 2.5
/** A node that delivers does so at least once in this many intervals. */
const TELLING_INTERVALS = 2

/** When the backlog will be gone, or why it will not: always an answer. Rates are taken to stay as they are. */
export function forecastDrain(facts: DrainFacts): DrainForecast {
  if (facts.backlog <= 0) return { kind: (facts.writtenPerSecond ?? 0) > 0 ? 'keepingUp' : 'none' }
  if (facts.isPaused) return { kind: 'paused' }
  if (facts.isBlocked) return { kind: 'stalled' }
  const delivered = facts.deliveredPerSecond ?? 0
  const written = facts.writtenPerSecond ?? 0
  if (facts.isLinkDown) {
    // What came lately says nothing while nothing can come; how fast uploads were while they ran does.
    const speed = Math.max(facts.catchUpPerSecond ?? 0, delivered)
    if (speed === 0) return { kind: 'afterLink', ms: undefined }
    return speed > written
      ? { kind: 'afterLink', ms: Math.ceil((facts.backlog / (speed - written)) * 1000) }
      : { kind: 'growing' }
  }
  if (facts.backlog <= written * facts.intervalSeconds * ORDINARY_INTERVALS) return { kind: 'keepingUp' }
  const isTelling = facts.watchedMs >= facts.intervalSeconds * TELLING_INTERVALS * 1000
  if (facts.writtenPerSecond === undefined || (delivered === 0 && !isTelling)) return { kind: 'unknown' }
  const net = delivered - written
  if (net > 0) return { kind: 'at', atMs: Math.round(facts.nowMs + (facts.backlog / net) * 1000) }
  return delivered === 0 && written === 0 ? { kind: 'stalled' } : { kind: 'growing' }
}
