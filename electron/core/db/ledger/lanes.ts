import type { Cursor, Gap, Lane } from '../../../../shared/domain/execution.ts'
import type { LedgerConnection } from './connection.ts'
import { subtractRanges } from './ranges.ts'
import type { Range } from './ranges.ts'

/** What was seen active on a table last; a different route or revision means a pipeline switch. */
export interface ActiveRoute {
  readonly route: string
  readonly pipelineRevision: number
}

/** A lane as the parameters of a query: node, table, epoch, route. */
export function laneKey(lane: Lane): [string, string, string, string] {
  return [lane.nodeId, lane.table, lane.epoch, lane.route]
}

interface CursorRow {
  node_id: string
  table_name: string
  epoch: string
  route: string
  claimed_seq: number
  acked_seq: number
  updated_at_ms: number
}

function toCursor(row: CursorRow): Cursor {
  return {
    nodeId: row.node_id,
    table: row.table_name,
    epoch: row.epoch,
    route: row.route,
    claimedSeq: row.claimed_seq,
    ackedSeq: row.acked_seq,
    updatedAtMs: row.updated_at_ms,
  }
}

/** Where a lane stands; undefined before its first claim. */
export function readCursor(ledger: LedgerConnection, lane: Lane): Cursor | undefined {
  const row = ledger
    .sql('SELECT * FROM cursors WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ?')
    .get(...laneKey(lane)) as CursorRow | undefined
  return row === undefined ? undefined : toCursor(row)
}

/** Every cursor, or those of one node. */
export function listCursors(ledger: LedgerConnection, nodeId?: string): readonly Cursor[] {
  const rows = (
    nodeId === undefined
      ? ledger.sql('SELECT * FROM cursors ORDER BY node_id, table_name, epoch, route').all()
      : ledger.sql('SELECT * FROM cursors WHERE node_id = ? ORDER BY table_name, epoch, route').all(nodeId)
  ) as CursorRow[]
  return rows.map(toCursor)
}

/** The route that was active at the last look; undefined before the first. */
export function readActiveRoute(ledger: LedgerConnection, lane: Omit<Lane, 'route'>): ActiveRoute | undefined {
  const row = ledger
    .sql('SELECT route, pipeline_revision FROM active_routes WHERE node_id = ? AND table_name = ? AND epoch = ?')
    .get(lane.nodeId, lane.table, lane.epoch) as { route: string; pipeline_revision: number } | undefined
  return row === undefined ? undefined : { route: row.route, pipelineRevision: row.pipeline_revision }
}

/** The route that was active at the last look at every table, by `node`, `table` and `epoch` joined by line feeds. */
export function listActiveRoutesByTable(ledger: LedgerConnection): ReadonlyMap<string, string> {
  const rows = ledger.sql('SELECT node_id, table_name, epoch, route FROM active_routes').all() as {
    node_id: string
    table_name: string
    epoch: string
    route: string
  }[]
  return new Map(rows.map((row) => [[row.node_id, row.table_name, row.epoch].join('\n'), row.route]))
}

/** Makes sure a lane has a cursor; a new one starts after `afterSeq`. */
export function openLane(ledger: LedgerConnection, lane: Lane, afterSeq: number, atMs: number): Cursor {
  return ledger.write(() => {
    const existing = readCursor(ledger, lane)
    if (existing !== undefined) return existing
    ledger.sql('INSERT INTO cursors VALUES (?, ?, ?, ?, ?, ?, ?)').run(...laneKey(lane), afterSeq, afterSeq, atMs)
    return { ...lane, claimedSeq: afterSeq, ackedSeq: afterSeq, updatedAtMs: atMs }
  })
}

/**
 * Makes `lane.route` the active one. With `backfill` false it continues at the position of the route active before, and
 * what it thereby leaves out is recorded as skipped; with true it starts where it stands itself, and everything it ever
 * left out becomes pending. What was due to the route before and no type delivered becomes due to this one. A claim already
 * made stays with its route.
 */
export function activateRoute(
  ledger: LedgerConnection,
  lane: Lane,
  change: {
    readonly pipelineRevision: number
    readonly backfill: boolean
    readonly firstSeq: number
    /** Types delivered beside the active one. */
    readonly alwaysOn?: readonly string[]
    readonly atMs: number
  },
): Cursor {
  return ledger.write(() => {
    const before = readActiveRoute(ledger, lane)
    const due = listHandedOver(ledger, lane, change.alwaysOn ?? [])
    const own = openLane(ledger, lane, change.firstSeq - 1, change.atMs)
    const position =
      before === undefined || before.route === lane.route
        ? own.claimedSeq
        : (readCursor(ledger, { ...lane, route: before.route })?.claimedSeq ?? own.claimedSeq)
    ledger
      .sql(
        `INSERT INTO active_routes VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET route = excluded.route, pipeline_revision = excluded.pipeline_revision`,
      )
      .run(...laneKey(lane), change.pipelineRevision)
    if (change.backfill) {
      ledger
        .sql(
          `UPDATE gaps SET state = 'pending' WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ? AND state = 'skipped'`,
        )
        .run(...laneKey(lane))
      settleHandOver(ledger, lane, before, due)
      return own
    }
    if (position > own.claimedSeq) {
      addGap(ledger, lane, own.claimedSeq + 1, position, `delivered as ${before?.route ?? 'another type'}`)
    }
    settleHandOver(ledger, lane, before, due)
    if (position <= own.claimedSeq) return own
    ledger
      .sql(
        `UPDATE cursors SET claimed_seq = ?, updated_at_ms = ?
         WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ?`,
      )
      .run(position, change.atMs, ...laneKey(lane))
    advanceAcked(ledger, lane, change.atMs)
    return readCursor(ledger, lane) as Cursor
  })
}

/**
 * What a switch to `lane.route` hands over to it: ranges that wait to be delivered as the type active before, and that no
 * type but one of `alwaysOn` has claimed.
 */
export function listHandedOver(ledger: LedgerConnection, lane: Lane, alwaysOn: readonly string[]): readonly Range[] {
  const before = readActiveRoute(ledger, lane)
  if (before === undefined || before.route === lane.route || alwaysOn.includes(before.route)) return []
  const waiting = listGaps(ledger, { ...lane, route: before.route }).filter((gap) => gap.state === 'pending')
  if (waiting.length === 0) return []
  const claimed = ledger
    .sql(
      `SELECT from_seq AS fromSeq, to_seq AS toSeq FROM executions WHERE node_id = ? AND table_name = ? AND epoch = ?
         AND state <> 'abandoned' AND route NOT IN (SELECT value FROM json_each(?))`,
    )
    .all(lane.nodeId, lane.table, lane.epoch, JSON.stringify(alwaysOn)) as Range[]
  return subtractRanges(waiting, claimed)
}

/** The ranges wait in the lane now, and in that of the route before no longer. */
function settleHandOver(
  ledger: LedgerConnection,
  lane: Lane,
  before: ActiveRoute | undefined,
  due: readonly Range[],
): void {
  if (before === undefined) return
  const to = { state: 'pending', reason: `handed over by ${before.route}` } as const
  changeGaps(ledger, lane, due, 'skipped', to)
  const from = { state: 'skipped', reason: `delivered as ${lane.route}` } as const
  changeGaps(ledger, { ...lane, route: before.route }, due, 'pending', from)
}

/** Changes what lies within `ranges` of those gaps of the lane that are in `state`. */
function changeGaps(
  ledger: LedgerConnection,
  lane: Lane,
  ranges: readonly Range[],
  state: Gap['state'],
  to: Pick<Gap, 'state' | 'reason'>,
): void {
  for (const gap of listGaps(ledger, lane)) {
    const rest = subtractRanges([gap], ranges)
    const within = subtractRanges([gap], rest)
    if (gap.state !== state || within.length === 0) continue
    ledger.sql('DELETE FROM gaps WHERE id = ?').run(gap.id)
    for (const part of rest) insertGap(ledger, lane, { ...part, state: gap.state, reason: gap.reason })
    for (const part of within) insertGap(ledger, lane, { ...part, ...to })
  }
}

/** Records a range that waits, or that was left out, with the reason. */
export function insertGap(ledger: LedgerConnection, lane: Lane, gap: Range & Pick<Gap, 'state' | 'reason'>): void {
  ledger
    .sql(
      `INSERT INTO gaps (node_id, table_name, epoch, route, from_seq, to_seq, state, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(...laneKey(lane), gap.fromSeq, gap.toSeq, gap.state, gap.reason)
}

/** Records a range that a route leaves out on purpose. */
export function addGap(ledger: LedgerConnection, lane: Lane, fromSeq: number, toSeq: number, reason: string): void {
  insertGap(ledger, lane, { fromSeq, toSeq, state: 'skipped', reason })
}

/**
 * Acknowledged = claimed, less everything from the first unfinished tail execution on. Never moves back. An abandoned
 * execution holds it for ever, because its rows were not delivered; its epoch has ended with it.
 */
export function advanceAcked(ledger: LedgerConnection, lane: Lane, atMs: number): void {
  ledger
    .sql(
      `UPDATE cursors SET updated_at_ms = ?, acked_seq = MAX(acked_seq, COALESCE(
         (SELECT MIN(e.from_seq) - 1 FROM executions e
          WHERE e.node_id = cursors.node_id AND e.table_name = cursors.table_name AND e.epoch = cursors.epoch
            AND e.route = cursors.route AND e.kind = 'tail' AND e.state <> 'succeeded'
            AND e.from_seq > cursors.acked_seq), claimed_seq))
       WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ?`,
    )
    .run(atMs, ...laneKey(lane))
}

interface GapRow {
  id: number
  node_id: string
  table_name: string
  epoch: string
  route: string
  from_seq: number
  to_seq: number
  state: 'skipped' | 'pending'
  reason: string
}

/** Ranges left out by a lane, lowest first. */
export function listGaps(ledger: LedgerConnection, lane: Lane): readonly (Gap & { readonly id: number })[] {
  const rows = ledger
    .sql('SELECT * FROM gaps WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ? ORDER BY from_seq')
    .all(...laneKey(lane)) as GapRow[]
  return rows.map((row) => ({
    ...lane,
    id: row.id,
    fromSeq: row.from_seq,
    toSeq: row.to_seq,
    state: row.state,
    reason: row.reason,
  }))
}

/** Takes `fromSeq..toSeq` off the front of a pending gap, because a claim covers it now. */
export function shrinkGap(ledger: LedgerConnection, gapId: number, toSeq: number): void {
  ledger.sql('DELETE FROM gaps WHERE id = ? AND to_seq <= ?').run(gapId, toSeq)
  ledger.sql('UPDATE gaps SET from_seq = ? WHERE id = ? AND from_seq <= ?').run(toSeq + 1, gapId, toSeq)
}

/**
 * Sequences left out earlier and asked for since that are not delivered yet, by lane: `node`, `table`, `epoch` and `route`
 * joined by line feeds.
 */
export function sumPendingGaps(ledger: LedgerConnection): ReadonlyMap<string, number> {
  const rows = ledger
    .sql(
      `SELECT node_id, table_name, epoch, route, SUM(to_seq - from_seq + 1) AS pending FROM (
         SELECT node_id, table_name, epoch, route, from_seq, to_seq FROM gaps WHERE state = 'pending'
         UNION ALL
         SELECT node_id, table_name, epoch, route, from_seq, to_seq FROM executions INDEXED BY executions_open
           WHERE state IN ('claimed', 'encoded') AND kind = 'gap')
       GROUP BY node_id, table_name, epoch, route`,
    )
    .all() as { node_id: string; table_name: string; epoch: string; route: string; pending: number }[]
  return new Map(rows.map((row) => [[row.node_id, row.table_name, row.epoch, row.route].join('\n'), row.pending]))
}
