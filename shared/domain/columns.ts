/** The kinds of column an object may hold. Chosen for Spark: no INT96, no nanoseconds, no unsigned. */
export type ColumnKind = 'int64' | 'double' | 'boolean' | 'timestamp' | 'string' | 'bytes'

/** One output column. Order and kinds are pinned per schema: a batch never changes them. */
export interface ColumnSpec {
  readonly name: string
  readonly kind: ColumnKind
  readonly nullable: boolean
}

/** Row values that did not fit their column's kind, as a JSON object by column name. Never `_rescued_data`. */
export const EXTRA_COLUMN = '_extra'

/** Columns that say where a row came from; present in every object, after the row's own columns. */
export const LINEAGE_COLUMNS = [
  { name: '_node_id', kind: 'string', nullable: false },
  { name: '_row_id', kind: 'int64', nullable: false },
  { name: '_pipeline_type', kind: 'string', nullable: false },
  { name: '_pipeline_rev', kind: 'int64', nullable: false },
] as const satisfies readonly ColumnSpec[]

/** A source row as SQLite gives it: the sequence (rowid) first, then the table's columns in order. */
export type SourceRow = readonly unknown[]
