import type { SourceRow } from '../../../shared/domain/columns.ts'
import type { SeriesWindow } from '../../../shared/domain/series.ts'
import { timestampReader } from '../../../shared/domain/timestamps.ts'
import type { NodeDatabase, TablePlan } from '../db/nodePort.ts'
import type { Clock } from '../support/clock.ts'
import { createFieldBins, joinAnomalies } from './seriesBins.ts'
import type { AnomalyReading, FieldBins } from './seriesBins.ts'

export interface SeriesQuery {
  readonly nodeId: string
  readonly timeZone: string
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
  /** Bins wanted at most. */
  readonly points: number
  readonly fields?: readonly string[] | undefined
  /** The unit a column is measured in, where it is known; `newest` is the column's newest value, which may tell it. */
  readonly unitOf: (column: string, newest: unknown) => string | undefined
}

/** Windows with more rows are sampled: the first rows of each of many equal parts, so that a year draws like an hour. */
const MOST_ROWS = 200_000
const ROWS_PER_READ = 1_000
/** Rows read before and after the window: rows whose times are a little out of order are still found. */
const MARGIN_ROWS = 500
/** Readings this close touch, whatever the width of a bin. */
const TOUCH_MS = 5_000
const NOT_MEASURED = /^(?:latitude|longitude|height_meters|orientation_degrees)$/i

/**
 * Every numeric field of a table over time, binned, with the anomalies in it. Reads in steps of a thousand rows and lets
 * other work of the thread through between them. Rows are found by bisecting the sequence, so times have to grow with it
 * apart from stragglers. A table with `sensor_type` and `value` gives one field per sensor type.
 */
export async function readSeries(
  database: NodeDatabase,
  plan: TablePlan,
  query: SeriesQuery,
  clock: Clock,
  signal: AbortSignal,
): Promise<SeriesWindow> {
  const readTime = timestampReader(plan.timestampEncoding, query.timeZone)
  const timeIndex = indexOf(plan, plan.timestampColumn)
  const timeOf = (row: SourceRow): number => readTime(row[timeIndex]) / 1000
  const { minSeq, maxSeq } = database.identity(plan.table)
  const edges = minSeq === undefined || maxSeq === undefined ? undefined : { minSeq, maxSeq }
  const firstMs = edges === undefined ? undefined : firstTime(database, plan, edges.minSeq - 1, timeOf)
  const recent = database.recentRows(plan, ROWS_PER_READ)
  const newestMs = recent.map(timeOf).find((ms) => !Number.isNaN(ms))
  const fromMs = query.fromMs ?? firstMs ?? 0
  const toMs = Math.max(fromMs + 1, query.toMs ?? (newestMs === undefined ? 0 : newestMs + 1))
  const binMs = Math.max(1, Math.ceil((toMs - fromMs) / query.points))
  const bins = Math.ceil((toMs - fromMs) / binMs)
  const collector = createCollector(plan, query, bins, recent[0])
  let rowsRead = 0
  if (edges !== undefined) {
    const first = bisect(database, plan, edges, timeOf, fromMs) - MARGIN_ROWS
    const last = bisect(database, plan, edges, timeOf, toMs) + MARGIN_ROWS
    const range = { first: Math.max(edges.minSeq, first), last: Math.min(edges.maxSeq, last) }
    for (const step of stepsOf(range.first, range.last)) {
      if (signal.aborted) break
      for (const row of database.readRows(plan, step.first - 1, step.last, ROWS_PER_READ)) {
        const ms = timeOf(row)
        if (!(ms >= fromMs && ms < toMs)) continue
        rowsRead++
        collector.add(row, Math.floor((ms - fromMs) / binMs), ms)
      }
      await clock.sleep(0, signal)
    }
  }
  return {
    nodeId: query.nodeId,
    table: plan.table,
    fromMs,
    toMs,
    binMs,
    timesMs: Array.from({ length: bins }, (_, bin) => fromMs + bin * binMs),
    fields: collector.fields(),
    anomalies: joinAnomalies(collector.anomalies, Math.max(TOUCH_MS, binMs)),
    rowsRead,
    firstMs,
    newestMs,
  }
}

function indexOf(plan: TablePlan, name: string): number {
  return plan.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase()) + 1
}

function firstTime(
  database: NodeDatabase,
  plan: TablePlan,
  afterSeq: number,
  timeOf: (row: SourceRow) => number,
): number | undefined {
  return database
    .readRows(plan, afterSeq, Number.MAX_SAFE_INTEGER, ROWS_PER_READ)
    .map(timeOf)
    .find((ms) => !Number.isNaN(ms))
}

/** The lowest sequence whose row is at or after the time, as far as times grow with sequences. */
function bisect(
  database: NodeDatabase,
  plan: TablePlan,
  edges: { readonly minSeq: number; readonly maxSeq: number },
  timeOf: (row: SourceRow) => number,
  atMs: number,
): number {
  let low = edges.minSeq
  let high = edges.maxSeq + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const row = database.readRows(plan, middle - 1, high - 1, 8).find((candidate) => !Number.isNaN(timeOf(candidate)))
    if (row === undefined || timeOf(row) >= atMs) high = middle
    else low = Math.max(middle, Number(row[0])) + 1
  }
  return low
}

/** All of the range in steps, or the beginnings of equal parts of it when it is too long. */
function* stepsOf(first: number, last: number): Generator<{ readonly first: number; readonly last: number }> {
  const reads = Math.floor(MOST_ROWS / ROWS_PER_READ)
  const width = Math.max(ROWS_PER_READ, Math.ceil((last - first + 1) / reads))
  for (let at = first; at <= last; at += width) {
    yield { first: at, last: Math.min(last, width === ROWS_PER_READ ? at + ROWS_PER_READ - 1 : at + width - 1) }
  }
}

interface Collector {
  readonly anomalies: AnomalyReading[]
  add(row: SourceRow, bin: number, ms: number): void
  fields(): SeriesWindow['fields']
}

function createCollector(plan: TablePlan, query: SeriesQuery, bins: number, newest: SourceRow | undefined): Collector {
  const columns = { type: indexOf(plan, 'sensor_type'), value: indexOf(plan, 'value'), unit: indexOf(plan, 'unit') }
  const flag = indexOf(plan, 'anomaly_flag')
  const anomalyType = indexOf(plan, 'anomaly_type')
  const isNarrow = columns.type > 0 && columns.value > 0
  const fields = new Map<string, { readonly bins: FieldBins; readonly unit: string | undefined }>()
  const wanted = query.fields === undefined ? undefined : new Set(query.fields)
  const addValue = (name: string, value: unknown, bin: number, unit: () => string | undefined): void => {
    if (typeof value !== 'number' || !Number.isFinite(value) || wanted?.has(name) === false) return
    const known = fields.get(name) ?? { bins: createFieldBins(bins), unit: unit() }
    fields.set(name, known)
    known.bins.add(bin, value)
  }
  const measured = plan.columns
    .map((column, index) => ({ name: column.name, index: index + 1, type: column.declaredType }))
    .filter(({ name, type }) => (wanted?.has(name) ?? !NOT_MEASURED.test(name)) && /REAL|FLOA|DOUB|NUM|DEC/.test(type))
  if (!isNarrow)
    for (const { name, index } of measured)
      fields.set(name, { bins: createFieldBins(bins), unit: query.unitOf(name, newest?.[index]) })
  const anomalies: AnomalyReading[] = []
  return {
    anomalies,
    add(row, bin, ms) {
      if (flag > 0 && Number(row[flag]) > 0) anomalies.push({ type: textOf(row[anomalyType]) ?? 'anomaly', atMs: ms })
      if (isNarrow) {
        const name = textOf(row[columns.type])
        if (name !== undefined) addValue(name, row[columns.value], bin, () => textOf(row[columns.unit]))
        return
      }
      for (const { name, index } of measured) addValue(name, row[index], bin, () => query.unitOf(name, row[index]))
    },
    fields: () => [...fields].map(([name, field]) => field.bins.read(name, field.unit)),
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
