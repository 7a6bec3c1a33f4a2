import { EXTRA_COLUMN, LINEAGE_COLUMNS } from '../../../shared/domain/columns.ts'
import type { ColumnKind, ColumnSpec } from '../../../shared/domain/columns.ts'
import type { SourceColumn, TablePlan } from '../db/nodePort.ts'

/** Names that the encoder adds, and names that Auto Loader owns. */
const RESERVED = new Set([EXTRA_COLUMN, ...LINEAGE_COLUMNS.map((column) => column.name), '_metadata', '_rescued_data'])

/**
 * The kind a declared SQLite type is pinned to. It follows from the declaration alone, so a batch of nulls or of whole
 * numbers never changes a column's type. A column without a type holds text.
 */
export function kindOfDeclared(declaredType: string): ColumnKind {
  const type = declaredType.toUpperCase()
  if (/BOOL/.test(type)) return 'boolean'
  if (/INT/.test(type) && !/POINT/.test(type)) return 'int64'
  if (/CHAR|CLOB|TEXT|DATE|TIME|JSON/.test(type)) return 'string'
  if (/BLOB|BINARY/.test(type)) return 'bytes'
  if (/REAL|FLOA|DOUB|NUM|DEC/.test(type)) return 'double'
  return 'string'
}

/** A name that no added column has; those that would clash get `_source` behind them. */
export function outputName(name: string): string {
  return RESERVED.has(name.toLowerCase()) ? `${name}_source` : name
}

/** A name for an added column that no column of the source has. */
export function addedName(name: string, columns: readonly SourceColumn[]): string {
  const taken = columns.some((column) => outputName(column.name).toLowerCase() === name)
  return taken ? `${name}_added` : name
}

/** The table's own columns as they are delivered: every one, in order, the time column as a timestamp. */
export function sourceSchema(plan: TablePlan): readonly ColumnSpec[] {
  return plan.columns.map((column) => ({
    name: outputName(column.name),
    kind: column.name === plan.timestampColumn ? 'timestamp' : kindOfDeclared(column.declaredType),
    nullable: true,
  }))
}

/** Index of a column in a source row (behind the sequence), or -1. Names compare as SQLite compares them. */
export function rowIndex(plan: TablePlan, name: string): number {
  const wanted = name.toLowerCase()
  const index = plan.columns.findIndex((column) => column.name.toLowerCase() === wanted)
  return index < 0 ? -1 : index + 1
}
