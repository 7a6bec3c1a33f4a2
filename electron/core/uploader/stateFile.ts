import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import { listExecutions } from '../db/ledger/executions.ts'
import { listCursors } from '../db/ledger/lanes.ts'
import { hasImport, listLaneTotals } from '../db/ledger/records.ts'
import { writeFileAtomic } from '../support/atomicFile.ts'
import type { UploaderPorts } from './ports.ts'

/** Marks the file as an export of ours, so that it is never taken for a foreign state to import. */
export const STATE_FILE_WRITER = 'fieldgate'

/** Where the export for readers of the older system lies. */
export function stateFilePath(stateDir: string): string {
  return join(stateDir, 'last_upload_state.json')
}

/**
 * Writes `last_upload_state.json` for readers that know the seed's file: an atomic export of the ledger, never read
 * back. The top-level keys are those of the earlier uploaders; `nodes` holds the exact position of every lane. A file of
 * an earlier uploader is replaced only once it was imported, and kept beside it with the suffix `.imported`.
 */
export function exportStateFile(ledger: LedgerConnection, stateDir: string): void {
  const path = stateFilePath(stateDir)
  if (!mayReplace(ledger, path)) return
  writeFileAtomic(path, `${JSON.stringify(describeState(ledger), null, 2)}\n`)
}

function mayReplace(ledger: LedgerConnection, path: string): boolean {
  if (!existsSync(path)) return true
  const text = readFileSync(path, 'utf8')
  if (isOurs(text)) return true
  if (!hasImport(ledger, createHash('sha256').update(text).digest('hex'))) return false
  copyFileSync(path, `${path}.imported`)
  return true
}

function isOurs(text: string): boolean {
  try {
    return (JSON.parse(text) as { writer?: unknown } | null)?.writer === STATE_FILE_WRITER
  } catch {
    return false
  }
}

function describeState(ledger: LedgerConnection): Record<string, unknown> {
  const totals = listLaneTotals(ledger)
  const ofLane = new Map(totals.map((lane) => [`${lane.nodeId}\n${lane.table}\n${lane.epoch}\n${lane.route}`, lane]))
  const newest = totals.reduce<number | undefined>(
    (latest, lane) => (lane.newestEventMs === undefined ? latest : Math.max(latest ?? 0, lane.newestEventMs)),
    undefined,
  )
  const last = listExecutions(ledger, { limit: 50 }).find((execution) => execution.state === 'succeeded')
  const nodes: Record<string, Record<string, Record<string, unknown>>> = {}
  for (const cursor of listCursors(ledger)) {
    const table = ((nodes[cursor.nodeId] ??= {})[cursor.table] ??= {})
    const sums = ofLane.get(`${cursor.nodeId}\n${cursor.table}\n${cursor.epoch}\n${cursor.route}`)
    table[cursor.route] = {
      epoch: cursor.epoch,
      acknowledged_sequence: cursor.ackedSeq,
      records_uploaded: sums?.rows ?? 0,
      updated_at: new Date(cursor.updatedAtMs).toISOString(),
    }
  }
  return {
    writer: STATE_FILE_WRITER,
    version: 1,
    last_upload: last?.finishedAtMs === undefined ? null : new Date(last.finishedAtMs).toISOString(),
    last_timestamp: newest === undefined ? null : new Date(newest).toISOString(),
    records_uploaded: totals.reduce((sum, lane) => sum + lane.rows, 0),
    last_pipeline_type: last?.route ?? null,
    nodes,
  }
}

/** The export of a running uploader: written soon after something changed, not at every change. */
export interface StateExport {
  note(): void
  writeIfDue(nowMs: number): void
  writeIfNoted(): void
  write(): void
}

const EXPORT_EVERY_MS = 5_000

/** The export of a running uploader: noted at every change, written at most once per period and at the end. */
export function createStateExport(ports: Pick<UploaderPorts, 'ledger' | 'config'>): StateExport {
  let isNoted = false
  let writtenAtMs = Number.NEGATIVE_INFINITY
  const stateExport: StateExport = {
    note: () => {
      isNoted = true
    },
    writeIfDue(nowMs) {
      if (!isNoted || nowMs - writtenAtMs < EXPORT_EVERY_MS) return
      writtenAtMs = nowMs
      stateExport.write()
    },
    writeIfNoted() {
      if (isNoted) stateExport.write()
    },
    write() {
      isNoted = false
      exportStateFile(ports.ledger, ports.config.stateDir)
    },
  }
  return stateExport
}
