import type { SourceRow } from '../../../../shared/domain/columns.ts'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { TableIdentity, TablePlan } from '../nodePort.ts'
import type { SourceConnection } from './connection.ts'
import { quoteName, rowidName } from './tables.ts'

/** Rows read in one transaction: a few dozen milliseconds even for wide rows, far below the promised 200. */
const ROWS_AT_ONCE = 4_000
/** Rows counted in one transaction. */
const COUNTED_AT_ONCE = 100_000

/** The queries of one table, written once. Ranges are `(after, to]` over the row id, so each is a b-tree search. */
export interface TableQueries {
  readonly range: string
  readonly newest: string
  readonly count: string
  readonly bounds: string
}

/** Hot queries of a table; `test/core/db/nodeDatabase.test.ts` asserts their plans. */
export function tableQueries(plan: Pick<TablePlan, 'table' | 'columns'>): TableQueries {
  const table = quoteName(plan.table)
  const id = rowidName(plan.columns) ?? 'rowid'
  const columns = [id, ...plan.columns.map((column) => quoteName(column.name))].join(', ')
  return {
    range: `SELECT ${columns} FROM ${table} WHERE ${id} > ? AND ${id} <= ? ORDER BY ${id} LIMIT ?`,
    newest: `SELECT ${columns} FROM ${table} ORDER BY ${id} DESC LIMIT ?`,
    count: `SELECT COUNT(*), MAX(id) FROM (SELECT ${id} AS id FROM ${table} WHERE ${id} > ? AND ${id} <= ? ORDER BY ${id} LIMIT ?)`,
    bounds: `SELECT (SELECT MIN(${id}) FROM ${table}), (SELECT MAX(${id}) FROM ${table})`,
  }
}

/** Rows with `afterSeq < row id <= toSeq`, ascending, at most `limit`; integers beyond 2^53 as bigint. */
export function readRange(
  connection: SourceConnection,
  queries: TableQueries,
  afterSeq: number,
  toSeq: number,
  limit: number,
): readonly SourceRow[] {
  if (limit <= ROWS_AT_ONCE) return readExact(connection, queries.range, [afterSeq, toSeq, limit])
  const rows: SourceRow[] = []
  let after = afterSeq
  while (rows.length < limit) {
    const wanted = Math.min(ROWS_AT_ONCE, limit - rows.length)
    const part = readExact(connection, queries.range, [after, toSeq, wanted])
    for (const row of part) rows.push(row)
    if (part.length < wanted) break
    after = Number(part.at(-1)?.[0])
  }
  return rows
}

/** Newest rows first, at most `limit`. */
export function readNewest(connection: SourceConnection, queries: TableQueries, limit: number): readonly SourceRow[] {
  return readExact(connection, queries.newest, [limit])
}

function readExact(connection: SourceConnection, sql: string, parameters: readonly number[]): readonly SourceRow[] {
  const rows = connection.all(sql, parameters)
  if (!rows.some(hasRoundedInteger)) return rows
  const [first] = rows
  if (first !== undefined && !Number.isSafeInteger(first[0])) assertSequence(first[0])
  return connection.all(sql, parameters, true).map((row) => row.map(narrow))
}

/** A whole number that a double cannot hold exactly: either an integer that lost digits, or a huge real. */
function hasRoundedInteger(row: readonly unknown[]): boolean {
  for (const value of row) {
    if (typeof value === 'number' && (value > Number.MAX_SAFE_INTEGER || value < -Number.MAX_SAFE_INTEGER)) return true
  }
  return false
}

function narrow(value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** Counts rows with `afterSeq < row id <= toSeq`, in steps that each end their transaction. */
export function countRange(
  connection: SourceConnection,
  queries: TableQueries,
  afterSeq: number,
  toSeq: number,
): number {
  let total = 0
  for (let after = afterSeq; after < toSeq;) {
    const [count, last] = connection.all(queries.count, [after, toSeq, COUNTED_AT_ONCE])[0] as [number, number | null]
    total += count
    if (count < COUNTED_AT_ONCE || last === null) break
    after = last
  }
  return total
}

/** What identifies the table's life; throws `unsupported` when its row ids go beyond ±2^53. */
export function readIdentity(
  connection: SourceConnection,
  plan: Pick<TablePlan, 'table' | 'columns'>,
  file: string,
): TableIdentity {
  const [minSeq, maxSeq] = connection.all(tableQueries(plan).bounds)[0] as [number | null, number | null]
  for (const sequence of [minSeq, maxSeq]) if (sequence !== null) assertSequence(sequence)
  return {
    minSeq: minSeq ?? undefined,
    maxSeq: maxSeq ?? undefined,
    sequenceCounter: readCounter(connection, plan.table),
    file,
  }
}

function readCounter(connection: SourceConnection, table: string): number | undefined {
  const hasCounters = connection.all("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").length > 0
  if (!hasCounters) return undefined
  const value = connection.all('SELECT seq FROM sqlite_sequence WHERE name = ?', [table])[0]?.[0]
  return typeof value === 'number' ? value : undefined
}

function assertSequence(value: unknown): void {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return
  throw new FieldgateError('unsupported', `Row id ${String(value)} lies outside ±2^53 and cannot be counted by.`, {
    hint: 'Give the table row ids below 9 007 199 254 740 992.',
  })
}
