import type { Cursor } from '../../../shared/domain/execution.ts'
import { forecastDrain } from '../../../shared/domain/forecast.ts'
import { isLinkFailure, judgeLamps } from '../../../shared/domain/lamps.ts'
import type { LaneStatus, NodeSummary } from '../../../shared/domain/node.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import { listCurrentEpochs } from '../db/ledger/epochs.ts'
import { listActiveRoutesByTable, listCursors, sumPendingGaps } from '../db/ledger/lanes.ts'
import { countQuarantineByNode, deliveredSince, listLaneTotals } from '../db/ledger/records.ts'
import type { LaneTotals } from '../db/ledger/records.ts'
import { listPaused } from '../db/ledger/settings.ts'
import { newObservation } from './observation.ts'
import type { NodeObservation } from './observation.ts'

/** How the uploader stands on a node, as far as a summary needs it. */
export interface UploadFacts {
  readonly nodeId: string
  readonly state: NodeSummary['uploadState']
  readonly failure: NodeSummary['failure']
  readonly failingSinceMs: number | undefined
  readonly nextRetryMs: number | undefined
  readonly holder: { readonly pid: number; readonly host: string; readonly acquiredAtMs: number } | undefined
}

/** Everything the ledger and the uploader know of a fleet, read once for any number of nodes. */
export interface FleetFacts {
  readonly nowMs: number
  readonly intervalSeconds: number
  readonly cursors: ReadonlyMap<string, readonly Cursor[]>
  readonly epochs: ReadonlyMap<string, string>
  readonly pendingGaps: ReadonlyMap<string, number>
  /** The type the uploader last took up, by node, table and epoch. */
  readonly activeRoutes: ReadonlyMap<string, string>
  readonly totals: ReadonlyMap<string, readonly LaneTotals[]>
  readonly quarantine: ReadonlyMap<string, number>
  readonly paused: ReadonlyMap<string, number>
  readonly lately: ReadonlyMap<string, { readonly rows: number; readonly bytes: number }>
  readonly uploads: ReadonlyMap<string, UploadFacts>
  /** Rows per second of one node's uploads once the link is back; undefined when none is down, or none ever ran. */
  readonly catchUpPerSecond: number | undefined
}

/** Deliveries of this long say how fast a node drains: long enough for a few intervals. */
export const RATE_WINDOW_MS = 120_000
/** A delivery is late after this many intervals. */
const LATE_INTERVALS = 2
const LATE_ALLOWANCE_MS = 30_000

/** Reads the ledger with one query per kind of fact, however many nodes there are. */
export function gatherFacts(
  ledger: LedgerConnection,
  uploads: readonly UploadFacts[],
  settings: {
    readonly nowMs: number
    readonly intervalSeconds: number
    readonly catchUpPerSecond: number | undefined
  },
): FleetFacts {
  return {
    ...settings,
    cursors: Map.groupBy(listCursors(ledger), (cursor) => cursor.nodeId),
    epochs: listCurrentEpochs(ledger),
    pendingGaps: sumPendingGaps(ledger),
    activeRoutes: listActiveRoutesByTable(ledger),
    totals: Map.groupBy(listLaneTotals(ledger), (lane) => lane.nodeId),
    quarantine: countQuarantineByNode(ledger),
    paused: listPaused(ledger),
    lately: deliveredSince(ledger, settings.nowMs - RATE_WINDOW_MS),
    uploads: new Map(uploads.map((status) => [status.nodeId, status])),
  }
}

/** One line of the fleet, from what was observed of the node and what the ledger knows of it. Pure. */
export function summariseNode(
  facts: FleetFacts,
  node: NodeConfig,
  seen: NodeObservation = newObservation(node.id),
): NodeSummary {
  const upload = facts.uploads.get(node.id)
  const totals = facts.totals.get(node.id) ?? []
  const lanes = laneStatuses(facts, node, seen)
  const active = lanes.find((lane) => lane.isActive)
  const backlog =
    active === undefined ? rowsOf(seen, handedOver(facts, node, seen)) : active.backlog + active.pendingBackfill
  const pausedSinceMs = facts.paused.get(node.id)
  const failure = upload?.failure ?? seen.failure
  const newestDeliveredMs = latest(totals.map((lane) => lane.newestEventMs))
  const lamps = judgeLamps({
    nowMs: facts.nowMs,
    isReachable: seen.isReachable,
    reachSinceMs: seen.reachSinceMs,
    reachCode: seen.failure?.code,
    grewAtMs: seen.grewAtMs,
    rowsPerSecond: seen.rowsPerSecond,
    newestDeliveredMs,
    backlog,
    lateAfterMs: LATE_INTERVALS * facts.intervalSeconds * 1000 + LATE_ALLOWANCE_MS,
    pausedSinceMs,
    failureCode: failure?.code,
    failingSinceMs: upload?.failingSinceMs,
  })
  const lately = facts.lately.get(node.id)
  return {
    nodeId: node.id,
    site: node.site,
    labels: node.labels,
    path: node.sqlite,
    table: seen.plan?.table,
    pipelineType: seen.pipelineType,
    lanes,
    uploadState: pausedSinceMs === undefined ? (upload?.state ?? 'idle') : 'paused',
    holder:
      upload?.holder === undefined
        ? undefined
        : { pid: upload.holder.pid, host: upload.holder.host, sinceMs: upload.holder.acquiredAtMs },
    failure,
    failingSinceMs: upload?.failingSinceMs,
    nextRetryMs: upload?.nextRetryMs,
    rowsDelivered: totals.reduce((sum, lane) => sum + lane.rows, 0),
    bytesDelivered: totals.reduce((sum, lane) => sum + lane.bytes, 0),
    quarantined: facts.quarantine.get(node.id) ?? 0,
    lastDeliveryMs: latest(totals.map((lane) => lane.lastFinishedAtMs)),
    newestDeliveredMs,
    newestSeq: seen.newestSeq,
    newestEventMs: seen.newestEventMs,
    location: seen.location ?? placeOf(node),
    lamps,
    backlog,
    drain: forecastDrain({
      nowMs: facts.nowMs,
      backlog,
      writtenPerSecond: seen.rowsPerSecond,
      deliveredPerSecond: lately === undefined ? undefined : (lately.rows * 1000) / RATE_WINDOW_MS,
      intervalSeconds: facts.intervalSeconds,
      watchedMs: seen.firstLookMs === undefined ? 0 : facts.nowMs - seen.firstLookMs,
      isPaused: pausedSinceMs !== undefined,
      isLinkDown: isLinkDown(upload),
      catchUpPerSecond: facts.catchUpPerSecond,
      isBlocked: lamps.deliver.state === 'bad' || needsPerson(upload),
    }),
    rowsPerSecond: seen.rowsPerSecond,
    spark: seen.spark,
    anomaliesLastHour: seen.anomaliesLastHour,
    takenAtMs: facts.nowMs,
  }
}

/** Whether the node's uploads failed in a way that does not pass by itself. */
function needsPerson(upload: UploadFacts | undefined): boolean {
  return upload?.failure !== undefined && !upload.failure.retryable && !isLinkDown(upload)
}

/** Whether the node's uploads wait for nothing but the way to the store. */
export function isLinkDown(upload: UploadFacts | undefined): boolean {
  return isLinkFailure(upload?.failure?.code)
}

/** Before a lane exists, everything waits that is not left to the type before; exact unless the sequence has holes. */
function rowsOf(seen: NodeObservation, leftTo: number): number {
  return Math.max(0, (seen.newestSeq ?? 0) - leftTo)
}

/**
 * Where a switch of the type that the uploader has not taken up yet will begin: behind what the type before has claimed.
 * 0 when there is none, or when it was asked for with all earlier rows.
 */
function handedOver(facts: FleetFacts, node: NodeConfig, seen: NodeObservation): number {
  if (seen.wantsBackfill) return 0
  const cursors = currentCursors(facts, node, seen)
  const [first] = cursors
  if (first === undefined || seen.pipelineType === undefined) return 0
  const before = facts.activeRoutes.get([first.nodeId, first.table, first.epoch].join('\n'))
  if (before === undefined || before === seen.pipelineType) return 0
  return cursors.find((cursor) => cursor.route === before)?.claimedSeq ?? 0
}

/** A node that has no position in its rows may have one in its labels. */
function placeOf(node: NodeConfig): NodeSummary['location'] {
  const [latitude, longitude] = [Number(node.labels['latitude']), Number(node.labels['longitude'])]
  return Number.isFinite(latitude) && Number.isFinite(longitude) ? { latitude, longitude } : undefined
}

function currentCursors(facts: FleetFacts, node: NodeConfig, seen: NodeObservation): readonly Cursor[] {
  const cursors = facts.cursors.get(node.id) ?? []
  // A node that was never reached still has the table it was last uploaded from.
  const table = seen.plan?.table ?? node.table ?? cursors[0]?.table
  const epoch = table === undefined ? undefined : facts.epochs.get(`${node.id}\n${table}`)
  return cursors.filter((cursor) => cursor.table === table && cursor.epoch === epoch)
}

function laneStatuses(facts: FleetFacts, node: NodeConfig, seen: NodeObservation): readonly LaneStatus[] {
  const begins = handedOver(facts, node, seen)
  return currentCursors(facts, node, seen).map((cursor) => {
    const isActive = cursor.route === seen.pipelineType
    const done = isActive ? Math.max(cursor.ackedSeq, begins) : cursor.ackedSeq
    return {
      route: cursor.route,
      isActive,
      epoch: cursor.epoch,
      ackedSeq: cursor.ackedSeq,
      claimedSeq: cursor.claimedSeq,
      backlog: Math.max(0, (seen.newestSeq ?? cursor.claimedSeq) - done),
      pendingBackfill: facts.pendingGaps.get([cursor.nodeId, cursor.table, cursor.epoch, cursor.route].join('\n')) ?? 0,
    }
  })
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce<number | undefined>(
    (newest, time) => (time === undefined ? newest : Math.max(newest ?? time, time)),
    undefined,
  )
}
