import type { ColumnKind, ColumnSpec, SourceRow } from '../../../../shared/domain/columns.ts'
import { timestampReader } from '../../../../shared/domain/timestamps.ts'
import type { TablePlan } from '../../db/nodePort.ts'
import { anomalyFlagReader } from '../anomalyFlag.ts'
import { finiteNumber } from '../measure.ts'
import type { Transform, TransformContext } from '../port.ts'
import { kindOfDeclared, rowIndex } from '../schema.ts'
import { addValue, emptyStats, STAT_NAMES, statValues } from './windowStats.ts'
import type { FieldStats } from './windowStats.ts'

/** Open windows held at once; beyond it the longest untouched half is given out, as partials that add up. */
const MAX_OPEN_WINDOWS = 20_000
/** Numbers that say where or what, not how much. */
const NOT_MEASURED =
  /^(?:id|.*_id|rowid|latitude|longitude|lat|lon|lng|height_meters|orientation_degrees|status|status_code|anomaly_flag|synced|year|month|day|hour)$/i
const SENSOR_COLUMNS = ['sensor_id', 'sensor', 'device_id', 'station_id']

interface OpenWindow {
  /** Start in UTC microseconds; undefined for rows without a readable time. */
  readonly start: number | undefined
  readonly groups: readonly unknown[]
  rows: number
  anomalies: number
  firstMicros: number
  lastMicros: number
  firstSeq: number
  lastSeq: number
  readonly fields: readonly FieldStats[]
}

/**
 * Event-time windows per sensor, aligned to the epoch in UTC, with sums that add up: a window cut by the end of a batch,
 * or reached by a late row, appears again as a further partial. Values stay in the unit the source writes. Rows without a
 * readable time form a group of their own without window. Given out in order of the last row a partial stands for.
 */
export function createAggregatedTransform(context: TransformContext): Transform {
  const { plan } = context
  const widthMicros = context.windowSeconds * 1_000_000
  const readTime = timestampReader(plan.timestampEncoding, context.timeZone)
  const timeIndex = rowIndex(plan, plan.timestampColumn)
  const isFlagged = anomalyFlagReader(plan)
  const groupColumns = groupColumnsOf(plan)
  const groupIndexes = groupColumns.map((name) => rowIndex(plan, name))
  const fields = measuredColumns(plan)
  const fieldIndexes = fields.map((name) => rowIndex(plan, name))
  const open = new Map<string, OpenWindow>()
  let read = 0

  // Neighbours mostly share window and sensor: the last one is looked at before the map.
  let last: { readonly window: OpenWindow; readonly row: SourceRow } | undefined
  const isOfLast = (row: SourceRow, start: number | undefined): boolean =>
    last !== undefined &&
    last.window.start === start &&
    groupIndexes.every((index) => row[index] === (last as { row: SourceRow }).row[index])

  const windowOf = (row: SourceRow, micros: number): OpenWindow => {
    const start = Number.isNaN(micros) ? undefined : Math.floor(micros / widthMicros) * widthMicros
    if (last !== undefined && isOfLast(row, start)) return last.window
    let key = String(start)
    for (const index of groupIndexes) key += `\u0000${typeof row[index]}:${String(row[index])}`
    let window = open.get(key)
    if (window === undefined) {
      const groups = groupIndexes.map((index) => groupText(row[index]))
      window = newWindow(start, groups, Number(row[0]), fields.length)
      open.set(key, window)
    }
    last = { window, row }
    return window
  }

  const add = (row: SourceRow): void => {
    const micros = readTime(row[timeIndex])
    const window = windowOf(row, micros)
    window.rows++
    window.lastSeq = Number(row[0])
    if (isFlagged(row)) window.anomalies++
    if (micros < window.firstMicros) window.firstMicros = micros
    if (micros > window.lastMicros) window.lastMicros = micros
    const order = Number.isNaN(micros) ? Number(row[0]) : micros
    for (let field = 0; field < fieldIndexes.length; field++) {
      const value = finiteNumber(row[fieldIndexes[field] as number])
      if (value !== undefined) addValue(window.fields[field] as FieldStats, value, order)
    }
  }

  const takeOldest = (count: number): SourceRow[] => {
    last = undefined
    const oldest = [...open].toSorted(([, a], [, b]) => a.lastSeq - b.lastSeq).slice(0, count)
    return oldest.map(([key, window]) => {
      open.delete(key)
      return toRow(window, widthMicros)
    })
  }

  return {
    schema: aggregateSchema(groupColumns, fields),
    eventTimeIndex: 0,
    timestamps: 'micros',
    push(rows) {
      read += rows.length
      const partials: SourceRow[] = []
      for (const row of rows) {
        add(row)
        if (open.size > MAX_OPEN_WINDOWS) for (const partial of takeOldest(MAX_OPEN_WINDOWS / 2)) partials.push(partial)
      }
      return partials
    },
    finish: () => takeOldest(open.size),
    counts: () => ({ read, kept: 0, rejected: 0, filtered: 0, aggregated: read }),
    quarantined: () => [],
  }
}

function newWindow(
  start: number | undefined,
  groups: readonly unknown[],
  firstSeq: number,
  fields: number,
): OpenWindow {
  return {
    start,
    groups,
    rows: 0,
    anomalies: 0,
    firstMicros: Number.POSITIVE_INFINITY,
    lastMicros: Number.NEGATIVE_INFINITY,
    firstSeq,
    lastSeq: firstSeq,
    fields: Array.from({ length: fields }, emptyStats),
  }
}

function toRow(window: OpenWindow, widthMicros: number): SourceRow {
  const hasTime = window.start !== undefined
  return [
    window.lastSeq,
    window.start ?? null,
    window.start === undefined ? null : window.start + widthMicros,
    ...window.groups,
    window.rows,
    window.anomalies,
    hasTime ? window.firstMicros : null,
    hasTime ? window.lastMicros : null,
    window.firstSeq,
    window.lastSeq,
    ...window.fields.flatMap(statValues),
  ]
}

function aggregateSchema(groups: readonly string[], fields: readonly string[]): readonly ColumnSpec[] {
  const column = (name: string, kind: ColumnKind): ColumnSpec => ({ name, kind, nullable: true })
  return [
    column('window_start', 'timestamp'),
    column('window_end', 'timestamp'),
    ...groups.map((name) => column(name, 'string')),
    column('row_count', 'int64'),
    column('anomaly_count', 'int64'),
    column('first_time', 'timestamp'),
    column('last_time', 'timestamp'),
    column('first_row_id', 'int64'),
    column('last_row_id', 'int64'),
    ...fields.flatMap((field) =>
      STAT_NAMES.map((stat) => column(`${field}_${stat}`, stat === 'count' ? 'int64' : 'double')),
    ),
  ]
}

/** What a window belongs to besides its time: the sensor, and its type and unit where each row has one quantity. */
function groupColumnsOf(plan: TablePlan): readonly string[] {
  const sensor = SENSOR_COLUMNS.find((name) => rowIndex(plan, name) > 0)
  const isNarrow = rowIndex(plan, 'value') > 0 && rowIndex(plan, 'unit') > 0
  const narrow = isNarrow ? ['sensor_type', 'unit'].filter((name) => rowIndex(plan, name) > 0) : []
  return [...(sensor === undefined ? [] : [sensor]), ...narrow]
}

/** Numeric columns that hold a measured quantity, in table order. */
function measuredColumns(plan: TablePlan): readonly string[] {
  return plan.columns
    .filter((column) => column.name !== plan.timestampColumn && !NOT_MEASURED.test(column.name))
    .filter((column) => ['double', 'int64'].includes(kindOfDeclared(column.declaredType)))
    .map((column) => column.name)
}

function groupText(value: unknown): string | null {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : null
}
