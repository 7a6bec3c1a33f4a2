import type { DeliveredRows, IngestedComparison } from '../../../../shared/domain/handoff.ts'
import type { HandoffModel } from './model.ts'
import { sqlName } from './model.ts'

/** The question whose answer `compareIngested` reads: the view that the hand-off's SQL makes. */
export function ingestedQuery(model: HandoffModel): string {
  return `SELECT _node_id, _table, _pipeline_type, _epoch, rows, distinct_rows, objects, newest_ingest FROM ${sqlName(model.catalog)}.ops.fieldgate_ingested`
}

/**
 * Ledger against warehouse, lane by lane: `waiting` was delivered but not ingested yet, `duplicated` was ingested more
 * than once, `excess` is in the warehouse without the ledger knowing. Aggregates repeat row ids by design, so only
 * their counts are compared.
 */
export function compareIngested(
  delivered: readonly DeliveredRows[],
  answer: readonly (readonly (string | null)[])[],
): readonly IngestedComparison[] {
  const ingested = new Map(answer.map((row) => [row.slice(0, 4).join('\u0000'), row]))
  const compared = delivered.map((lane) => {
    const id = [lane.nodeId, lane.table, lane.type, lane.epoch].join('\u0000')
    const row = ingested.get(id)
    ingested.delete(id)
    return judge(lane, row)
  })
  const unknown = [...ingested.values()].map((row) =>
    judge(
      { nodeId: row[0] ?? '', table: row[1] ?? '', type: row[2] ?? '', epoch: row[3] ?? '', rows: 0, objects: 0 },
      row,
    ),
  )
  return [...compared, ...unknown]
}

function judge(lane: DeliveredRows, row: readonly (string | null)[] | undefined): IngestedComparison {
  const ingestedRows = Number(row?.[4] ?? 0)
  const distinctRows = Number(row?.[5] ?? 0)
  const duplicateRows = lane.type === 'aggregated' ? 0 : ingestedRows - distinctRows
  const verdict =
    duplicateRows > 0
      ? 'duplicated'
      : ingestedRows > lane.rows
        ? 'excess'
        : ingestedRows < lane.rows
          ? 'waiting'
          : 'equal'
  return {
    ...lane,
    ingestedRows,
    ingestedObjects: Number(row?.[6] ?? 0),
    duplicateRows,
    newestIngest: row?.[7] ?? undefined,
    verdict,
  }
}
