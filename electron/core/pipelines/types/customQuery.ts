import type { ColumnKind, ColumnSpec } from '../../../../shared/domain/columns.ts'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { shapeOfQuery } from '../../db/batchTable.ts'
import type { BatchColumn, QueryColumn, QueryShape } from '../../db/batchTable.ts'
import type { TablePlan } from '../../db/nodePort.ts'
import { kindOfDeclared, outputName } from '../schema.ts'

/** A custom pipeline's SQL made ready: with row accounting, and the columns it gives. */
export interface CompiledQuery {
  /** Gives `_row_id` first; an aggregate also gives the number of rows it stands for, second. */
  readonly sql: string
  readonly kind: 'rows' | 'aggregate'
  readonly schema: readonly ColumnSpec[]
  /** Index into `schema` of the source's own time column, or -1. */
  readonly timeIndex: number
}

const SIMPLE_SELECT = /^select\s+(?!distinct\b|all\b)/i
const COMPOUND = /\b(?:union|except|intersect)\b|\(\s*(?:select|with)\b/i
const WINDOWED = /\bover\s*(?:\(|[a-z_])/i
const NOT_REPEATABLE =
  /\brandom(?:blob)?\s*\(|\bcurrent_(?:time|date|timestamp)\b|'now'|\b(?:julianday|unixepoch|date|time|datetime)\s*\(\s*\)/i

/**
 * Checks and completes the SQL of a custom pipeline. Its columns and their types follow from the table alone. Every
 * output row carries the sequence it stands for: added here to a plain `SELECT … FROM batch [WHERE] [GROUP BY]`, to be
 * given as `_row_id` by anything more involved. Throws `invalid` with SQLite's words for a query that cannot run, and for
 * one that would not give the same rows twice.
 */
export function compileQuery(name: string, sql: string, plan: TablePlan): CompiledQuery {
  const text = sql.trim().replace(/;\s*$/, '')
  if (NOT_REPEATABLE.test(text)) {
    throw refused(
      name,
      'uses the clock or random numbers',
      'An upload that is repeated has to give the same rows: use only the values of the batch.',
    )
  }
  const columns = batchColumns(plan)
  const asked = shape(name, columns, text)
  if (!asked.isReadOnly) throw refused(name, 'is not a SELECT', 'Write it as SELECT … FROM batch.')
  const own = asked.columns.findIndex((column) => column.name.toLowerCase() === '_row_id')
  if (own >= 0) {
    const others = asked.columns.filter((_, index) => index !== own)
    const list = ['_row_id', ...others.map((column) => `"${column.name.replaceAll('"', '""')}"`)]
    return finishQuery(name, plan, `SELECT ${list.join(', ')} FROM (${text})`, 'rows', others)
  }
  if (!SIMPLE_SELECT.test(text) || COMPOUND.test(text) || (WINDOWED.test(text) && /\bgroup\s+by\b/i.test(text))) {
    throw refused(
      name,
      'does not say which row each result stands for',
      'Give that row’s sequence as a column _row_id.',
    )
  }
  const kind = asked.isAggregate && !WINDOWED.test(text) ? 'aggregate' : 'rows'
  const added = kind === 'aggregate' ? 'fieldgate_last(_row_id), COUNT(*), ' : '_row_id, '
  const completed = text.replace(SIMPLE_SELECT, (select) => select + added)
  shape(name, columns, completed)
  return finishQuery(name, plan, completed, kind, asked.columns)
}

/** The table `batch` of a plan: the source's columns under their own names. */
export function batchColumns(plan: TablePlan): readonly BatchColumn[] {
  return plan.columns.map((column) => ({
    name: column.name.toLowerCase() === '_row_id' ? '_row_id_source' : column.name,
    declaredType: column.declaredType,
  }))
}

function finishQuery(
  name: string,
  plan: TablePlan,
  sql: string,
  kind: CompiledQuery['kind'],
  columns: readonly QueryColumn[],
): CompiledQuery {
  const taken = new Set<string>()
  for (const column of columns) {
    const key = column.name.toLowerCase()
    if (taken.has(key))
      throw refused(name, `gives two columns called ${column.name}`, 'Name one of them otherwise with AS.')
    taken.add(key)
  }
  return {
    sql,
    kind,
    schema: columns.map((column) => ({ name: outputName(column.name), kind: kindOf(column, plan), nullable: true })),
    timeIndex: columns.findIndex((column) => column.origin === plan.timestampColumn),
  }
}

function kindOf(column: QueryColumn, plan: TablePlan): ColumnKind {
  if (column.origin === plan.timestampColumn) return 'timestamp'
  if (column.origin !== undefined && column.declaredType !== undefined) return kindOfDeclared(column.declaredType)
  if (column.sampleType === 'integer') return 'int64'
  if (column.sampleType === 'real') return 'double'
  return column.sampleType === 'blob' ? 'bytes' : 'string'
}

function shape(name: string, columns: readonly BatchColumn[], sql: string): QueryShape {
  try {
    return shapeOfQuery(columns, sql)
  } catch (error) {
    throw refused(
      name,
      `cannot run: ${error instanceof Error ? error.message : String(error)}`,
      `The rows are in the table batch; it has ${columns.map((column) => column.name).join(', ')} and _row_id.`,
    )
  }
}

function refused(name: string, what: string, hint: string): FieldgateError {
  return new FieldgateError('invalid', `The SQL of the custom pipeline "${name}" ${what}.`, { hint })
}
