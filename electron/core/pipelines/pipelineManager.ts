import { FieldgateError } from '../../../shared/domain/errors.ts'
import {
  DEFAULT_PIPELINE_TYPE,
  PIPELINE_TYPE_ALIASES,
  resolvePipelineType,
} from '../../../shared/domain/pipelineTypes.ts'
import { openSource } from '../db/node/connection.ts'
import { writeNode } from '../db/nodeWriter.ts'
import type { NodeWriter } from '../db/nodeWriter.ts'
import { CONFIG_TABLE, readConfigRows, readForeignExecutions } from './manager/configTable.ts'
import type { ConfigRow, ForeignExecution, RowReader } from './manager/configTable.ts'
import { prepareConfigTable } from './manager/migrate.ts'

/** The pipeline type in force on a node. `revision` is the id of the change that set it, 0 when nothing was ever set. */
export interface PipelineState {
  readonly type: string
  readonly revision: number
  readonly backfill: boolean
  /** ISO 8601 in UTC. */
  readonly updatedAt: string | undefined
  readonly updatedBy: string | undefined
  readonly reason: string | undefined
  readonly source: 'table' | 'default'
}

/** One change of the append-only history. */
export interface PipelineHistoryEntry {
  readonly id: number
  readonly type: string
  readonly at: string | undefined
  readonly atMs: number | undefined
  readonly by: string | undefined
  readonly reason: string | undefined
  readonly backfill: boolean
  readonly isCurrent: boolean
}

export interface PipelineChangeRequest {
  readonly type: string
  readonly by: string
  readonly reason: string | undefined
  /** Deliver also what this type left out before. Asking for it counts as a change even when the type stays. */
  readonly backfill: boolean
  readonly atMs: number
  readonly customTypes: readonly string[]
}

/** What a set did. `previous` is undefined when nothing was set before. */
export interface PipelineChangeOutcome {
  readonly changed: boolean
  readonly previous: string | undefined
  readonly revision: number
}

/** A foreign reader may order by time: a change within this time of the last one is dated just after it. */
const SAME_MOMENT_MS = 5_000

/**
 * The pipeline type in force: the newest change by id, or `raw` when nothing was ever set. Reads only. Throws `invalid`
 * when the table holds a type that neither the product nor `customTypes` knows: rows are never routed by a guess.
 */
export function readPipeline(path: string, options: { readonly customTypes: readonly string[] }): PipelineState {
  return reading(path, (reader) => readPipelineFrom(reader, path, options))
}

/** What `readPipeline` says, through a connection that is open already. */
export function readPipelineFrom(
  reader: RowReader,
  path: string,
  options: { readonly customTypes: readonly string[] },
): PipelineState {
  const latest = readConfigRows(reader, path, 1)?.[0]
  if (latest === undefined) {
    return {
      type: DEFAULT_PIPELINE_TYPE,
      revision: 0,
      backfill: false,
      updatedAt: undefined,
      updatedBy: undefined,
      reason: undefined,
      source: 'default',
    }
  }
  return {
    type: knownType(latest, path, options.customTypes),
    revision: latest.id,
    backfill: latest.backfill,
    updatedAt: isoTime(latest.atMs),
    updatedBy: latest.by,
    reason: latest.reason,
    source: 'table',
  }
}

/**
 * Sets the pipeline type: check and change are one immediate transaction in the node's database, so that any number of
 * processes may set at once and each change is in the history exactly once. `changed` is false when the type was in
 * force already. Migrates a table of an earlier tool on the first real change. Throws `invalid` for an unknown type.
 */
export function setPipeline(path: string, change: PipelineChangeRequest): PipelineChangeOutcome {
  resolvePipelineType(change.type, change.customTypes)
  return writeNode(path, (writer) => setPipelineWith(writer, path, change))
}

/** What `setPipeline` does, within a transaction that is open already. */
export function setPipelineWith(
  writer: NodeWriter,
  path: string,
  change: PipelineChangeRequest,
): PipelineChangeOutcome {
  const type = resolvePipelineType(change.type, change.customTypes)
  const latest = readConfigRows(writer, path, 1)?.[0]
  const previous = latest === undefined ? undefined : canonicalName(latest.type)
  if (previous === type && !change.backfill) return { changed: false, previous, revision: latest?.id ?? 0 }
  prepareConfigTable(writer)
  return { changed: true, previous, revision: appendChange(writer, type, change, latest) }
}

function appendChange(
  writer: NodeWriter,
  type: string,
  change: PipelineChangeRequest,
  latest: ConfigRow | undefined,
): number {
  const lastMs = latest?.atMs ?? Number.NEGATIVE_INFINITY
  const isTie = lastMs >= change.atMs && lastMs - change.atMs < SAME_MOMENT_MS
  const at = sqlTime(isTie ? lastMs + 1 : change.atMs)
  writer.run(`UPDATE ${CONFIG_TABLE} SET is_active = 0 WHERE is_active IS NOT 0`)
  writer.run(
    `INSERT INTO ${CONFIG_TABLE} (pipeline_type, updated_at, updated_by, reason, backfill, metadata, is_active, created_at, created_by)
     VALUES (?, ?, ?, ?, ?, '{"source":"fieldgate"}', 1, ?, ?)`,
    [type, at, change.by, change.reason ?? null, change.backfill ? 1 : 0, at, change.by],
  )
  return Number(writer.all('SELECT last_insert_rowid()')[0]?.[0])
}

/** Changes newest first, by id, whoever made them; old type names appear as what they are called now. */
export function pipelineHistory(path: string, limit: number): readonly PipelineHistoryEntry[] {
  const rows = reading(path, (reader) => readConfigRows(reader, path, limit)) ?? []
  return rows.map((row, index) => ({
    id: row.id,
    type: canonicalName(row.type),
    at: isoTime(row.atMs),
    atMs: row.atMs,
    by: row.by,
    reason: row.reason,
    backfill: row.backfill,
    isCurrent: index === 0,
  }))
}

/** Executions that earlier tools recorded in the node's database, newest first. */
export function pipelineExecutions(path: string, limit: number): readonly ForeignExecution[] {
  return reading(path, (reader) => readForeignExecutions(reader, limit))
}

function reading<T>(path: string, work: (reader: RowReader) => T): T {
  const source = openSource(path)
  try {
    return work(source)
  } finally {
    source.close()
  }
}

function canonicalName(written: string): string {
  const name = written.trim().toLowerCase()
  return PIPELINE_TYPE_ALIASES[name] ?? name
}

function knownType(row: ConfigRow, path: string, customTypes: readonly string[]): string {
  try {
    return resolvePipelineType(row.type, customTypes)
  } catch (error) {
    throw new FieldgateError('invalid', `${path} is set to the pipeline type "${row.type}", which is unknown here.`, {
      hint: `Set a known one (fieldgate pipeline set raw), or declare "${row.type}" under "pipelines" in the configuration.`,
      cause: error,
    })
  }
}

function isoTime(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString()
}

/** `YYYY-MM-DD HH:MM:SS.mmm` in UTC: sorts as text behind the second that CURRENT_TIMESTAMP writes. */
function sqlTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('T', ' ').replace('Z', '')
}
