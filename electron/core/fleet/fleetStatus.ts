import { forecastDrain } from '../../../shared/domain/forecast.ts'
import type { FleetStatus, NodeSummary } from '../../../shared/domain/node.ts'

/** What a fleet's figures need besides its lines. */
export interface FleetContext {
  readonly nowMs: number
  readonly intervalSeconds: number
  /** Rows per second delivered lately over all nodes. */
  readonly deliveredPerSecond: number | undefined
  readonly proof: FleetStatus['proof']
  readonly link: FleetStatus['link']
  readonly attention: number
  readonly trends: FleetStatus['trends']
}

/** The fleet in five figures, from its lines. Pure. */
export function summariseFleet(nodes: readonly NodeSummary[], context: FleetContext): FleetStatus {
  const ages = nodes
    .map((node) => node.newestDeliveredMs)
    .filter((atMs) => atMs !== undefined)
    .map((atMs) => Math.max(0, context.nowMs - atMs))
    .toSorted((a, b) => a - b)
  const backlogRows = nodes.reduce((sum, node) => sum + node.backlog, 0)
  const written = nodes.reduce((sum, node) => sum + (node.rowsPerSecond ?? 0), 0)
  const worst = nodes.reduce<NodeSummary | undefined>(
    (most, node) => ((node.anomaliesLastHour ?? 0) > (most?.anomaliesLastHour ?? 0) ? node : most),
    undefined,
  )
  const waiting = nodes.filter((node) => node.backlog > 0)
  return {
    takenAtMs: context.nowMs,
    nodes: nodes.length,
    sites: new Set(nodes.map((node) => node.site).filter((site) => site !== undefined)).size,
    nodesWriting: nodes.filter((node) => node.lamps.collect.state === 'ok').length,
    deliveredAge: { medianMs: quantile(ages, 0.5), p95Ms: quantile(ages, 0.95), worstMs: ages.at(-1) },
    rowsPerSecond: written,
    backlogRows,
    drain: forecastDrain({
      nowMs: context.nowMs,
      backlog: backlogRows,
      writtenPerSecond: written,
      deliveredPerSecond: context.deliveredPerSecond,
      intervalSeconds: context.intervalSeconds,
      isPaused: waiting.length > 0 && waiting.every((node) => node.drain.kind === 'paused'),
      isLinkDown:
        context.link.isCut || (waiting.length > 0 && waiting.every((node) => node.drain.kind === 'afterLink')),
      isBlocked: waiting.length > 0 && waiting.every((node) => node.drain.kind === 'stalled'),
    }),
    anomaliesLastHour: nodes.reduce((sum, node) => sum + (node.anomaliesLastHour ?? 0), 0),
    worstAnomalyNode: worst === undefined ? undefined : { nodeId: worst.nodeId, count: worst.anomaliesLastHour ?? 0 },
    proof: context.proof,
    link: context.link,
    attention: context.attention,
    trends: context.trends,
  }
}

/** Nearest-rank quantile of ascending values. */
function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]
}

export const TREND_SAMPLES = 60
export const TREND_SAMPLE_MS = 5_000

type TrendKey = Exclude<keyof FleetStatus['trends'], 'sampleMs'>

/** The last samples of the fleet's figures. */
export interface Trends {
  /** Keeps one sample per `TREND_SAMPLE_MS`; earlier calls within it are dropped. */
  note(status: FleetStatus): void
  read(): FleetStatus['trends']
}

export function createTrends(): Trends {
  const samples: Record<TrendKey, (number | null)[]> = {
    deliveredAgeMs: [],
    rowsPerSecond: [],
    backlogRows: [],
    anomalies: [],
  }
  let notedAtMs = Number.NEGATIVE_INFINITY
  const push = (key: TrendKey, value: number | undefined): void => {
    samples[key].push(value ?? null)
    if (samples[key].length > TREND_SAMPLES) samples[key].shift()
  }
  return {
    note(status) {
      if (status.takenAtMs - notedAtMs < TREND_SAMPLE_MS) return
      notedAtMs = status.takenAtMs
      push('deliveredAgeMs', status.deliveredAge.medianMs)
      push('rowsPerSecond', status.rowsPerSecond)
      push('backlogRows', status.backlogRows)
      push('anomalies', status.anomaliesLastHour)
    },
    read: () => ({
      sampleMs: TREND_SAMPLE_MS,
      deliveredAgeMs: [...samples.deliveredAgeMs],
      rowsPerSecond: [...samples.rowsPerSecond],
      backlogRows: [...samples.backlogRows],
      anomalies: [...samples.anomalies],
    }),
  }
}
