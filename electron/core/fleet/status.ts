import type { DrainForecast } from '../../../shared/domain/lampTypes.ts'
import type { FleetStatus, NodeSummary } from '../../../shared/domain/node.ts'

/** What the figures need beside the nodes. */
export interface FleetFacts {
  readonly nowMs: number
  readonly proof: FleetStatus['proof']
  readonly link: FleetStatus['link']
  readonly attention: number
  readonly trends: FleetStatus['trends']
}

/** A node that wrote within this time counts as writing. */
const WRITING_MS = 120_000

/** The fleet in the figures that every screen carries; pure, one pass over the nodes. */
export function summariseFleet(nodes: readonly NodeSummary[], facts: FleetFacts): FleetStatus {
  const ages = nodes
    .map((node) => node.newestDeliveredMs)
    .filter((time): time is number => time !== undefined)
    .map((time) => Math.max(0, facts.nowMs - time))
    .toSorted((a, b) => a - b)
  const worst = nodes.reduce<NodeSummary | undefined>(
    (most, node) => ((node.anomaliesLastHour ?? 0) > (most?.anomaliesLastHour ?? 0) ? node : most),
    undefined,
  )
  return {
    takenAtMs: facts.nowMs,
    nodes: nodes.length,
    sites: new Set(nodes.map((node) => node.site).filter((site) => site !== undefined)).size,
    nodesWriting: nodes.filter((node) => isWriting(node, facts.nowMs)).length,
    deliveredAge: { medianMs: quantile(ages, 0.5), p95Ms: quantile(ages, 0.95), worstMs: ages.at(-1) },
    rowsPerSecond: nodes.reduce((sum, node) => sum + (node.rowsPerSecond ?? 0), 0),
    backlogRows: nodes.reduce((sum, node) => sum + node.backlog, 0),
    drain: joinForecasts(nodes),
    anomaliesLastHour: nodes.reduce((sum, node) => sum + (node.anomaliesLastHour ?? 0), 0),
    worstAnomalyNode: worst === undefined ? undefined : { nodeId: worst.nodeId, count: worst.anomaliesLastHour ?? 0 },
    proof: facts.proof,
    link: facts.link,
    attention: facts.attention,
    trends: facts.trends,
  }
}

function isWriting(node: NodeSummary, nowMs: number): boolean {
  if ((node.rowsPerSecond ?? 0) > 0) return true
  return node.newestEventMs !== undefined && nowMs - node.newestEventMs < WRITING_MS
}

/** Nearest-rank quantile of ascending values. */
function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted.length === 0 ? undefined : sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]
}

const WORST_FIRST: readonly DrainForecast['kind'][] = [
  'stalled',
  'growing',
  'unknown',
  'afterLink',
  'at',
  'paused',
  'keepingUp',
  'none',
]

/** The forecast of the fleet is that of the node that ends last: one stalled node is not hidden by forty that keep up. */
function joinForecasts(nodes: readonly NodeSummary[]): DrainForecast {
  return nodes
    .map((node) => node.drain)
    .reduce<DrainForecast>(
      (worst, drain) => {
        if (worst.kind === 'at' && drain.kind === 'at') return drain.atMs > worst.atMs ? drain : worst
        if (worst.kind === 'afterLink' && drain.kind === 'afterLink')
          return (drain.ms ?? Infinity) > (worst.ms ?? Infinity) ? drain : worst
        return WORST_FIRST.indexOf(drain.kind) < WORST_FIRST.indexOf(worst.kind) ? drain : worst
      },
      { kind: 'none' },
    )
}

export const TREND_SAMPLE_MS = 5_000
const TREND_SAMPLES = 60

/** Keeps the last samples of the fleet's figures, one per five seconds. */
export interface TrendKeeper {
  /** Notes the figures of now; more often than the sample time changes nothing. */
  note(status: FleetStatus): void
  trends(): FleetStatus['trends']
}

/** Keeps the fleet's last figures, one per sample period. */
export function createTrendKeeper(): TrendKeeper {
  const rings = {
    deliveredAgeMs: [] as (number | null)[],
    rowsPerSecond: [] as (number | null)[],
    backlogRows: [] as (number | null)[],
    anomalies: [] as (number | null)[],
  }
  let notedMs = Number.NEGATIVE_INFINITY
  return {
    note(status) {
      if (status.takenAtMs - notedMs < TREND_SAMPLE_MS) return
      notedMs = status.takenAtMs
      push(rings.deliveredAgeMs, status.deliveredAge.medianMs ?? null)
      push(rings.rowsPerSecond, status.rowsPerSecond)
      push(rings.backlogRows, status.backlogRows)
      push(rings.anomalies, status.anomaliesLastHour)
    },
    trends: () => ({
      sampleMs: TREND_SAMPLE_MS,
      deliveredAgeMs: [...rings.deliveredAgeMs],
      rowsPerSecond: [...rings.rowsPerSecond],
      backlogRows: [...rings.backlogRows],
      anomalies: [...rings.anomalies],
    }),
  }
}

function push(ring: (number | null)[], value: number | null): void {
  ring.push(value)
  if (ring.length > TREND_SAMPLES) ring.shift()
}
