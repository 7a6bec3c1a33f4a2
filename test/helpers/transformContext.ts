import type { SourceColumn, TablePlan } from '../../electron/core/db/nodePort.ts'
import { contractFor } from '../../electron/core/pipelines/contracts.ts'
import type { TransformContext } from '../../electron/core/pipelines/port.ts'
import type { SourceRow } from '../../shared/domain/columns.ts'

/** A plan of a table with these `name TYPE` columns; the time column is `timestamp` as text unless said otherwise. */
export function planOf(columns: readonly string[], over: Partial<TablePlan> = {}): TablePlan {
  return {
    table: 'sensor_readings',
    columns: columns.map((text): SourceColumn => {
      const [name, ...type] = text.split(' ')
      return { name: name as string, declaredType: type.join(' ').toUpperCase(), notNull: false }
    }),
    timestampColumn: 'timestamp',
    timestampEncoding: 'text',
    shape: 'other',
    autoIncrement: true,
    fingerprint: '0123456789abcdef',
    ...over,
  }
}

export const WIDE = planOf([
  'id INTEGER',
  'timestamp TEXT',
  'sensor_id TEXT',
  'temperature REAL',
  'humidity REAL',
  'pressure REAL',
  'voltage REAL',
  'status_code INTEGER',
  'anomaly_flag INTEGER',
  'anomaly_type TEXT',
])

/** A row of WIDE: given values over an ordinary reading. */
export function wideRow(sequence: number, over: Readonly<Record<string, unknown>> = {}): SourceRow {
  const values: Record<string, unknown> = {
    id: sequence,
    timestamp: `2026-03-01T00:00:${String(sequence % 60).padStart(2, '0')}.000+00:00`,
    sensor_id: 'SENSOR_TX_001',
    temperature: 21.5,
    humidity: 40,
    pressure: 1013.25,
    voltage: 12,
    status_code: 0,
    anomaly_flag: 0,
    anomaly_type: null,
    ...over,
  }
  return [sequence, ...WIDE.columns.map((column) => values[column.name])]
}

export function contextOf(plan: TablePlan = WIDE, over: Partial<TransformContext> = {}): TransformContext {
  return {
    nodeId: 'midland-04',
    site: 'midland',
    plan,
    timeZone: 'UTC',
    contract: contractFor(plan.table, plan.columns, []),
    emergency: { anomalyFlag: true, statusCodes: [], thresholds: [] },
    windowSeconds: 60,
    custom: undefined,
    ...over,
  }
}
