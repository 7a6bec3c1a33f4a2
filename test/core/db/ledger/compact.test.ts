import fc from 'fast-check'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { compactionSteps, compactLedger } from '../../../../electron/core/db/ledger/compact.ts'
import type { CompactionResult } from '../../../../electron/core/db/ledger/compact.ts'
import { connectLedger } from '../../../../electron/core/db/ledger/connection.ts'
import type { LedgerConnection } from '../../../../electron/core/db/ledger/connection.ts'
import { listDelivered, listExecutions, listOpenExecutions } from '../../../../electron/core/db/ledger/executions.ts'
import { findLedgerProblems } from '../../../../electron/core/db/ledger/integrity.ts'
import { activateRoute, listCursors, openLane, readCursor } from '../../../../electron/core/db/ledger/lanes.ts'
import { takeLease } from '../../../../electron/core/db/ledger/leases.ts'
import { joinRanges } from '../../../../electron/core/db/ledger/ranges.ts'
import { addAudit, listAudit, listLaneTotals, sumByRoute } from '../../../../electron/core/db/ledger/records.ts'
import {
  claimBatch,
  commitExecution,
  markObject,
  recordEncoded,
  recordFailure,
} from '../../../../electron/core/db/ledger/transitions.ts'
import type { Lane } from '../../../../shared/domain/execution.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 10, 25, 9)
const RAW: Lane = { nodeId: 'n1', table: 'sensor_readings', epoch: 'e1', route: 'raw' }
const EMERGENCY: Lane = { ...RAW, route: 'emergency' }

function makeLedger(path = ':memory:'): LedgerConnection {
  const ledger = connectLedger(path)
  takeLease(ledger, { nodeId: 'n1', token: 'me', pid: 1, host: 'h', nowMs: 0, ttlMs: 9e15 }, () => true)
  return ledger
}

type Outcome = 'object' | 'nothing' | 'rejected' | 'open' | 'failed'

interface Delivery {
  readonly lane: Lane
  readonly rows: number
  readonly outcome: Outcome
  readonly atMs: number
  readonly revision?: number
  readonly request?: string
  readonly tookMs?: number
}

/** One claim of a lane with what became of it, as the uploader would write it. */
function deliver(ledger: LedgerConnection, delivery: Delivery): number {
  const { lane, rows, outcome, atMs } = delivery
  const fromSeq = openLane(ledger, lane, 0, atMs).claimedSeq + 1
  const toSeq = fromSeq + rows - 1
  const execution = claimBatch(ledger, lane, {
    kind: 'tail',
    pipelineRevision: delivery.revision ?? 1,
    bucket: 'fieldgate-demo-bucket',
    fromSeq,
    toSeq,
    request: delivery.request ?? '{}',
    anchor: undefined,
    atMs,
  })
  if (outcome === 'failed') {
    const failure = { code: 'unavailable', message: 'No link.', hint: undefined, atMs, nextRetryMs: atMs + 1000 }
    recordFailure(ledger, execution.id, failure)
  }
  if (outcome === 'open' || outcome === 'failed') return execution.id
  const key = `${lane.route}/table=${lane.table}/node=${lane.nodeId}/date=2026-11-25/${lane.epoch}-${String(fromSeq).padStart(16, '0')}-${String(toSeq).padStart(16, '0')}.parquet`
  const kept = outcome === 'object' ? rows : 0
  const rejected = outcome === 'rejected' ? 1 : 0
  const object = {
    key,
    date: '2026-11-25',
    fromSeq,
    toSeq,
    rows,
    bytes: 4000,
    sha256: 'a'.repeat(64),
    logicalHash: 'b'.repeat(64),
    spoolPath: '/spool/x',
  }
  recordEncoded(ledger, execution, {
    objects: outcome === 'object' ? [object] : [],
    counts: { read: rows, kept, rejected, filtered: rows - kept - rejected, aggregated: 0 },
    quarantined: outcome === 'rejected' ? [{ sequence: fromSeq, reasons: ['temperature'], row: '{}' }] : [],
    newestEventMs: atMs,
    atMs,
  })
  if (outcome === 'object') markObject(ledger, 'fieldgate-demo-bucket', key, 'stored', 'c'.repeat(32))
  commitExecution(ledger, execution, { leaseToken: 'me', atMs: atMs + (delivery.tookMs ?? 20) })
  return execution.id
}

/** Everything that a compaction must leave as it is. */
function promisesOf(ledger: LedgerConnection): unknown {
  const delivered = listDelivered(ledger, 'n1')
  const all = (sql: string): unknown => ledger.database.prepare(sql).all()
  return {
    cursors: listCursors(ledger),
    gaps: all('SELECT * FROM gaps'),
    open: listOpenExecutions(ledger),
    objects: all(`SELECT o.*, e.node_id, e.route, e.from_seq, e.to_seq, e.read_rows, e.kept_rows
      FROM objects o JOIN executions e ON e.id = o.execution_id ORDER BY object_key`),
    quarantine: all('SELECT q.*, e.from_seq, e.to_seq FROM quarantine q JOIN executions e ON e.id = q.execution_id'),
    coverage: ['raw', 'emergency'].map((route) => joinRanges(delivered.filter((one) => one.route === route))),
    laneTotals: listLaneTotals(ledger),
    months: all('SELECT * FROM month_bytes'),
    byRoute: sumByRoute(ledger, 0),
    settings: [
      ...new Set(delivered.map(({ route, request, pipelineRevision }) => `${route} ${pipelineRevision} ${request}`)),
    ].toSorted(),
    problems: findLedgerProblems(ledger),
  }
}

async function compact(ledger: LedgerConnection, nowMs: number): Promise<CompactionResult> {
  return compactLedger(ledger, { nowMs, signal: new AbortController().signal, pause: async () => undefined })
}

const history = fc.array(
  fc.record({
    lane: fc.constantFrom(RAW, EMERGENCY, EMERGENCY),
    rows: fc.integer({ min: 1, max: 300_000 }),
    outcome: fc.constantFrom<Outcome>(
      'object',
      'nothing',
      'nothing',
      'nothing',
      'nothing',
      'rejected',
      'open',
      'failed',
    ),
    afterMs: fc.constantFrom(500, 60_000, 20 * 60_000, 2 * HOUR, 40 * 24 * HOUR),
    tookMs: fc.integer({ min: 0, max: 5000 }),
    revision: fc.constantFrom(1, 1, 1, 2),
    request: fc.constantFrom('{}', '{}', '{}', '{"engine":"other"}'),
  }),
  { maxLength: 60 },
)

describe('a compaction', () => {
  test('changes no cursor, gap, object, quarantined row, coverage or total, wherever it is broken off', () => {
    fc.assert(
      fc.property(history, fc.nat(30), fc.nat(3), (deliveries, steps, hoursLater) => {
        const ledger = makeLedger()
        let atMs = START
        for (const { afterMs, ...delivery } of deliveries) deliver(ledger, { ...delivery, atMs: (atMs += afterMs) })
        const before = promisesOf(ledger)
        const young = listExecutions(ledger, { limit: 100 }).filter(
          (one) => (one.finishedAtMs ?? atMs) >= atMs + 1 - HOUR,
        )
        let taken = 0
        for (const _ of compactionSteps(ledger, atMs + 1)) {
          expect(promisesOf(ledger)).toEqual(before)
          if (++taken > steps) break
        }
        const left = listExecutions(ledger, { limit: 100 })
        for (const one of young) expect(left).toContainEqual(one)
        for (const _ of compactionSteps(ledger, atMs + hoursLater * HOUR)) expect(promisesOf(ledger)).toEqual(before)
        for (const { mergedExecutions } of compactionSteps(ledger, atMs + hoursLater * HOUR)) {
          expect(mergedExecutions ?? 0).toBe(0)
        }
        ledger.database.close()
      }),
      { numRuns: 60 },
    )
  })

  test('makes one execution of an hour without objects, which took as long as all together', async () => {
    const ledger = makeLedger()
    for (let i = 0; i < 600; i++) {
      deliver(ledger, { lane: EMERGENCY, rows: 2, outcome: 'nothing', atMs: START + i * 6_000, tookMs: 30 })
    }
    const newest = listExecutions(ledger, { limit: 1 })[0]
    expect(await compact(ledger, START + 2 * HOUR)).toMatchObject({ mergedExecutions: 599 })

    const [merged, ...others] = listExecutions(ledger, { limit: 10 })
    expect(others).toEqual([])
    expect(merged).toMatchObject({ id: newest?.id, fromSeq: 1, toSeq: 1200, finishedAtMs: newest?.finishedAtMs })
    expect(merged?.counts).toEqual({ read: 1200, kept: 0, rejected: 0, filtered: 1200, aggregated: 0 })
    expect((merged?.finishedAtMs ?? 0) - (merged?.claimedAtMs ?? 0)).toBe(600 * 30)
    expect(sumByRoute(ledger, 0)).toMatchObject([{ executions: 600, rows: 1200, filtered: 1200, averageMs: 30 }])
  })

  test('keeps hours apart for a month, and then makes one of them', async () => {
    const ledger = makeLedger()
    for (let i = 0; i < 100; i++) {
      deliver(ledger, { lane: EMERGENCY, rows: 1, outcome: 'nothing', atMs: START + i * 20 * 60_000 })
    }
    await compact(ledger, START + 48 * HOUR)
    expect(listExecutions(ledger, { limit: 100 })).toHaveLength(34)
    await compact(ledger, START + 70 * 24 * HOUR)
    // A span of thirty days may end within the hundred claims.
    expect(listExecutions(ledger, { limit: 100 }).length).toBeLessThanOrEqual(2)
    expect(sumByRoute(ledger, 0)).toMatchObject([{ executions: 100, rows: 100 }])
  })

  test('never joins over an object, a rejected row, other settings, a hole, or a million rows', async () => {
    const ledger = makeLedger()
    const plain = { lane: EMERGENCY, rows: 5, outcome: 'nothing', atMs: START } as const
    deliver(ledger, plain)
    deliver(ledger, { ...plain, outcome: 'object' })
    deliver(ledger, plain)
    deliver(ledger, { ...plain, outcome: 'rejected' })
    deliver(ledger, plain)
    deliver(ledger, { ...plain, revision: 2 })
    deliver(ledger, { ...plain, revision: 2, request: '{"engine":"other"}' })
    activateRoute(ledger, RAW, { pipelineRevision: 1, backfill: false, firstSeq: 1, atMs: START })
    deliver(ledger, { ...plain, lane: RAW, rows: 50 })
    activateRoute(ledger, EMERGENCY, { pipelineRevision: 3, backfill: false, firstSeq: 1, atMs: START })
    expect(readCursor(ledger, EMERGENCY)?.claimedSeq).toBe(50)
    deliver(ledger, { ...plain, revision: 2, request: '{"engine":"other"}', rows: 600_000 })
    deliver(ledger, { ...plain, revision: 2, request: '{"engine":"other"}', rows: 600_000 })
    const before = listExecutions(ledger, { limit: 100 })
    expect(await compact(ledger, START + 5 * HOUR)).toMatchObject({ mergedExecutions: 0 })
    expect(listExecutions(ledger, { limit: 100 })).toEqual(before)
  })

  test('waits for a claim that is under way, and goes on behind it once it has ended', async () => {
    const ledger = makeLedger()
    const plain = { lane: EMERGENCY, rows: 5, outcome: 'nothing', atMs: START } as const
    deliver(ledger, plain)
    deliver(ledger, plain)
    const id = deliver(ledger, { ...plain, outcome: 'open' })
    deliver(ledger, plain)
    deliver(ledger, plain)
    expect(await compact(ledger, START + 5 * HOUR)).toMatchObject({ mergedExecutions: 1 })
    const [open] = listOpenExecutions(ledger)
    if (open === undefined) throw new Error('no open claim')
    const counts = { read: 5, kept: 0, rejected: 0, filtered: 5, aggregated: 0 }
    recordEncoded(ledger, open, { objects: [], counts, quarantined: [], newestEventMs: START, atMs: START })
    commitExecution(ledger, open, { leaseToken: 'me', atMs: START + 21 })
    expect(await compact(ledger, START + 6 * HOUR)).toMatchObject({ mergedExecutions: 3 })
    expect(listExecutions(ledger, { limit: 9 })).toMatchObject([{ fromSeq: 1, toSeq: 25 }])
    expect(id).toBe(open.id)
  })

  test('keeps the newest twenty thousand entries of the audit trail', async () => {
    const ledger = makeLedger()
    ledger.write(() => {
      for (let i = 1; i <= 20_050; i++) {
        const told = { before: undefined, after: undefined, reason: undefined }
        addAudit(ledger, { atMs: i, actor: 'a', action: 'x', subject: 's', ...told })
      }
    })
    expect(await compact(ledger, START)).toMatchObject({ forgottenAudits: 50 })
    const kept = listAudit(ledger, 30_000)
    expect([kept.length, kept.at(-1)?.atMs]).toEqual([20_000, 51])
  })

  test('finds what it merges by indexes', () => {
    const { database } = makeLedger()
    const plan = (sql: string): string =>
      (database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[])
        .map(({ detail }) => detail)
        .join('; ')
    for (const sql of [
      `SELECT id FROM executions e WHERE node_id = 'n' AND table_name = 't' AND epoch = 'e' AND route = 'r' AND from_seq >= 5
         AND kind = 'tail' AND NOT EXISTS (SELECT 1 FROM objects WHERE execution_id = e.id)
         AND NOT EXISTS (SELECT 1 FROM quarantine WHERE execution_id = e.id)
         AND NOT EXISTS (SELECT 1 FROM replays WHERE execution_id = e.id) ORDER BY from_seq LIMIT 400`,
      `SELECT from_seq FROM compacted WHERE node_id = 'n' AND table_name = 't' AND epoch = 'e' AND route = 'r' AND level = 1`,
    ]) {
      const found = plan(sql)
      expect(found).not.toMatch(/SCAN|TEMP B-TREE/)
      expect(found).toMatch(/^SEARCH/)
    }
  })
})

describe('the size of the ledger', () => {
  test(
    'is bounded by its objects: an hour of a demo leaves about a kilobyte for each',
    { timeout: 120_000 },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'fieldgate-compact-'))
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
      const path = join(folder, 'ledger.db')
      const ledger = makeLedger(path)
      // The size is asked here, not whether a power cut would be survived.
      ledger.database.pragma('synchronous = OFF')
      const request = (route: string): string => JSON.stringify({ route, context: 'x'.repeat(3000) })
      // Two nodes: each delivers ten rows every ten seconds, and looks through each row for emergencies.
      let objects = 0
      for (let second = 0; second < 3600; second++) {
        for (const node of ['n1', 'n2']) {
          takeLease(ledger, { nodeId: node, token: 'me', pid: 1, host: 'h', nowMs: 0, ttlMs: 9e15 }, () => true)
          const atMs = START + second * 1000
          const emergency = { ...EMERGENCY, nodeId: node }
          deliver(ledger, { lane: emergency, rows: 1, outcome: 'nothing', atMs, request: request('emergency') })
          if (second % 10 !== 9) continue
          deliver(ledger, {
            lane: { ...RAW, nodeId: node },
            rows: 10,
            outcome: 'object',
            atMs,
            request: request('raw'),
          })
          objects++
        }
      }
      const bytesBefore = pagesOf(ledger)
      const done = await compact(ledger, START + 3 * HOUR)
      expect(done.mergedExecutions).toBe(2 * 3600 - 2)
      expect(done.returnedPages).toBeGreaterThan(0)
      ledger.database.pragma('wal_checkpoint(TRUNCATE)')
      const perObject = (statSync(path).size - 256 * 4096) / objects
      expect(bytesBefore / objects).toBeGreaterThan(2500)
      expect(perObject).toBeLessThan(1400)
      expect(findLedgerProblems(ledger)).toEqual([])
      ledger.database.close()
    },
  )
})

function pagesOf(ledger: LedgerConnection): number {
  return (
    (ledger.database.pragma('page_count', { simple: true }) as number) *
    (ledger.database.pragma('page_size', { simple: true }) as number)
  )
}
