import type { SourceRow } from '../../../shared/domain/columns.ts'
import type { TablePlan } from '../db/nodePort.ts'
import { rowIndex } from './schema.ts'

/** Says of a row whether its sensor flagged it; false for every row of a table without `anomaly_flag`. */
export function anomalyFlagReader(plan: TablePlan): (row: SourceRow) => boolean {
  const index = rowIndex(plan, 'anomaly_flag')
  if (index < 0) return () => false
  return (row) => {
    const value = row[index]
    return value === 1 || value === 1n || value === '1' || value === 'true'
  }
}
