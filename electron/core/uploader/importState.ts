import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { Lane } from '../../../shared/domain/execution.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { timestampReader } from '../../../shared/domain/timestamps.ts'
import { noteImport } from '../db/ledger/records.ts'
import { addGap, openLane } from '../db/ledger/lanes.ts'
import type { NodeDatabase, TablePlan } from '../db/nodePort.ts'
import type { UploaderPorts } from './ports.ts'
import type { CurrentEpoch } from './epoch.ts'
import { STATE_FILE_WRITER } from './stateFile.ts'

/** Where earlier uploaders kept their position, relative to the state folder. */
const FOREIGN_FILES = [
  'last_upload_state.json',
  'upload_state.json',
  'last_upload.json',
  's3-uploader/upload_state.json',
]
/** Keys under which they wrote it, best first. */
const POSITION_KEYS = ['last_timestamp', 'last_upload', 'last_upload_time']
const SCAN_ROWS = 1_000

export interface ForeignState {
  readonly path: string
  readonly timestamp: string
  readonly sha256: string
}

/**
 * The position of an earlier uploader, if its state file lies in the state folder. An export of Fieldgate itself is
 * never one. Throws `corrupt` for a file that is not readable JSON, naming it and the remedy.
 */
export function findForeignState(stateDir: string): ForeignState | undefined {
  for (const name of FOREIGN_FILES) {
    const path = join(stateDir, name)
    if (!existsSync(path)) continue
    const text = readFileSync(path, 'utf8')
    const content = parse(path, text)
    if (content['writer'] === STATE_FILE_WRITER) continue
    const timestamp = POSITION_KEYS.map((key) => content[key]).find(
      (value) => typeof value === 'string' && value !== '',
    )
    if (typeof timestamp !== 'string') continue
    return { path, timestamp, sha256: createHash('sha256').update(text).digest('hex') }
  }
  return undefined
}

function parse(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Falls through to the one error below.
  }
  throw new FieldgateError('corrupt', `The state file ${path} of an earlier uploader cannot be read.`, {
    hint: 'Move it away to deliver everything from the first row, or put back a whole copy to continue where it stopped.',
  })
}

/** The one table whose position an earlier uploader may have left. */
export interface ImportTarget {
  readonly node: NodeConfig
  readonly database: NodeDatabase
  readonly plan: TablePlan
  readonly epoch: CurrentEpoch
  readonly route: string
}

/**
 * Continues where an earlier uploader stopped, once: rows before the first one as new as its timestamp count as delivered
 * by it. Rows of that very time are sent again, because it lost those behind the edge of a batch, and so are late rows
 * behind the point. Returns the sequence it continues after, or undefined when there was nothing to import. All of it is
 * one transaction.
 */
export function importForeignState(ports: UploaderPorts, target: ImportTarget): number | undefined {
  const { node, plan, epoch, route } = target
  const state = findForeignState(ports.config.stateDir)
  if (state === undefined) return undefined
  const now = ports.clock.now()
  const position = firstSequenceSince(target, state) - 1
  const lane: Lane = { nodeId: node.id, table: plan.table, epoch: epoch.epoch, route }
  const isNew = ports.ledger.write(() => {
    const { path, sha256 } = state
    if (!noteImport(ports.ledger, { path, sha256, atMs: now, note: `${node.id} after ${position}` })) return false
    if (position < epoch.firstSeq) return true
    openLane(ports.ledger, lane, position, now)
    addGap(ports.ledger, lane, epoch.firstSeq, position, `delivered by an earlier uploader (${path})`)
    return true
  })
  if (!isNew || position < epoch.firstSeq) return undefined
  ports.log.info('Continuing where an earlier uploader stopped.', { nodeId: node.id, afterSequence: position })
  return position
}

function firstSequenceSince({ database, plan, node }: ImportTarget, state: ForeignState): number {
  const lastMicros = timestampReader('text', node.timeZone)(state.timestamp)
  if (Number.isNaN(lastMicros)) {
    throw new FieldgateError('corrupt', `The state file ${state.path} holds no readable time: "${state.timestamp}".`, {
      hint: 'Correct it to an ISO 8601 time, or move the file away to deliver everything from the first row.',
    })
  }
  const read = timestampReader(plan.timestampEncoding, node.timeZone)
  const column = plan.columns.findIndex((candidate) => candidate.name === plan.timestampColumn) + 1
  const { minSeq, maxSeq } = database.identity(plan.table)
  if (minSeq === undefined || maxSeq === undefined) return 1
  for (let after = minSeq - 1; after < maxSeq;) {
    const rows = database.readRows(plan, after, maxSeq, SCAN_ROWS)
    for (const row of rows) if (!(read(row[column]) < lastMicros)) return Number(row[0])
    if (rows.length === 0) break
    after = Number(rows.at(-1)?.[0])
  }
  return maxSeq + 1
}
