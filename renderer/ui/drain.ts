import type { DrainForecast } from '../../shared/domain/lampTypes.ts'
import { assertNever } from '../../shared/domain/errors.ts'
import { messages } from '../text/messages.ts'
import { formatMinute, formatWholeDuration } from './format.ts'

/** Nobody counts less: "0 s after link" would say that nothing waits. */
const LEAST_MS = 1000

/** When a backlog is gone, in words: always an answer ("14:31", "3 min after link", "stalled"). */
export function drainText(drain: DrainForecast): string {
  const { drain: words } = messages
  switch (drain.kind) {
    case 'none':
      return words.none
    case 'keepingUp':
      return words.keepingUp
    case 'at':
      return formatMinute(drain.atMs)
    case 'afterLink':
      return drain.ms === undefined
        ? words.onceLink
        : words.afterLink(formatWholeDuration(Math.max(LEAST_MS, drain.ms)))
    case 'stalled':
      return words.stalled
    case 'paused':
      return words.paused
    case 'growing':
      return words.growing
    case 'unknown':
      return words.unknown
    default:
      return assertNever(drain)
  }
}

/** The same in a sentence after a count of rows: "drained 14:31", "keeping up". */
export function drainSentence(drain: DrainForecast): string {
  return drain.kind === 'at' || drain.kind === 'afterLink'
    ? `${messages.drain.drained} ${drainText(drain)}`
    : drainText(drain)
}
