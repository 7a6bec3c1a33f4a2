import { createHash } from 'node:crypto'
import type { SourceColumn } from '../nodePort.ts'
import type { SourceConnection } from './connection.ts'
import { isSettingsTable } from './detect.ts'
import type { FoundTable } from './detect.ts'

/** An SQL identifier, whatever characters the name holds. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Names under which a row id can be read, unless a column of its own hides them all. */
const ROWID_NAMES = ['rowid', '_rowid_', 'oid']

/** The name by which the row id of a table is read; undefined when columns hide every one of them. */
export function rowidName(columns: readonly SourceColumn[]): string | undefined {
  const taken = new Set(columns.map((column) => column.name.toLowerCase()))
  return ROWID_NAMES.find((name) => !taken.has(name))
}

/** Every table and view a person could mean, by name, with the reason when it cannot be uploaded. */
export function listTables(connection: SourceConnection): readonly FoundTable[] {
  const rows = connection.all(
    `SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
       AND type <> 'shadow' ORDER BY name`,
  ) as [string, string, number][]
  return rows.map(([name, type, isWithoutRowid]) => {
    const columns = readColumns(connection, name)
    return { name, columns, problem: problemOf(name, type, isWithoutRowid === 1, columns) }
  })
}

function problemOf(
  name: string,
  type: string,
  isWithoutRowid: boolean,
  columns: readonly SourceColumn[],
): string | undefined {
  if (type === 'view') return 'is a view, and its rows have no lasting sequence'
  if (type === 'virtual') return 'is a virtual table, and its rows have no lasting sequence'
  if (isWithoutRowid) return 'was created WITHOUT ROWID, so its rows have no sequence to count by'
  if (isSettingsTable(name)) return 'holds settings, not readings'
  if (rowidName(columns) === undefined) return 'has columns named rowid, _rowid_ and oid, which hide the row id'
  return undefined
}

/** Columns in table order, generated ones included. */
export function readColumns(connection: SourceConnection, table: string): readonly SourceColumn[] {
  const rows = connection.all('SELECT name, type, "notnull" FROM pragma_table_xinfo(?) WHERE hidden <> 1', [table]) as [
    string,
    string,
    number,
  ][]
  return rows.map(([name, type, notNull]) => ({ name, declaredType: type.toUpperCase(), notNull: notNull === 1 }))
}

/** SHA-256 over names and declared types in order, 16 hex characters: equal for equal schemas. */
export function fingerprintOf(columns: readonly SourceColumn[]): string {
  const text = JSON.stringify(columns.map((column) => [column.name, column.declaredType]))
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** True when SQLite never hands out a row id of the table twice. */
export function isAutoIncrement(connection: SourceConnection, table: string): boolean {
  const rows = connection.all("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", [table])
  const sql = rows[0]?.[0]
  return typeof sql === 'string' && /\bAUTOINCREMENT\b/i.test(sql)
}
