import type { SourceRow } from '../../../../shared/domain/columns.ts'
import type { Transform, TransformContext } from '../port.ts'
import { rowIndex, sourceSchema } from '../schema.ts'

/** Every row with every column, unchanged: `push` hands back the very rows it was given. */
export function createRawTransform(context: TransformContext): Transform {
  let read = 0
  return {
    schema: sourceSchema(context.plan),
    eventTimeIndex: rowIndex(context.plan, context.plan.timestampColumn) - 1,
    timestamps: 'source',
    push(rows: readonly SourceRow[]) {
      read += rows.length
      return rows
    },
    finish: () => [],
    counts: () => ({ read, kept: read, rejected: 0, filtered: 0, aggregated: 0 }),
    quarantined: () => [],
  }
}
