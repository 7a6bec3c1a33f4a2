import type { LedgerConnection } from '../db/ledger/connection.ts'
import { listExecutions } from '../db/ledger/executions.ts'
import { isLinkDown } from './summaries.ts'
import type { UploadFacts } from './summaries.ts'

/** Uploads looked at for the fastest one; beside the claims that wait themselves. */
const RECENT = 500
/** The ledger is asked again this often while a link is down. */
const KEEP_MS = 30_000

/**
 * How fast each of the waiting nodes will be delivered once the link is back, in rows per second: the fastest of the
 * last uploads, shared by those that wait beyond the `atOnce` nodes that are uploaded side by side. Undefined while no
 * link is down, or when nothing was ever delivered.
 */
export function createCatchUp(
  atOnce: number,
): (ledger: LedgerConnection, uploads: readonly UploadFacts[], nowMs: number) => number | undefined {
  let fastest: number | undefined
  let readAtMs = Number.NEGATIVE_INFINITY
  return (ledger, uploads, nowMs) => {
    const waiting = uploads.filter(isLinkDown).length
    if (waiting === 0) return undefined
    if (fastest === undefined || nowMs - readAtMs >= KEEP_MS) {
      readAtMs = nowMs
      fastest = readFastest(ledger, RECENT + waiting)
    }
    return fastest === undefined ? undefined : fastest * Math.min(1, atOnce / waiting)
  }
}

function readFastest(ledger: LedgerConnection, limit: number): number | undefined {
  const speeds = listExecutions(ledger, { limit }).flatMap((execution) => {
    const { state, counts, claimedAtMs, finishedAtMs } = execution
    if (state !== 'succeeded' || finishedAtMs === undefined || counts.read === 0) return []
    return [(counts.read * 1000) / Math.max(1, finishedAtMs - claimedAtMs)]
  })
  return speeds.length === 0 ? undefined : speeds.reduce((most, speed) => Math.max(most, speed))
}
