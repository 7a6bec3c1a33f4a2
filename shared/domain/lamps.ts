import type { ErrorCode } from './errors.ts'
import type { Lamp, LampState, NodeLamps } from './lampTypes.ts'

/** What is known of a node at one instant; undefined is "nobody measured it", never a guess. */
export interface LampFacts {
  readonly nowMs: number
  /** Whether its database answered when it was last asked; undefined before the first time. */
  readonly isReachable: boolean | undefined
  /** Since when it answers, or does not. */
  readonly reachSinceMs: number | undefined
  readonly reachCode: ErrorCode | undefined
  /** When a row was last written, as far as anybody saw. */
  readonly grewAtMs: number | undefined
  readonly rowsPerSecond: number | undefined
  /** Newest event time readable in the bucket. */
  readonly newestDeliveredMs: number | undefined
  readonly backlog: number
  /** Age at which a delivery is late while nothing fails. */
  readonly lateAfterMs: number
  readonly pausedSinceMs: number | undefined
  readonly failureCode: ErrorCode | undefined
  readonly failingSinceMs: number | undefined
}

const COLLECT_FRESH_MS = 60_000
const COLLECT_STALLED_MS = 600_000
/** A rare writer is late after three times its usual pause. */
const USUAL_PAUSES = 3
/** A failure that lasts this long is shown as one: the promise is a cause for every stall of a minute. */
const STALL_MS = 60_000
/** The way to the bucket is gone for now; nothing is wrong with the node. */
const LINK_CODES: ReadonlySet<ErrorCode> = new Set(['unavailable', 'throttled'])

/** Whether a failure of an upload means that the way to the store is gone for now, and nothing else is wrong. */
export function isLinkFailure(code: ErrorCode | undefined): boolean {
  return code !== undefined && LINK_CODES.has(code)
}

/** The three lamps of a node, in the words of the fleet table. */
export function judgeLamps(facts: LampFacts): NodeLamps {
  return { reach: judgeReach(facts), collect: judgeCollect(facts), deliver: judgeDeliver(facts) }
}

function lamp(state: LampState, sinceMs: number | undefined, word?: string): Lamp {
  return { state, sinceMs, word }
}

/** Does its database answer? Off where nobody can know, bad where it answers and is broken. */
export function judgeReach(facts: LampFacts): Lamp {
  if (facts.isReachable === undefined) return lamp('none', undefined, 'unknown')
  // Without an age: how long it has answered says nothing, and when it was last asked is a matter of seconds.
  if (facts.isReachable) return lamp('ok', undefined, 'answers')
  switch (facts.reachCode) {
    case 'corrupt':
      return lamp('bad', facts.reachSinceMs, 'malformed')
    case 'denied':
      return lamp('bad', facts.reachSinceMs, 'no access')
    case 'unavailable':
    case 'conflict':
      return lamp('warn', facts.reachSinceMs, 'locked')
    case 'invalid':
    case 'unsupported':
      return lamp('bad', facts.reachSinceMs, 'not readable')
    case 'notFound':
    case 'throttled':
    case 'diskFull':
    case 'cancelled':
    case 'internal':
    case undefined:
    default:
      return lamp('off', facts.reachSinceMs, 'no link')
  }
}

/** Does its database grow? Unknown, never red, while it does not answer. */
export function judgeCollect(facts: LampFacts): Lamp {
  if (facts.isReachable !== true) return lamp('none', undefined, 'unknown')
  if (facts.grewAtMs === undefined) return lamp('none', undefined, 'no rows')
  const age = facts.nowMs - facts.grewAtMs
  const pause = facts.rowsPerSecond === undefined || facts.rowsPerSecond <= 0 ? 0 : 1000 / facts.rowsPerSecond
  const fresh = Math.max(COLLECT_FRESH_MS, USUAL_PAUSES * pause)
  if (age <= fresh) return lamp('ok', facts.grewAtMs)
  return age <= Math.max(COLLECT_STALLED_MS, fresh) ? lamp('warn', facts.grewAtMs) : lamp('bad', facts.grewAtMs)
}

/** How old is the newest row in the bucket? Late is a warning while it can come by itself; bad once it needs a person. */
export function judgeDeliver(facts: LampFacts): Lamp {
  if (facts.pausedSinceMs !== undefined) return lamp('hold', facts.pausedSinceMs, 'paused')
  const delivered = facts.newestDeliveredMs
  const isFailing =
    facts.failureCode !== undefined &&
    facts.nowMs - (facts.failingSinceMs ?? facts.nowMs) >= STALL_MS &&
    !isLinkFailure(facts.failureCode)
  if (isFailing && facts.isReachable === true) return lamp('bad', delivered ?? facts.failingSinceMs, 'stalled')
  if (delivered === undefined) {
    return facts.backlog > 0 ? lamp('warn', facts.failingSinceMs, 'nothing yet') : lamp('none', undefined, 'unknown')
  }
  const isCurrent = facts.isReachable === true && facts.backlog === 0
  return lamp(isCurrent || facts.nowMs - delivered <= facts.lateAfterMs ? 'ok' : 'warn', delivered)
}
