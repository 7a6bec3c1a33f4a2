import { describe, expect, test } from 'vitest'
import { createTrendKeeper, summariseFleet } from '../../../electron/core/fleet/status.ts'
import type { DrainForecast } from '../../../shared/domain/lampTypes.ts'
import type { FleetStatus, NodeSummary } from '../../../shared/domain/node.ts'

const NOW = 1_800_000_000_000
const LAMP = { state: 'ok', sinceMs: NOW, word: undefined } as const

function node(change: Partial<NodeSummary>): NodeSummary {
  return {
    nodeId: 'n1',
    site: undefined,
    labels: {},
    path: '/n1.db',
    table: 'sensor_readings',
    pipelineType: 'raw',
    lanes: [],
    uploadState: 'idle',
    holder: undefined,
    failure: undefined,
    failingSinceMs: undefined,
    nextRetryMs: undefined,
    rowsDelivered: 0,
    bytesDelivered: 0,
    quarantined: 0,
    lastDeliveryMs: undefined,
    newestDeliveredMs: undefined,
    newestSeq: undefined,
    newestEventMs: undefined,
    location: undefined,
    lamps: { reach: LAMP, collect: LAMP, deliver: LAMP },
    backlog: 0,
    drain: { kind: 'none' },
    rowsPerSecond: undefined,
    spark: [],
    anomaliesLastHour: undefined,
    takenAtMs: NOW,
    ...change,
  }
}

const facts = {
  nowMs: NOW,
  proof: { state: 'unknown', checkedAtMs: undefined, rows: 0, missing: 0, duplicated: 0 },
  link: { capBytesPerSecond: undefined, monthBytes: 0, monthBudgetBytes: undefined, isCut: false },
  attention: 0,
  trends: createTrendKeeper().trends(),
} as const

const drained = (...kinds: readonly DrainForecast[]): DrainForecast =>
  summariseFleet(
    kinds.map((drain) => node({ drain })),
    facts,
  ).drain

describe('the figures of a fleet', () => {
  test('ages are of the newest delivered rows, worst and 95th named', () => {
    const nodes = Array.from({ length: 20 }, (_, i) => node({ newestDeliveredMs: NOW - (i + 1) * 1_000 }))
    expect(summariseFleet(nodes, facts).deliveredAge).toEqual({ medianMs: 10_000, p95Ms: 19_000, worstMs: 20_000 })
  })

  test('a fleet that delivered nothing has no age, rather than zero', () => {
    expect(summariseFleet([node({})], facts).deliveredAge).toEqual({
      medianMs: undefined,
      p95Ms: undefined,
      worstMs: undefined,
    })
  })

  test('counts sites, writers, rates and backlog', () => {
    const status = summariseFleet(
      [
        node({ site: 'a', rowsPerSecond: 2, backlog: 5, anomaliesLastHour: 1 }),
        node({ nodeId: 'n2', site: 'a', newestEventMs: NOW - 5_000, backlog: 7, anomaliesLastHour: 4 }),
        node({ site: 'b', newestEventMs: NOW - 900_000 }),
      ],
      facts,
    )
    expect(status).toMatchObject({
      nodes: 3,
      sites: 2,
      nodesWriting: 2,
      rowsPerSecond: 2,
      backlogRows: 12,
      anomaliesLastHour: 5,
    })
    expect(status.worstAnomalyNode).toEqual({ nodeId: 'n2', count: 4 })
  })

  test('the forecast is that of the node that ends last, and a stall is never hidden', () => {
    expect(drained({ kind: 'keepingUp' }, { kind: 'stalled' }, { kind: 'at', atMs: 1 })).toEqual({ kind: 'stalled' })
    expect(drained({ kind: 'at', atMs: 5 }, { kind: 'at', atMs: 9 }, { kind: 'keepingUp' })).toEqual({
      kind: 'at',
      atMs: 9,
    })
    expect(drained({ kind: 'keepingUp' }, { kind: 'unknown' })).toEqual({ kind: 'unknown' })
    expect(drained({ kind: 'unknown' }, { kind: 'growing' })).toEqual({ kind: 'growing' })
    expect(drained()).toEqual({ kind: 'none' })
  })
})

describe('trends', () => {
  test('take one sample per five seconds and keep the last sixty', () => {
    const keeper = createTrendKeeper()
    const at = (ms: number, backlogRows: number): FleetStatus => ({
      ...summariseFleet([], { ...facts, nowMs: ms }),
      backlogRows,
    })
    keeper.note(at(NOW, 1))
    keeper.note(at(NOW + 4_999, 2))
    keeper.note(at(NOW + 5_000, 3))
    expect(keeper.trends().backlogRows).toEqual([1, 3])
    for (let i = 2; i < 100; i++) keeper.note(at(NOW + i * 5_000, i))
    expect(keeper.trends().backlogRows).toHaveLength(60)
    expect(keeper.trends().backlogRows.at(-1)).toBe(99)
  })
})
