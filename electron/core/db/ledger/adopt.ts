import type { ExecutionCounts, ExecutionKind, ExecutionObject, Lane } from '../../../../shared/domain/execution.ts'
import type { LedgerConnection } from './connection.ts'
import { listObjects } from './executions.ts'
import { advanceAcked, insertGap, laneKey, listGaps, readActiveRoute, readCursor } from './lanes.ts'
import { joinRanges, subtractRanges } from './ranges.ts'
import type { Range } from './ranges.ts'
import { addToTotals, claimBatch } from './transitions.ts'

/** A claim that was carried out under another ledger, or under this one before it was put back. */
export interface AdoptedClaim extends Lane, Range {
  readonly kind: ExecutionKind
  readonly pipelineRevision: number
  readonly bucket: string
  readonly request: string
  readonly counts: ExecutionCounts
  readonly newestEventMs: number | undefined
  readonly finishedAtMs: number
  readonly objects: readonly (Omit<ExecutionObject, 'state' | 'bucket'> & { readonly etag: string })[]
}

/**
 * The executions of the lane that cover part of a range and left nothing in the bucket; undefined when one of them has an
 * object there: two claims of a lane never overlap.
 */
export function listEmptyWithin(ledger: LedgerConnection, lane: Lane, range: Range): readonly number[] | undefined {
  const overlapping = ledger
    .sql(
      `SELECT id, EXISTS (SELECT 1 FROM objects o WHERE o.execution_id = e.id AND o.state = 'stored')
           OR EXISTS (SELECT 1 FROM replays r WHERE r.execution_id = e.id) AS stays
       FROM executions e WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ?
         AND state <> 'abandoned' AND from_seq <= ? AND to_seq >= ?`,
    )
    .all(...laneKey(lane), range.toSeq, range.fromSeq) as { readonly id: number; readonly stays: 0 | 1 }[]
  return overlapping.some((execution) => execution.stays === 1) ? undefined : overlapping.map(({ id }) => id)
}

/**
 * Takes executions that left nothing in the bucket out of the ledger, because `id` covers what they did; the rest of their
 * ranges is due again. Rows they had put in quarantine stay there. Inside the transaction that adopts `id`.
 */
export function giveWay(ledger: LedgerConnection, empty: readonly number[], id: number): void {
  for (const old of empty) {
    ledger.sql('UPDATE quarantine SET execution_id = ? WHERE execution_id = ?').run(id, old)
    ledger
      .sql(
        `UPDATE lane_totals SET executions = executions - e.claims, read_rows = lane_totals.read_rows - e.read_rows
         FROM executions e WHERE e.id = ? AND e.state = 'succeeded' AND lane_totals.node_id = e.node_id
           AND lane_totals.table_name = e.table_name AND lane_totals.epoch = e.epoch AND lane_totals.route = e.route`,
      )
      .run(old)
    ledger.sql('DELETE FROM objects WHERE execution_id = ?').run(old)
    ledger.sql('DELETE FROM executions WHERE id = ?').run(old)
  }
}

/** The open execution of exactly this range, a replay or not: one that has ended in the bucket, unknown to this ledger. */
export function findOpenClaim(
  ledger: LedgerConnection,
  lane: Lane,
  range: Range,
  isReplay: boolean,
): number | undefined {
  const row = ledger
    .sql(
      `SELECT id FROM executions WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ?
         AND state IN ('claimed', 'encoded') AND from_seq = ? AND to_seq = ?
         AND (id IN (SELECT execution_id FROM replays)) = ?`,
    )
    .get(...laneKey(lane), range.fromSeq, range.toSeq, isReplay ? 1 : 0) as { readonly id: number } | undefined
  return row?.id
}

/**
 * Writes a claim that some ledger made as one to be carried out: its redo makes the same names, and the store knows which
 * of them it has. Returns the number of the execution.
 */
export function claimAgain(
  ledger: LedgerConnection,
  claim: Omit<AdoptedClaim, 'counts' | 'newestEventMs' | 'finishedAtMs' | 'objects'>,
  atMs: number,
): number {
  return ledger.write(() => {
    // As a gap it moves no cursor: `placeLanes` does that for all claims at once.
    const { id } = claimBatch(ledger, claim, { ...claim, kind: 'gap', anchor: undefined, atMs })
    ledger.sql('UPDATE executions SET kind = ? WHERE id = ?').run(claim.kind, id)
    return id
  })
}

/**
 * Writes a claim whose objects all lie in the bucket as succeeded, with its objects and its share of the totals. Returns
 * the number of the execution. Where the lane stands is for `placeLanes` to say. With `openId` that open execution ends;
 * what it had encoded itself is forgotten.
 */
export function adoptClaim(ledger: LedgerConnection, claim: AdoptedClaim, openId?: number): number {
  return ledger.write(() => {
    const id = openId ?? claimAgain(ledger, claim, claim.finishedAtMs)
    const stored = openId === undefined ? [] : listObjects(ledger, openId).filter(({ state }) => state === 'stored')
    if (openId !== undefined) ledger.sql(`DELETE FROM objects WHERE execution_id = ? AND state <> 'stored'`).run(openId)
    const { counts } = claim
    ledger
      .sql(
        `UPDATE executions SET state = 'succeeded', attempt = 1, read_rows = ?, kept_rows = ?, rejected_rows = ?,
           filtered_rows = ?, aggregated_rows = ?, bytes = ?, newest_event_ms = ?, finished_at_ms = ?, error_code = NULL,
           error_message = NULL, error_hint = NULL, failed_at_ms = NULL, next_retry_ms = NULL WHERE id = ?`,
      )
      .run(
        counts.read,
        counts.kept,
        counts.rejected,
        counts.filtered,
        counts.aggregated,
        [...stored, ...claim.objects].reduce((sum, object) => sum + object.bytes, 0),
        claim.newestEventMs ?? null,
        claim.finishedAtMs,
        id,
      )
    const insert = ledger.sql(
      `INSERT INTO objects (execution_id, bucket, object_key, event_date, from_seq, to_seq, rows, bytes, sha256, logical_hash, etag, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'stored')`,
    )
    for (const object of claim.objects) {
      const { key, date, fromSeq, toSeq, rows, bytes, sha256, logicalHash, etag } = object
      insert.run(id, claim.bucket, key, date ?? null, fromSeq, toSeq, rows, bytes, sha256, logicalHash, etag)
    }
    addToTotals(ledger, id)
    return id
  })
}

/**
 * Sets the cursors and gaps of a table's life by what its executions cover, so that every row is due exactly once: what
 * another type delivered is skipped; what nothing covers is due again for the active type and those that are always on,
 * because a range that left no object may have held no row worth keeping, or may never have been delivered. Cursors never
 * move back. The type that got furthest counts as the one that was active.
 */
export function placeLanes(
  ledger: LedgerConnection,
  table: Omit<Lane, 'route'>,
  place: {
    readonly firstSeq: number
    /** The type in force; undefined for a life that has ended, of which nothing is due any more. */
    readonly active: string | undefined
    readonly alwaysOn: readonly string[]
    readonly atMs: number
  },
): void {
  ledger.write(() => {
    const covered = coveredByRoute(ledger, table)
    const isBeside = (route: string): boolean => place.alwaysOn.includes(route)
    const reach = (route: string): number => covered.get(route)?.at(-1)?.toSeq ?? Number.NEGATIVE_INFINITY
    const furthest = Math.max(
      Number.NEGATIVE_INFINITY,
      ...[...covered.keys()].filter((route) => !isBeside(route)).map(reach),
    )
    // The type in force goes on where the furthest one got, but for what nobody delivered: that is due to it as a gap.
    const start = (route: string): number => (route === place.active && !isBeside(route) ? furthest : reach(route))
    const isNew = place.active !== undefined && !covered.has(place.active) && furthest > Number.NEGATIVE_INFINITY
    for (const route of isNew ? [...covered.keys(), place.active] : covered.keys()) {
      const lane: Lane = { ...table, route }
      const cursor = readCursor(ledger, lane)
      const claimedSeq = Math.max(cursor?.claimedSeq ?? place.firstSeq - 1, start(route))
      const byOthers = [...covered].flatMap(([other, ranges]) => (other === route || isBeside(other) ? [] : ranges))
      const isDue = route === place.active || isBeside(route)
      trimGaps(ledger, lane, covered.get(route) ?? [])
      const known = [...(covered.get(route) ?? []), ...listGaps(ledger, lane)]
      for (const hole of subtractRanges([{ fromSeq: place.firstSeq, toSeq: claimedSeq }], known)) {
        const left = isBeside(route) ? [hole] : subtractRanges([hole], byOthers)
        for (const skipped of subtractRanges([hole], left)) {
          insertGap(ledger, lane, { ...skipped, state: 'skipped', reason: 'delivered as another type' })
        }
        for (const open of left) {
          const reason = 'left no object in the bucket'
          insertGap(ledger, lane, { ...open, state: isDue ? 'pending' : 'skipped', reason })
        }
      }
      const acknowledged = cursor?.ackedSeq ?? place.firstSeq - 1
      ledger
        .sql('INSERT OR REPLACE INTO cursors VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(...laneKey(lane), claimedSeq, acknowledged, place.atMs)
      advanceAcked(ledger, lane, place.atMs)
    }
    noteFurthestRoute(
      ledger,
      table,
      [...covered.keys()].filter((route) => !isBeside(route)),
      reach,
    )
  })
}

/** What the executions of each route of a table's life cover, touching ranges joined, lowest first. */
export function coveredByRoute(
  ledger: LedgerConnection,
  table: Omit<Lane, 'route'>,
): ReadonlyMap<string, readonly Range[]> {
  const rows = ledger
    .sql(
      `SELECT route, from_seq AS fromSeq, to_seq AS toSeq FROM executions
       WHERE node_id = ? AND table_name = ? AND epoch = ? AND state <> 'abandoned' ORDER BY from_seq`,
    )
    .all(table.nodeId, table.table, table.epoch) as (Range & { readonly route: string })[]
  const byRoute = Map.groupBy(rows, (row) => row.route)
  return new Map([...byRoute].map(([route, ranges]) => [route, joinRanges(ranges)]))
}

/** Takes out of a lane's gaps what was delivered after all. */
function trimGaps(ledger: LedgerConnection, lane: Lane, covered: readonly Range[]): void {
  for (const gap of listGaps(ledger, lane)) {
    const left = subtractRanges([gap], covered)
    if (left.length === 1 && left[0]?.fromSeq === gap.fromSeq && left[0].toSeq === gap.toSeq) continue
    ledger.sql('DELETE FROM gaps WHERE id = ?').run(gap.id)
    for (const part of left) insertGap(ledger, lane, { ...part, state: gap.state, reason: gap.reason })
  }
}

function noteFurthestRoute(
  ledger: LedgerConnection,
  table: Omit<Lane, 'route'>,
  routes: readonly string[],
  reach: (route: string) => number,
): void {
  const furthest = routes.toSorted((a, b) => reach(b) - reach(a))[0]
  if (furthest === undefined) return
  const before = readActiveRoute(ledger, table)
  if (before !== undefined && reach(before.route) >= reach(furthest)) return
  const newest = ledger
    .sql(
      `SELECT pipeline_revision AS revision FROM executions
       WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ? AND state <> 'abandoned'
       ORDER BY from_seq DESC LIMIT 1`,
    )
    .get(...laneKey({ ...table, route: furthest })) as { readonly revision: number } | undefined
  ledger
    .sql(
      `INSERT INTO active_routes VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET route = excluded.route, pipeline_revision = excluded.pipeline_revision`,
    )
    .run(...laneKey({ ...table, route: furthest }), newest?.revision ?? 0)
}
