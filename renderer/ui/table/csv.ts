import type { CellValue, Column } from './columns.ts'

/**
 * CSV (RFC 4180, UTF-8, CRLF) of rows in the columns given. Text that a spreadsheet would run as a formula gets an
 * apostrophe in front; numbers stay numbers.
 */
export function toCsv<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const written = columns.filter((column) => column.value !== undefined || column.csv !== undefined)
  const lines = [written.map((column) => csvCell(column.label)).join(',')]
  for (const row of rows) {
    lines.push(written.map((column) => csvCell((column.csv ?? column.value)?.(row))).join(','))
  }
  return `${lines.join('\r\n')}\r\n`
}

/** One CSV cell. Source of the guard: the OWASP advice on CSV injection (cells that begin with = + - @ tab or return). */
export function csvCell(value: CellValue): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
