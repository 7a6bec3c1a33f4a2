import { join } from 'node:path'
import { writeFileAtomic } from '../support/atomicFile.ts'
import { listExecutions } from '../db/ledger/executions.ts'
import { listCursors } from '../db/ledger/lanes.ts'
import { sumByRoute } from '../db/ledger/records.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'

/** Marks the file as an export of ours, so that it is never taken for a foreign state to import. */
export const STATE_FILE_WRITER = 'fieldgate'

export function stateFilePath(stateDir: string): string {
  return join(stateDir, 'last_upload_state.json')
}

/**
 * Writes `last_upload_state.json` for readers that know the seed's file: an atomic export of the ledger, never read
 * back. The top-level keys are those of the earlier uploaders; `nodes` holds the exact position of every lane.
 */
export function exportStateFile(ledger: LedgerConnection, stateDir: string): void {
  const totals = sumByRoute(ledger, 0)
  const newest = totals.reduce<number | undefined>(
    (latest, route) =>
      route.newestEventMs === null || route.newestEventMs === undefined
        ? latest
        : Math.max(latest ?? 0, route.newestEventMs),
    undefined,
  )
  const last = listExecutions(ledger, { limit: 50 }).find((execution) => execution.state === 'succeeded')
  const nodes: Record<string, Record<string, unknown>> = {}
  for (const cursor of listCursors(ledger)) {
    const node = (nodes[cursor.nodeId] ??= {})
    const table = (node[cursor.table] ??= {}) as Record<string, unknown>
    const sums = totals.find((total) => total.nodeId === cursor.nodeId && total.route === cursor.route)
    table[cursor.route] = {
      epoch: cursor.epoch,
      acknowledged_sequence: cursor.ackedSeq,
      records_uploaded: sums?.rows ?? 0,
      updated_at: new Date(cursor.updatedAtMs).toISOString(),
    }
  }
  const content = {
    writer: STATE_FILE_WRITER,
    version: 1,
    last_upload: last?.finishedAtMs === undefined ? null : new Date(last.finishedAtMs).toISOString(),
    last_timestamp: newest === undefined ? null : new Date(newest).toISOString(),
    records_uploaded: totals.reduce((sum, route) => sum + route.rows, 0),
    last_pipeline_type: last?.route ?? null,
    nodes,
  }
  writeFileAtomic(stateFilePath(stateDir), `${JSON.stringify(content, null, 2)}\n`)
}
