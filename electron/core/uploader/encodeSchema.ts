import { EXTRA_COLUMN, LINEAGE_COLUMNS } from '../../../shared/domain/columns.ts'
import type { ColumnSpec } from '../../../shared/domain/columns.ts'

const RESERVED = new Set<string>([...LINEAGE_COLUMNS.map((column) => column.name), EXTRA_COLUMN])

/**
 * The columns of an object: the transform's, all nullable so that no value can ever stop a batch, then lineage, then
 * `_extra`. A transform's column that carries a reserved name (in any case: Spark does not tell them apart) gets `_source`
 * appended.
 */
export function objectSchema(columns: readonly ColumnSpec[]): readonly ColumnSpec[] {
  return [
    ...columns.map((column) => ({ name: freeName(column.name), kind: column.kind, nullable: true })),
    ...LINEAGE_COLUMNS,
    { name: EXTRA_COLUMN, kind: 'string', nullable: true },
  ]
}

function freeName(name: string): string {
  return RESERVED.has(name.toLowerCase()) ? `${name}_source` : name
}
