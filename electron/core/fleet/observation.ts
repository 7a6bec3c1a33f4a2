import type { ErrorData } from '../../../shared/domain/errors.ts'
import type { TablePlan } from '../db/nodePort.ts'

/** What was last seen of a node's database. */
export interface NodeObservation {
  readonly nodeId: string
  readonly plan: TablePlan | undefined
  readonly pipelineType: string | undefined
  /** Whether the pipeline type in force was chosen with all earlier rows. */
  readonly wantsBackfill: boolean
  readonly newestSeq: number | undefined
  /** UTC milliseconds of the newest row's time. */
  readonly newestEventMs: number | undefined
  readonly location: { readonly latitude: number; readonly longitude: number } | undefined
  /** Undefined before the first look. */
  readonly isReachable: boolean | undefined
  readonly reachSinceMs: number | undefined
  readonly failure: ErrorData | undefined
  /** When the sequence was last seen to grow; before that, the time of the newest row. */
  readonly grewAtMs: number | undefined
  readonly rowsPerSecond: number | undefined
  /** Rows per second, oldest first, at most `SPARK_SAMPLES`; null where nobody could look. */
  readonly spark: readonly (number | null)[]
  readonly anomaliesLastHour: number | undefined
  readonly bytes: number
  readonly walBytes: number
  /** Undefined before the first look. */
  readonly firstLookMs: number | undefined
  readonly lookedAtMs: number
}

export const SPARK_SAMPLES = 60
/** One sample of the spark line covers this long. */
export const SPARK_SAMPLE_MS = 5_000

/** A node that nobody has looked at yet. */
export function newObservation(nodeId: string): NodeObservation {
  return {
    nodeId,
    plan: undefined,
    pipelineType: undefined,
    wantsBackfill: false,
    newestSeq: undefined,
    newestEventMs: undefined,
    location: undefined,
    isReachable: undefined,
    reachSinceMs: undefined,
    failure: undefined,
    grewAtMs: undefined,
    rowsPerSecond: undefined,
    spark: [],
    anomaliesLastHour: undefined,
    bytes: 0,
    walBytes: 0,
    firstLookMs: undefined,
    lookedAtMs: Number.NEGATIVE_INFINITY,
  }
}

/** Turns sequences seen at some instants into rows per second: over the last minute, and per sample for the spark. */
export interface RateMeter {
  /** The sequence seen at an instant; undefined when nobody could look. */
  note(atMs: number, sequence: number | undefined): void
  rowsPerSecond(): number | undefined
  spark(): readonly (number | null)[]
}

const RATE_WINDOW_MS = 60_000

/** A meter that counts from the first sequence it hears. A sequence that falls begins anew. */
export function createRateMeter(): RateMeter {
  let seen: { readonly atMs: number; readonly sequence: number }[] = []
  let samples: readonly (number | null)[] = []
  let sampleStart: { readonly atMs: number; readonly sequence: number } | undefined
  let blindSince: number | undefined
  const push = (value: number | null): void => {
    samples = [...samples.slice(1 - SPARK_SAMPLES), value]
  }
  return {
    note(atMs, sequence) {
      if (sequence === undefined) {
        seen = []
        sampleStart = undefined
        if (blindSince !== undefined && atMs - blindSince < SPARK_SAMPLE_MS) return
        blindSince = atMs
        push(null)
        return
      }
      blindSince = undefined
      const last = seen.at(-1)
      if (last !== undefined && sequence < last.sequence) {
        seen = []
        sampleStart = undefined
      }
      seen.push({ atMs, sequence })
      while (seen.length > 2 && atMs - (seen[1] as { atMs: number }).atMs >= RATE_WINDOW_MS) seen.shift()
      sampleStart ??= { atMs, sequence }
      const elapsed = atMs - sampleStart.atMs
      if (elapsed < SPARK_SAMPLE_MS) return
      push(((sequence - sampleStart.sequence) * 1000) / elapsed)
      sampleStart = { atMs, sequence }
    },
    rowsPerSecond() {
      const [first, last] = [seen[0], seen.at(-1)]
      if (first === undefined || last === undefined || last.atMs <= first.atMs) return undefined
      return ((last.sequence - first.sequence) * 1000) / (last.atMs - first.atMs)
    },
    spark: () => samples,
  }
}

/** Counts events of the last hour by minute. */
export interface HourCounter {
  /** An event that a clock running ahead puts into the next hour is counted when its time comes; others are not. */
  add(atMs: number, nowMs: number): void
  count(nowMs: number): number
}

const MINUTE_MS = 60_000
const MINUTES = 60

/** Counts moments of the last hour by their minute. */
export function createHourCounter(): HourCounter {
  const byMinute = new Map<number, number>()
  return {
    add: (atMs, nowMs) => {
      const minute = Math.floor(atMs / MINUTE_MS)
      if (Math.abs(minute - Math.floor(nowMs / MINUTE_MS)) <= MINUTES)
        byMinute.set(minute, (byMinute.get(minute) ?? 0) + 1)
    },
    count: (nowMs) => {
      const newest = Math.floor(nowMs / MINUTE_MS)
      let total = 0
      for (const [minute, count] of byMinute) {
        if (minute <= newest - MINUTES) byMinute.delete(minute)
        else if (minute <= newest) total += count
      }
      return total
    },
  }
}
