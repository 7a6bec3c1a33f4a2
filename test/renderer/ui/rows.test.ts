import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Column } from '../../../renderer/ui/table/columns.ts'
import { nextCursor } from '../../../renderer/ui/table/keyboard.ts'
import { buildItems, createSearch, sortRows, toggleGroup, toggleSelection } from '../../../renderer/ui/table/rows.ts'

interface Row {
  readonly id: string
  readonly site: string
  readonly backlog: number | undefined
}

const COLUMNS: readonly Column<Row>[] = [
  { id: 'id', label: 'Id', width: 10, value: (row) => row.id, cell: (row) => row.id },
  { id: 'backlog', label: 'Backlog', width: 10, value: (row) => row.backlog, cell: (row) => row.backlog },
]
const row = (id: string, site = 'A', backlog: number | undefined = 0): Row => ({ id, site, backlog })
const idOf = ({ id }: Row) => id
const ids = (rows: readonly Row[]) => rows.map(idOf)

describe('rows of a table', () => {
  it('sort text with its numbers as numbers and unknown values last either way', () => {
    const rows = [row('node-10'), row('node-2'), row('Node-1')]
    expect(ids(sortRows(rows, COLUMNS, { columnId: 'id', isDescending: false }))).toEqual([
      'Node-1',
      'node-2',
      'node-10',
    ])
    const unknown = [{ ...row('a'), backlog: undefined }, row('b', 'A', 1), row('c', 'A', 2)]
    expect(ids(sortRows(unknown, COLUMNS, { columnId: 'backlog', isDescending: false }))).toEqual(['b', 'c', 'a'])
    expect(ids(sortRows(unknown, COLUMNS, { columnId: 'backlog', isDescending: true }))).toEqual(['c', 'b', 'a'])
  })

  it('keep the order they came in where the column does not tell them apart', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 3 }), { maxLength: 30 }), fc.boolean(), (values, isDescending) => {
        const rows = values.map((backlog, index) => row(String(index), 'A', backlog))
        const sorted = sortRows(rows, COLUMNS, { columnId: 'backlog', isDescending })
        const isOutOfOrder = sorted.slice(1).some((next, index) => {
          const before = sorted[index]
          return before?.backlog === next.backlog && Number(before?.id) > Number(next.id)
        })
        expect(isOutOfOrder).toBe(false)
      }),
    )
  })

  it('are found when every word occurs, in any order and case', () => {
    const search = createSearch<Row>(({ id, site }) => `${id} ${site}`)
    const rows = [row('tulsa-02', 'Tulsa Refinery'), row('erie-01', 'Erie Shore')]
    expect(ids(search(rows, 'REFINERY tul'))).toEqual(['tulsa-02'])
    expect(search(rows, '  ')).toBe(rows)
    expect(search(rows, 'nowhere')).toEqual([])
  })

  it('stand under groups in the order of the first row, and folded ones are gone', () => {
    const rows = [row('a', 'B'), row('b', 'A'), row('c', 'B')]
    const grouping = { key: ({ site }: Row) => site, label: (key: string) => key }
    const lines = buildItems(rows, idOf, grouping, new Set())
    expect(lines.map(({ id }) => id)).toEqual(['group:B', 'a', 'c', 'group:A', 'b'])
    expect(buildItems(rows, idOf, grouping, new Set(['B'])).map(({ id }) => id)).toEqual(['group:B', 'group:A', 'b'])
  })

  it('are selected one by one, as a range, and as a group', () => {
    const rows = [row('a'), row('b'), row('c'), row('d')]
    const items = buildItems(rows, idOf, undefined, new Set())
    const one = toggleSelection(items, new Set(), 1, undefined, false)
    expect([...one]).toEqual(['b'])
    expect([...toggleSelection(items, one, 3, 1, true)].toSorted()).toEqual(['b', 'c', 'd'])
    expect([...toggleSelection(items, one, 1, 1, false)]).toEqual([])
    expect([...toggleGroup(new Set(['a']), ['a', 'b'])].toSorted()).toEqual(['a', 'b'])
    expect([...toggleGroup(new Set(['a', 'b', 'x']), ['a', 'b'])]).toEqual(['x'])
  })

  it('are reached by the keys of a grid and never beyond its ends', () => {
    expect(nextCursor('ArrowDown', false, -1, 3, 10)).toBe(0)
    expect(nextCursor('ArrowUp', false, 0, 3, 10)).toBe(0)
    expect(nextCursor('PageDown', false, 0, 30, 10)).toBe(10)
    expect(nextCursor('End', false, 0, 30, 10)).toBe(29)
    expect(nextCursor('x', false, 0, 30, 10)).toBeUndefined()
    expect(nextCursor('ArrowDown', false, -1, 0, 10)).toBeUndefined()
  })
})
