import type { ColumnKind } from '../../../shared/domain/columns.ts'

export const COLUMN_KINDS: readonly ColumnKind[] = ['int64', 'double', 'boolean', 'timestamp', 'string', 'bytes']
