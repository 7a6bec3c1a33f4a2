import type { SourceConnection } from './connection.ts'
import type { NodeGlance, TablePlan } from '../nodePort.ts'
import { quoteName, rowidName } from './tables.ts'

/** The queries of a glance; the second only for tables with an `anomaly_flag`. */
export function glanceQueries(plan: TablePlan): { readonly newest: string; readonly anomalies: string | undefined } {
  const table = quoteName(plan.table)
  const id = rowidName(plan.columns) ?? 'rowid'
  const time = quoteName(plan.timestampColumn)
  const place = [named(plan, 'latitude'), named(plan, 'longitude')].map((name) => name ?? 'NULL').join(', ')
  const flag = named(plan, 'anomaly_flag')
  return {
    newest: `SELECT ${id}, ${time}, ${place} FROM ${table} ORDER BY ${id} DESC LIMIT 1`,
    anomalies:
      flag === undefined
        ? undefined
        : `SELECT ${time} FROM ${table} WHERE ${id} > ? AND ${id} <= ? AND ${flag} <> 0 LIMIT ?`,
  }
}

function named(plan: TablePlan, name: string): string | undefined {
  const column = plan.columns.find((candidate) => candidate.name.toLowerCase() === name)
  return column === undefined ? undefined : quoteName(column.name)
}

/** The newest row and the anomalies among the last `limit` rows past `afterSeq`: two searches, whatever the table's size. */
export function readGlance(connection: SourceConnection, plan: TablePlan, afterSeq: number, limit: number): NodeGlance {
  const queries = glanceQueries(plan)
  const [newest] = connection.all(queries.newest)
  if (newest === undefined) return { newestSeq: undefined, newestTime: null, place: undefined, anomalyTimes: [] }
  const newestSeq = Number(newest[0])
  const [latitude, longitude] = [newest[2], newest[3]]
  const hasPlace = typeof latitude === 'number' && typeof longitude === 'number'
  const anomalyTimes =
    queries.anomalies === undefined
      ? undefined
      : connection
          .all(queries.anomalies, [Math.max(afterSeq, newestSeq - limit), newestSeq, limit])
          .map((row) => row[0])
  return {
    newestSeq,
    newestTime: newest[1],
    place: hasPlace ? { latitude, longitude } : undefined,
    anomalyTimes,
  }
}
