import { INFER_UNIT, inferPressureUnit } from '../../../shared/domain/units.ts'
import { readSeries } from '../fleet/series.ts'
import { contractFor } from '../pipelines/contracts.ts'
import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

/** `readings.*`: what a node's database holds, for people. */
export function readingHandlers(deps: HandlerDependencies): HandlersOf<'readings', CallContext> {
  return {
    'readings.recent': ({ nodeId, limit }) => {
      const node = deps.node(nodeId)
      const database = deps.openNode(node)
      try {
        const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
        return {
          nodeId,
          table: plan.table,
          columns: plan.columns.map((column) => column.name),
          rows: database.recentRows(plan, limit).map((row) => row.map(toPlainValue)),
        }
      } finally {
        database.close()
      }
    },
    'readings.series': async ({ nodeId, ...window }, { signal }) => {
      const node = deps.node(nodeId)
      const database = deps.openNode(node)
      try {
        const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
        const contract = contractFor(plan.table, plan.columns, deps.config.pipelines.contracts)
        const unitOf = (name: string, newest: unknown): string | undefined => {
          const column = contract?.columns[name]
          if (column?.sourceUnit !== INFER_UNIT) return column?.sourceUnit ?? column?.unit
          return typeof newest === 'number' ? inferPressureUnit(newest) : undefined
        }
        return await readSeries(
          database,
          plan,
          { nodeId, timeZone: node.timeZone, unitOf, ...window },
          deps.clock,
          signal,
        )
      } finally {
        database.close()
      }
    },
  }
}

function toPlainValue(value: unknown): string | number | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'number' || typeof value === 'string') return value
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`
  return typeof value === 'boolean' ? String(value) : null
}
