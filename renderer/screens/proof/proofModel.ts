import type { ReconcileDay, ReconcileLane, ReconcileReport } from '../../../shared/domain/reconcile.ts'

export type GroupBy = 'site' | 'node' | 'table' | 'route'
export type CellKind = 'ok' | 'live' | 'wait' | 'quarantine' | 'epochs' | 'none' | 'bad'

/** One day of one group. `entries` are the lanes it sums up, for the drill-down. */
export interface ProofCell {
  readonly date: string
  readonly kind: CellKind
  /** Rows that are missing, duplicated or different. */
  readonly differences: number
  readonly entries: readonly { readonly lane: ReconcileLane; readonly day: ReconcileDay }[]
}

export interface ProofRow {
  readonly key: string
  readonly cells: readonly ProofCell[]
  readonly rows: number
  readonly missing: number
  readonly duplicated: number
  readonly different: number
}

const DAY_MS = 86_400_000

/** Rows the nodes ever committed: those in the source, waiting ones included, and those purged after delivery. */
export function committedRows({ totals }: ReconcileReport): number {
  return totals.sourceRows + totals.purged + totals.waiting
}

/** UTC dates of the last `count` days, oldest first, ending with the newest day that has rows or with today. */
export function datesOf(report: ReconcileReport, count: number): readonly string[] {
  const today = new Date(report.takenAtMs).toISOString().slice(0, 10)
  const newest = report.lanes
    .flatMap((lane) => lane.days.map((day) => day.date))
    .reduce<string>((latest, date) => (date !== undefined && date > latest ? date : latest), '')
  const end = Date.parse(newest > today ? today : newest === '' ? today : newest)
  return Array.from({ length: count }, (_, i) => new Date(end - (count - 1 - i) * DAY_MS).toISOString().slice(0, 10))
}

/** The report as a matrix: groups by days, groups in their own order. `siteOf` names the site of a node. */
export function buildMatrix(
  report: ReconcileReport,
  groupBy: GroupBy,
  dates: readonly string[],
  siteOf: (nodeId: string) => string,
): readonly ProofRow[] {
  const today = new Date(report.takenAtMs).toISOString().slice(0, 10)
  const groups = Map.groupBy(report.lanes, (lane) => keyOf(lane, groupBy, siteOf))
  return [...groups]
    .map(([key, lanes]) => ({
      key,
      cells: dates.map((date) => buildCell(lanes, date, today)),
      rows: sum(lanes, (lane) => lane.sourceRows),
      missing: sum(lanes, (lane) => lane.missing),
      duplicated: sum(lanes, (lane) => lane.duplicated),
      different: sum(lanes, (lane) => lane.different),
    }))
    .toSorted((a, b) => a.key.localeCompare(b.key))
}

function keyOf(lane: ReconcileLane, groupBy: GroupBy, siteOf: (nodeId: string) => string): string {
  switch (groupBy) {
    case 'site':
      return siteOf(lane.nodeId)
    case 'node':
      return lane.nodeId
    case 'table':
      return lane.table
    case 'route':
      return lane.route
  }
}

function buildCell(lanes: readonly ReconcileLane[], date: string, today: string): ProofCell {
  const entries = lanes.flatMap((lane) => lane.days.filter((day) => day.date === date).map((day) => ({ lane, day })))
  const differences = sum(entries, ({ day }) => day.missing + day.duplicated + day.different)
  return { date, kind: kindOf(lanes, entries, differences, date, today), differences, entries }
}

function kindOf(
  lanes: readonly ReconcileLane[],
  entries: ProofCell['entries'],
  differences: number,
  date: string,
  today: string,
): CellKind {
  if (differences > 0) return 'bad'
  if (date === today && lanes.some((lane) => lane.waiting > 0)) return 'wait'
  if (entries.every(({ day }) => day.sourceRows === 0 && day.bucketRows === 0)) return 'none'
  if (entries.some(({ day }) => day.quarantined > 0)) return 'quarantine'
  const epochs = new Set(entries.map(({ lane }) => `${lane.nodeId}/${lane.table}/${lane.epoch}`))
  const tables = new Set(entries.map(({ lane }) => `${lane.nodeId}/${lane.table}`))
  if (epochs.size > tables.size) return 'epochs'
  return date === today ? 'live' : 'ok'
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}

/** `node / sequence` as a person types it, thousands separators allowed; undefined when it is neither. */
export function parseTraceQuery(text: string): { readonly nodeId: string; readonly sequence: number } | undefined {
  const match = /^\s*(.+?)\s*[/\s]\s*(-?[\d,]+)\s*$/.exec(text)
  if (match === null) return undefined
  const sequence = Number((match[2] as string).replaceAll(',', ''))
  return Number.isSafeInteger(sequence) ? { nodeId: (match[1] as string).replace(/\s*\/$/, ''), sequence } : undefined
}
