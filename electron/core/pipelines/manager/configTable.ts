import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { timestampReader } from '../../../../shared/domain/timestamps.ts'

/** Reads rows as arrays; what both the read-only connection and the writer of a node database offer. */
export interface RowReader {
  all(sql: string, parameters?: readonly (number | string)[]): unknown[][]
}

/** One row of `pipeline_config`, whichever tool wrote it. */
export interface ConfigRow {
  readonly id: number
  /** As it is written in the table: an old name, or one that nobody knows. */
  readonly type: string
  readonly atMs: number | undefined
  readonly by: string | undefined
  readonly reason: string | undefined
  readonly backfill: boolean
}

export const CONFIG_TABLE = 'pipeline_config'
const readTime = timestampReader('text', 'UTC')

/** Column names of a table, in order; empty when there is no such table. */
function columnsOf(reader: RowReader, table: string): readonly string[] {
  return reader.all('SELECT name FROM pragma_table_info(?)', [table]).map((row) => String(row[0]))
}

/**
 * The newest rows of `pipeline_config`, newest first, by id: two changes in one second keep their order. Understands
 * the four shapes that earlier tools made, told apart by their columns, and Fieldgate's own. Undefined when there is
 * no such table; throws `unsupported` for a table of that name that holds something else.
 */
export function readConfigRows(reader: RowReader, path: string, limit: number): readonly ConfigRow[] | undefined {
  const columns = columnsOf(reader, CONFIG_TABLE)
  if (columns.length === 0) return undefined
  if (!columns.includes('pipeline_type')) throw notOurs(path)
  const id = columns.includes('id') ? 'id' : 'rowid'
  const fields = [
    id,
    'pipeline_type',
    firstOf(columns, ['updated_at', 'created_at']),
    firstOf(columns, ['updated_by', 'created_by']),
    firstOf(columns, ['reason']),
    firstOf(columns, ['backfill']),
  ]
  return reader
    .all(`SELECT ${fields.join(', ')} FROM ${CONFIG_TABLE} ORDER BY ${id} DESC LIMIT ?`, [limit])
    .map((row) => ({
      id: Number(row[0]),
      type: String(row[1]),
      atMs: readMillis(row[2]),
      by: text(row[3]),
      reason: text(row[4]),
      backfill: row[5] === 1,
    }))
}

/** An execution that an earlier tool recorded in the node's database. */
export interface ForeignExecution {
  readonly id: number
  readonly type: string
  readonly startedAtMs: number | undefined
  readonly completedAtMs: number | undefined
  readonly rows: number
  readonly status: string | undefined
  readonly error: string | undefined
}

/** Executions in `pipeline_executions`, newest first; empty when there is no such table. */
export function readForeignExecutions(reader: RowReader, limit: number): readonly ForeignExecution[] {
  const columns = columnsOf(reader, 'pipeline_executions')
  if (!columns.includes('pipeline_type')) return []
  const fields = [
    'rowid',
    'pipeline_type',
    firstOf(columns, ['started_at', 'created_at']),
    firstOf(columns, ['completed_at']),
    firstOf(columns, ['records_processed']),
    firstOf(columns, ['status']),
    firstOf(columns, ['error_message']),
  ]
  return reader
    .all(`SELECT ${fields.join(', ')} FROM pipeline_executions ORDER BY rowid DESC LIMIT ?`, [limit])
    .map((row) => ({
      id: Number(row[0]),
      type: String(row[1]),
      startedAtMs: readMillis(row[2]),
      completedAtMs: readMillis(row[3]),
      rows: Number(row[4] ?? 0),
      status: text(row[5]),
      error: text(row[6]),
    }))
}

/** COALESCE of the columns that exist, or NULL. */
function firstOf(columns: readonly string[], wanted: readonly string[]): string {
  const found = wanted.filter((name) => columns.includes(name))
  return found.length > 1 ? `COALESCE(${found.join(', ')})` : (found[0] ?? 'NULL')
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
}

/** SQLite's CURRENT_TIMESTAMP and ISO text alike; text without a zone is UTC. */
function readMillis(value: unknown): number | undefined {
  const micros = readTime(value)
  return Number.isNaN(micros) ? undefined : Math.floor(micros / 1000)
}

function notOurs(path: string): FieldgateError {
  return new FieldgateError('unsupported', `The table ${CONFIG_TABLE} of ${path} has no column pipeline_type.`, {
    hint: 'It belongs to another program. Rename it, then set the pipeline type again.',
  })
}
