import type Database from 'better-sqlite3'
import { isDamage } from './integrity.ts'

type Row = unknown[]

const BATCH = 500
/** Row ids tried one by one behind damaged pages: some minutes at most. */
const MAX_PROBES = 5_000_000

/**
 * Copies the readable rows of a table into the table of the same name in `to`. Reads forward until a damaged page, then
 * asks for each further row id until pages are sound again: the rest of the tree is reached past the damage.
 */
export function salvageTable(
  from: Database.Database,
  to: Database.Database,
  name: string,
): { readonly saved: number; readonly lost: number } {
  const table = quote(name)
  const columns = from.pragma(`table_xinfo(${table})`) as { name: string; hidden: number }[]
  const stored = columns.filter((column) => column.hidden === 0).map((column) => quote(column.name))
  const hasRowId = isRowIdTable(from, name)
  const target = hasRowId ? ['rowid', ...stored] : stored
  const insert = to.prepare(
    `INSERT OR IGNORE INTO ${table} (${target.join(', ')}) VALUES (${target.map(() => '?').join(', ')})`,
  )
  let saved = 0
  const save = to.transaction((rows: readonly Row[]) => {
    for (const row of rows) saved += insert.run(...row).changes
  })
  const lost = hasRowId ? copyByRowId(from, table, stored, save) : copyBothWays(from, table, stored, save)
  return { saved, lost }
}

function copyByRowId(
  from: Database.Database,
  table: string,
  columns: readonly string[],
  save: (rows: readonly Row[]) => void,
): number {
  const fields = ['rowid', ...columns].join(', ')
  const scan = from
    .prepare<unknown[], Row>(`SELECT ${fields} FROM ${table} NOT INDEXED WHERE rowid > ? ORDER BY rowid LIMIT ${BATCH}`)
    .raw(true)
    .safeIntegers(true)
  const probe = from
    .prepare<unknown[], Row>(`SELECT ${fields} FROM ${table} NOT INDEXED WHERE rowid = ?`)
    .raw(true)
    .safeIntegers(true)
  const end = highestRowId(from, table)
  let last = -(2n ** 63n)
  let lost = 0
  let probes = 0
  for (;;) {
    const { rows, isDamaged } = readSome(scan, last)
    save(rows)
    last = (rows.at(-1)?.[0] as bigint | undefined) ?? last
    if (!isDamaged) {
      if (rows.length < BATCH) return lost
      continue
    }
    // Behind the last good row: the next id whose page is sound, row or not.
    let next = rows.length === 0 && last < 0n ? 1n : last + 1n
    for (; ; next++) {
      if (end === undefined || next > end || probes >= MAX_PROBES) return lost
      probes++
      const found = tryRow(probe, next)
      if (found === 'damaged') {
        lost++
        continue
      }
      if (found !== undefined) save([found])
      break
    }
    last = next
  }
}

/** Rows up to the first damaged page. */
function readSome(
  scan: Database.Statement<unknown[], Row>,
  after: bigint,
): { readonly rows: readonly Row[]; readonly isDamaged: boolean } {
  const rows: Row[] = []
  try {
    for (const row of scan.iterate(after)) rows.push(row)
    return { rows, isDamaged: false }
  } catch (error) {
    if (!isDamage(error)) throw error
    return { rows, isDamaged: true }
  }
}

function tryRow(probe: Database.Statement<unknown[], Row>, id: bigint): Row | 'damaged' | undefined {
  try {
    return probe.get(id)
  } catch (error) {
    if (!isDamage(error)) throw error
    return 'damaged'
  }
}

/** A table without row ids has no numbers to ask for: both ends are read towards the damage. */
function copyBothWays(
  from: Database.Database,
  table: string,
  columns: readonly string[],
  save: (rows: readonly Row[]) => void,
): number {
  const key = (from.pragma(`table_info(${table})`) as { name: string; pk: number }[])
    .filter((column) => column.pk > 0)
    .toSorted((a, b) => a.pk - b.pk)
    .map((column) => quote(column.name))
  for (const direction of ['ASC', 'DESC']) {
    const order = key.map((column) => `${column} ${direction}`).join(', ')
    const scan = from
      .prepare<unknown[], Row>(`SELECT ${columns.join(', ')} FROM ${table} ORDER BY ${order}`)
      .raw(true)
      .safeIntegers(true)
    let rows: Row[] = []
    try {
      for (const row of scan.iterate()) {
        rows.push(row)
        if (rows.length < BATCH) continue
        save(rows)
        rows = []
      }
      save(rows)
      return 0
    } catch (error) {
      if (!isDamage(error)) throw error
      save(rows)
    }
  }
  return 1
}

/** The highest id known by any sound page or counter; undefined when none says. */
function highestRowId(from: Database.Database, table: string): bigint | undefined {
  const queries = [
    `SELECT MAX(rowid) FROM ${table} NOT INDEXED`,
    `SELECT seq FROM sqlite_sequence WHERE name = ${table.replaceAll('"', "'")}`,
  ]
  const found = queries.flatMap((sql) => {
    try {
      const value = from.prepare(sql).pluck().safeIntegers(true).get() as bigint | null | undefined
      return value === null || value === undefined ? [] : [value]
    } catch {
      return []
    }
  })
  return found.length === 0 ? undefined : found.reduce((most, value) => (value > most ? value : most))
}

function isRowIdTable(from: Database.Database, name: string): boolean {
  const list = from.pragma('table_list') as { name: string; schema: string; wr: number }[]
  return list.find((table) => table.schema === 'main' && table.name === name)?.wr !== 1
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
