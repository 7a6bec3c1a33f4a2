export interface TableColumn<Row> {
  readonly title: string
  readonly value: (row: Row) => string | number | undefined
}

/** Columns under titles, two spaces apart; numbers right-aligned with digits grouped, missing values as a dash. */
export function formatTable<Row>(columns: readonly TableColumn<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map((column) => column.value(row)))
  const isNumeric = columns.map((_, at) => cells.some((row) => typeof row[at] === 'number'))
  const texts = cells.map((row) => row.map((cell) => formatCell(cell)))
  const widths = columns.map((column, at) => Math.max(column.title.length, ...texts.map((row) => row[at]?.length ?? 0)))
  const render = (row: readonly string[]): string =>
    row
      .map((text, at) => (isNumeric[at] === true ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd()
  return [render(columns.map((column) => column.title)), ...texts.map(render)].join('\n')
}

function formatCell(cell: string | number | undefined): string {
  if (cell === undefined) return '-'
  return typeof cell === 'number' ? formatCount(cell) : cell
}

/** A number with its digits grouped, the same on every machine. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 })
}

/** `1 row`, `2 rows`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** Bytes in decimal units with three digits at most. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

/** A moment as ISO 8601 UTC to the second, or a dash. */
export function formatTime(ms: number | undefined): string {
  return ms === undefined ? '-' : `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z`
}

/** A span in its two largest units, such as `2h 5m`. */
export function formatSpan(ms: number | undefined): string {
  if (ms === undefined) return '-'
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`
  return `${Math.floor(seconds / 86_400)}d ${Math.floor((seconds % 86_400) / 3600)}h`
}
