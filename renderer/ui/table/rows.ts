import type { Column, Grouping, SortState } from './columns.ts'

/** What stands on one line of a table: a group's own row, or a row. */
export type Item<Row> =
  | {
      readonly kind: 'group'
      readonly id: string
      readonly key: string
      readonly rows: readonly Row[]
      readonly isCollapsed: boolean
    }
  | { readonly kind: 'row'; readonly id: string; readonly row: Row }

/** Remembers the lower-case search text of each row object, so that filtering 10,000 rows only compares strings. */
export function createSearch<Row extends object>(
  textOf: (row: Row) => string,
): (rows: readonly Row[], query: string) => readonly Row[] {
  const texts = new WeakMap<Row, string>()
  return (rows, query) => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean)
    if (words.length === 0) return rows
    return rows.filter((row) => {
      let text = texts.get(row)
      if (text === undefined) {
        text = textOf(row).toLowerCase()
        texts.set(row, text)
      }
      const known = text
      return words.every((word) => known.includes(word))
    })
  }
}

/** Rows in the order of a column, equal ones in the order they came; undefined values last either way. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sort: SortState | undefined,
): readonly Row[] {
  const column = sort === undefined ? undefined : columns.find(({ id }) => id === sort.columnId)
  if (sort === undefined || column === undefined) return rows
  const sign = sort.isDescending ? -1 : 1
  const { compare, value } = column
  if (compare !== undefined) return rows.toSorted((a, b) => sign * compare(a, b))
  if (value === undefined) return rows
  const keyed = rows.map((row) => ({ row, key: sortKey(value(row)) }))
  keyed.sort((a, b) => {
    if (a.key === undefined || b.key === undefined) return Number(a.key === undefined) - Number(b.key === undefined)
    return a.key < b.key ? -sign : a.key > b.key ? sign : 0
  })
  return keyed.map(({ row }) => row)
}

/** A value that `<` orders as a person would: case ignored, and `node-2` before `node-10`. */
function sortKey(value: string | number | boolean | undefined): string | number | undefined {
  if (typeof value === 'boolean') return Number(value)
  if (typeof value !== 'string') return value
  return value.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(16, '0'))
}

/** The lines of a table. Groups stand in the order of their first row, so the worst group leads when the worst row does. */
export function buildItems<Row>(
  rows: readonly Row[],
  idOf: (row: Row) => string,
  grouping: Grouping<Row> | undefined,
  collapsed: ReadonlySet<string>,
): readonly Item<Row>[] {
  if (grouping === undefined) return rows.map((row) => ({ kind: 'row', id: idOf(row), row }))
  const items: Item<Row>[] = []
  for (const [key, members] of Map.groupBy(rows, grouping.key)) {
    const isCollapsed = collapsed.has(key)
    items.push({ kind: 'group', id: `group:${key}`, key, rows: members, isCollapsed })
    if (!isCollapsed) for (const row of members) items.push({ kind: 'row', id: idOf(row), row })
  }
  return items
}

/** The selection after Space or a click; with `isRange` everything between the last toggled row and this one. */
export function toggleSelection<Row>(
  items: readonly Item<Row>[],
  selection: ReadonlySet<string>,
  target: number,
  anchor: number | undefined,
  isRange: boolean,
): ReadonlySet<string> {
  const next = new Set(selection)
  const item = items[target]
  if (item === undefined) return selection
  if (isRange && anchor !== undefined) {
    const [from, to] = anchor < target ? [anchor, target] : [target, anchor]
    for (const between of items.slice(from, to + 1)) if (between.kind === 'row') next.add(between.id)
    return next
  }
  if (item.kind === 'row') {
    if (!next.delete(item.id)) next.add(item.id)
    return next
  }
  return selection
}

/** The selection after a click on a group's box: all of its rows, or none when all were selected. */
export function toggleGroup(selection: ReadonlySet<string>, ids: readonly string[]): ReadonlySet<string> {
  const next = new Set(selection)
  const isFull = ids.every((id) => selection.has(id))
  for (const id of ids) {
    if (isFull) next.delete(id)
    else next.add(id)
  }
  return next
}
