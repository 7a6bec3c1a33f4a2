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

/** Rows kept aside with their reasons, newest first. */
export function listQuarantine(
  ledger: LedgerConnection,
  filter: { readonly nodeId?: string | undefined; readonly limit: number },
): readonly QuarantineEntry[] {
  const rows = ledger
    .sql('SELECT * FROM quarantine WHERE (? IS NULL OR node_id = ?) ORDER BY id DESC LIMIT ?')
    .all(filter.nodeId ?? null, filter.nodeId ?? null, filter.limit) as {
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

export function sumByRoute(ledger: LedgerConnection, sinceMs: number, nodeId?: string): readonly RouteTotals[] {
  return ledger
    .sql(
      `SELECT node_id AS nodeId, route, COUNT(*) AS executions, SUM(read_rows) AS rows, SUM(kept_rows) AS kept,
         SUM(rejected_rows) AS rejected, SUM(filtered_rows) AS filtered, SUM(aggregated_rows) AS aggregated,
         SUM(bytes) AS bytes, AVG(finished_at_ms - claimed_at_ms) AS averageMs, MAX(finished_at_ms) AS lastFinishedAtMs,
         MAX(newest_event_ms) AS newestEventMs
       FROM executions WHERE state = 'succeeded' AND finished_at_ms >= ? AND (? IS NULL OR node_id = ?)
       GROUP BY node_id, route ORDER BY node_id, route`,
    )
    .all(sinceMs, nodeId ?? null, nodeId ?? null) as RouteTotals[]
}

/** Rows of a node that wait in quarantine. */
export function countQuarantine(ledger: LedgerConnection, nodeId: string): number {
  const row = ledger.sql(`SELECT COUNT(*) AS n FROM quarantine WHERE node_id = ? AND state = 'open'`).get(nodeId) as {
    n: number
  }
  return row.n
}
