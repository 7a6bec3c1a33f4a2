import type { ColumnSpec, SourceRow } from '../../../../shared/domain/columns.ts'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { timestampReader } from '../../../../shared/domain/timestamps.ts'
import { openBatchTable } from '../../db/batchTable.ts'
import type { Transform, TransformContext } from '../port.ts'
import { rowIndex } from '../schema.ts'
import { batchColumns, compileQuery } from './customQuery.ts'

/**
 * The result of the pipeline's own SQL over the rows of one execution, gathered in a temporary table `batch`. A result
 * without the source's time column gets `batch_time`, the newest time of the batch, so that it has a date to lie under.
 */
export function createCustomTransform(name: string, sql: string, context: TransformContext): Transform {
  const { plan } = context
  const query = compileQuery(name, sql, plan)
  const hasTime = query.timeIndex >= 0
  const timeColumn: ColumnSpec = { name: 'batch_time', kind: 'timestamp', nullable: true }
  const readTime = timestampReader(plan.timestampEncoding, context.timeZone)
  const timeIndex = rowIndex(plan, plan.timestampColumn)
  const table = openBatchTable(batchColumns(plan), query.sql)
  let newest = Number.NEGATIVE_INFINITY
  let read = 0
  let represented = 0

  return {
    schema: hasTime ? query.schema : [...query.schema, timeColumn],
    eventTimeIndex: hasTime ? query.timeIndex : query.schema.length,
    timestamps: hasTime ? 'source' : 'micros',
    push(rows) {
      read += rows.length
      table.insert(rows)
      if (!hasTime) {
        for (const row of rows) {
          const micros = readTime(row[timeIndex])
          if (micros > newest) newest = micros
        }
      }
      return []
    },
    finish() {
      const found = table.select()
      table.close()
      const batchTime = Number.isFinite(newest) ? newest : null
      const skip = query.kind === 'aggregate' ? 2 : 1
      const results: SourceRow[] = []
      for (const row of found) {
        // An aggregate over no row still gives a result; it stands for nothing.
        if (query.kind === 'aggregate' && row[1] === 0) continue
        represented += query.kind === 'aggregate' ? Number(row[1]) : 1
        results.push([row[0], ...row.slice(skip), ...(hasTime ? [] : [batchTime])])
      }
      const rows = results.toSorted((a, b) => Number(a[0]) - Number(b[0]))
      refuseDoubles(name, rows)
      return rows
    },
    counts: () => ({
      read,
      kept: query.kind === 'rows' ? represented : 0,
      rejected: 0,
      filtered: read - represented,
      aggregated: query.kind === 'aggregate' ? represented : 0,
    }),
    quarantined: () => [],
  }
}

function refuseDoubles(name: string, rows: readonly SourceRow[]): void {
  rows.forEach((row, index) => {
    if (!Number.isSafeInteger(row[0])) {
      throw new FieldgateError('invalid', `The custom pipeline "${name}" gave "${String(row[0])}" as _row_id.`, {
        hint: 'Hand on the _row_id of batch unchanged.',
      })
    }
    if (index > 0 && rows[index - 1]?.[0] === row[0]) {
      throw new FieldgateError('invalid', `The custom pipeline "${name}" gives row ${String(row[0])} twice.`, {
        hint: 'Each row of the batch may appear at most once: group the result, or join so that rows do not multiply.',
      })
    }
  })
}
