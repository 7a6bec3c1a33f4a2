import { statSync } from 'node:fs'
import { errorToData } from '../../../shared/domain/errors.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { timestampReader } from '../../../shared/domain/timestamps.ts'
import type { TimestampReader } from '../../../shared/domain/timestamps.ts'
import type { NodeDatabase, TablePlan } from '../db/nodePort.ts'
import type { Clock } from '../support/clock.ts'
import { createHourCounter, createRateMeter, newObservation } from './observation.ts'
import type { NodeObservation } from './observation.ts'

export interface WatchPorts {
  readonly clock: Clock
  readonly openNode: (node: NodeConfig) => NodeDatabase
  readonly readActive: (node: NodeConfig) => { readonly type: string; readonly backfill: boolean }
}

/** One node under observation. */
export interface NodeWatch {
  readonly observation: NodeObservation
  /**
   * Looks at the node now; true when what a person would see has changed. Files that did not move since are not opened.
   * Never throws: what went wrong is part of the observation.
   */
  look(isThorough?: boolean): boolean
}

/** Rows searched for anomalies at a look: bounds the first look at a large table. */
const ANOMALY_ROWS = 5_000
/** Every so many looks with changes, table and pipeline type are read again. */
const LOOKS_PER_PLAN = 5

/** Watches one node through short reads; keeps no file open between two looks. */
export function createNodeWatch(node: NodeConfig, ports: WatchPorts): NodeWatch {
  let seen = newObservation(node.id)
  let meter = createRateMeter()
  let anomalies = createHourCounter()
  let readTime: TimestampReader = () => Number.NaN
  let stamp = ''
  let looksLeft = 0

  const readPlan = (database: NodeDatabase): TablePlan => {
    const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
    readTime = timestampReader(plan.timestampEncoding, node.timeZone)
    looksLeft = LOOKS_PER_PLAN
    return plan
  }

  const readNode = (now: number, isThorough: boolean): NodeObservation => {
    const database = ports.openNode(node)
    try {
      const isPlanDue = isThorough || looksLeft-- <= 0 || seen.plan === undefined || seen.isReachable === false
      const plan = isPlanDue ? readPlan(database) : (seen.plan as TablePlan)
      const isSameTable = seen.plan?.table === plan.table
      const last = isSameTable ? seen.newestSeq : undefined
      let glance = database.glance(plan, last ?? Number.NEGATIVE_INFINITY, ANOMALY_ROWS)
      const isNewLife = last !== undefined && (glance.newestSeq ?? 0) < last
      if (isNewLife || !isSameTable) {
        meter = createRateMeter()
        anomalies = createHourCounter()
      }
      if (isNewLife) glance = database.glance(plan, Number.NEGATIVE_INFINITY, ANOMALY_ROWS)
      for (const time of glance.anomalyTimes ?? []) anomalies.add(readTime(time) / 1000, now)
      const newestMicros = readTime(glance.newestTime)
      const newestEventMs = Number.isNaN(newestMicros) ? undefined : Math.floor(newestMicros / 1000)
      const active = isPlanDue ? ports.readActive(node) : undefined
      const hasGrown = last !== undefined && glance.newestSeq !== undefined && glance.newestSeq !== last
      return {
        ...seen,
        plan,
        pipelineType: active?.type ?? seen.pipelineType,
        wantsBackfill: active?.backfill ?? seen.wantsBackfill,
        newestSeq: glance.newestSeq,
        newestEventMs,
        location: glance.place,
        isReachable: true,
        reachSinceMs: seen.isReachable === true ? seen.reachSinceMs : now,
        failure: undefined,
        grewAtMs: hasGrown ? now : (seen.grewAtMs ?? firstGrowth(newestEventMs, now)),
        anomaliesLastHour: glance.anomalyTimes === undefined ? undefined : 0,
      }
    } finally {
      database.close()
    }
  }

  const readOrExplain = (now: number, isThorough: boolean): NodeObservation => {
    try {
      return readNode(now, isThorough)
    } catch (error) {
      return {
        ...seen,
        isReachable: false,
        reachSinceMs: seen.isReachable === false ? seen.reachSinceMs : now,
        failure: errorToData(error),
      }
    }
  }

  return {
    get observation() {
      return seen
    },
    look(isThorough = false) {
      const now = ports.clock.now()
      const before = seen
      const files = readFiles(node)
      if (files.stamp !== stamp || seen.isReachable !== true || isThorough) seen = readOrExplain(now, isThorough)
      stamp = files.stamp
      meter.note(now, seen.isReachable === true ? (seen.newestSeq ?? 0) : undefined)
      seen = {
        ...seen,
        bytes: files.bytes,
        walBytes: files.walBytes,
        rowsPerSecond: meter.rowsPerSecond(),
        spark: meter.spark(),
        anomaliesLastHour: seen.anomaliesLastHour === undefined ? undefined : anomalies.count(now),
        firstLookMs: seen.firstLookMs ?? now,
        lookedAtMs: now,
      }
      return isVisiblyDifferent(before, seen)
    },
  }
}

/** Before growth was seen, the newest row is the best witness, unless its clock runs ahead. */
function firstGrowth(newestEventMs: number | undefined, nowMs: number): number | undefined {
  return newestEventMs === undefined ? undefined : Math.min(newestEventMs, nowMs)
}

function readFiles(node: NodeConfig): { readonly stamp: string; readonly bytes: number; readonly walBytes: number } {
  const [file, wal] = [node.sqlite, `${node.sqlite}-wal`].map((path) => statSync(path, { throwIfNoEntry: false }))
  return {
    stamp: [file, wal]
      .map((found) => (found === undefined ? '-' : `${found.ino}:${found.size}:${found.mtimeMs}`))
      .join('|'),
    bytes: file?.size ?? 0,
    walBytes: wal?.size ?? 0,
  }
}

function isVisiblyDifferent(before: NodeObservation, after: NodeObservation): boolean {
  return (
    before.newestSeq !== after.newestSeq ||
    before.isReachable !== after.isReachable ||
    before.pipelineType !== after.pipelineType ||
    before.failure?.message !== after.failure?.message ||
    before.rowsPerSecond !== after.rowsPerSecond ||
    before.anomaliesLastHour !== after.anomaliesLastHour ||
    hasNewTrend(before.spark, after.spark)
  )
}

/** A level trend looks the same however long it grows: a thousand nodes at rest are no news while theirs fill up. */
function hasNewTrend(before: NodeObservation['spark'], after: NodeObservation['spark']): boolean {
  return before.length !== after.length && (before.length < 2 || after.some((sample) => sample !== before[0]))
}
