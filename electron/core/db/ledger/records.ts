import type { Lane } from '../../../../shared/domain/execution.ts'
import type { LedgerConnection } from './connection.ts'

export interface AuditEntry {
  readonly id: number
  readonly atMs: number
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly before: string | undefined
  readonly after: string | undefined
  readonly reason: string | undefined
}

/** Appends to the audit trail: who did what to which thing, with the value before and after. */
export function addAudit(ledger: LedgerConnection, entry: Omit<AuditEntry, 'id'>): void {
  ledger.write(() =>
    ledger
      .sql('INSERT INTO audit (at_ms, actor, action, subject, before, after, reason) VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(
        entry.atMs,
        entry.actor,
        entry.action,
        entry.subject,
        entry.before ?? null,
        entry.after ?? null,
        entry.reason ?? null,
      ),
  )
}

/** The newest entries of the audit trail, newest first. */
export function listAudit(ledger: LedgerConnection, limit: number): readonly AuditEntry[] {
  const rows = ledger.sql('SELECT * FROM audit ORDER BY id DESC LIMIT ?').all(limit) as {
    id: number
    at_ms: number
    actor: string
    action: string
    subject: string
    before: string | null
    after: string | null
    reason: string | null
  }[]
  return rows.map((row) => ({
    id: row.id,
    atMs: row.at_ms,
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    before: row.before ?? undefined,
    after: row.after ?? undefined,
    reason: row.reason ?? undefined,
  }))
}

export interface QuarantineEntry {
  readonly id: number
  readonly nodeId: string
  readonly table: string
  readonly epoch: string
  readonly route: string
  readonly sequence: number
  readonly reasons: readonly string[]
  readonly row: string
  readonly atMs: number
  readonly state: 'open' | 'replayed'
}

/** Rows kept aside with their reasons, newest first; with `isOpen` only those that still wait. */
export function listQuarantine(
  ledger: LedgerConnection,
  filter: { readonly nodeId?: string | undefined; readonly limit: number; readonly isOpen?: boolean },
): readonly QuarantineEntry[] {
  const rows = ledger
    .sql(
      `SELECT * FROM quarantine WHERE (? IS NULL OR node_id = ?) AND (? = 0 OR state = 'open') ORDER BY id DESC LIMIT ?`,
    )
    .all(filter.nodeId ?? null, filter.nodeId ?? null, filter.isOpen === true ? 1 : 0, filter.limit) as {
    id: number
    node_id: string
    table_name: string
    epoch: string
    route: string
    sequence: number
    reasons: string
    row: string
    at_ms: number
    state: 'open' | 'replayed'
  }[]
  return rows.map((row) => ({
    id: row.id,
    nodeId: row.node_id,
    table: row.table_name,
    epoch: row.epoch,
    route: row.route,
    sequence: row.sequence,
    reasons: JSON.parse(row.reasons) as string[],
    row: row.row,
    atMs: row.at_ms,
    state: row.state,
  }))
}

/** True the first time a foreign state file with this content is seen; false for ever after. */
export function noteImport(
  ledger: LedgerConnection,
  file: { readonly path: string; readonly sha256: string; readonly atMs: number; readonly note: string },
): boolean {
  return ledger.write(
    () =>
      ledger.sql('INSERT OR IGNORE INTO imports VALUES (?, ?, ?, ?)').run(file.path, file.sha256, file.atMs, file.note)
        .changes === 1,
  )
}

/** Totals of a node's succeeded executions by route. */
export interface RouteTotals {
  readonly nodeId: string
  readonly route: string
  readonly executions: number
  readonly rows: number
  readonly kept: number
  readonly rejected: number
  readonly filtered: number
  readonly aggregated: number
  readonly bytes: number
  readonly averageMs: number
  readonly lastFinishedAtMs: number | undefined
  readonly newestEventMs: number | undefined
}

/** What succeeded since a time, by node and route. Bytes are those of the objects. */
export function sumByRoute(ledger: LedgerConnection, sinceMs: number, nodeId?: string): readonly RouteTotals[] {
  return ledger
    .sql(
      `SELECT node_id AS nodeId, route, SUM(claims) AS executions, SUM(read_rows) AS rows, SUM(kept_rows) AS kept,
         SUM(rejected_rows) AS rejected, SUM(filtered_rows) AS filtered, SUM(aggregated_rows) AS aggregated,
         SUM(bytes) AS bytes, SUM(finished_at_ms - claimed_at_ms) * 1.0 / SUM(claims) AS averageMs, MAX(finished_at_ms) AS lastFinishedAtMs,
         MAX(newest_event_ms) AS newestEventMs
       FROM executions WHERE state = 'succeeded' AND finished_at_ms >= ? AND (? IS NULL OR node_id = ?)
       GROUP BY node_id, route ORDER BY node_id, route`,
    )
    .all(sinceMs, nodeId ?? null, nodeId ?? null) as RouteTotals[]
}

/** What a lane has delivered in all; kept by each commit, so that asking for a fleet reads one row per lane. */
export interface LaneTotals extends Lane {
  readonly executions: number
  readonly rows: number
  readonly bytes: number
  readonly lastFinishedAtMs: number
  readonly newestEventMs: number | undefined
}

/** What every lane has delivered since its beginning, without a scan of its executions. */
export function listLaneTotals(ledger: LedgerConnection): readonly LaneTotals[] {
  const rows = ledger.sql('SELECT * FROM lane_totals ORDER BY node_id, table_name, epoch, route').all() as {
    node_id: string
    table_name: string
    epoch: string
    route: string
    executions: number
    read_rows: number
    bytes: number
    last_finished_ms: number
    newest_event_ms: number | null
  }[]
  return rows.map((row) => ({
    nodeId: row.node_id,
    table: row.table_name,
    epoch: row.epoch,
    route: row.route,
    executions: row.executions,
    rows: row.read_rows,
    bytes: row.bytes,
    lastFinishedAtMs: row.last_finished_ms,
    newestEventMs: row.newest_event_ms ?? undefined,
  }))
}

/** Rows that wait in quarantine, by node. */
export function countQuarantineByNode(ledger: LedgerConnection): ReadonlyMap<string, number> {
  const rows = ledger
    .sql(`SELECT node_id AS nodeId, COUNT(*) AS n FROM quarantine WHERE state = 'open' GROUP BY node_id`)
    .all() as { nodeId: string; n: number }[]
  return new Map(rows.map((row) => [row.nodeId, row.n]))
}

/** Bytes and rows of executions that ended at or after `sinceMs`, by node. */
export function deliveredSince(
  ledger: LedgerConnection,
  sinceMs: number,
): ReadonlyMap<string, { readonly rows: number; readonly bytes: number }> {
  const rows = ledger
    .sql(
      `SELECT node_id AS nodeId, SUM(read_rows) AS rows, SUM(bytes) AS bytes FROM executions INDEXED BY executions_finished
       WHERE state = 'succeeded' AND finished_at_ms >= ? GROUP BY node_id`,
    )
    .all(sinceMs) as { nodeId: string; rows: number; bytes: number }[]
  return new Map(rows.map(({ nodeId, ...sums }) => [nodeId, sums]))
}

/** Bytes delivered in the calendar month (UTC) of the instant. */
export function monthBytes(ledger: LedgerConnection, atMs: number): number {
  const month = new Date(atMs).toISOString().slice(0, 7)
  const row = ledger.sql('SELECT bytes FROM month_bytes WHERE month = ?').get(month) as { bytes: number } | undefined
  return row?.bytes ?? 0
}

/** True when a foreign state file with this content was imported. */
export function hasImport(ledger: LedgerConnection, sha256: string): boolean {
  return ledger.sql('SELECT 1 FROM imports WHERE sha256 = ?').get(sha256) !== undefined
}
