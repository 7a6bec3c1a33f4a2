import '../setup.ts'
import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { MantineProvider } from '@mantine/core'
import { describe, expect, it, vi } from 'vitest'
import { ColumnsMenu } from '../../../renderer/ui/table/ColumnsMenu.tsx'
import type { Column } from '../../../renderer/ui/table/columns.ts'
import { DataTable } from '../../../renderer/ui/table/DataTable.tsx'
import { useDataTable } from '../../../renderer/ui/table/useDataTable.ts'

interface Row {
  readonly id: string
  readonly site: string
  readonly backlog: number
}

const COLUMNS: readonly Column<Row>[] = [
  { id: 'node', label: 'Node', width: 120, value: (row) => row.id, cell: (row) => row.id },
  { id: 'site', label: 'Site', width: 120, value: (row) => row.site, cell: (row) => row.site },
  {
    id: 'backlog',
    label: 'Backlog',
    width: 80,
    align: 'right',
    isDescendingFirst: true,
    value: (row) => row.backlog,
    cell: (row) => row.backlog,
  },
]
const ROWS: readonly Row[] = Array.from({ length: 6 }, (_, i) => ({
  id: `node-${i + 1}`,
  site: i < 3 ? 'North' : 'South',
  backlog: i * 10,
}))
const BY_SITE = { key: (row: Row) => row.site, label: (key: string) => key }
const idOf = (row: Row) => row.id

function Table({
  onOpen,
  isGrouped = false,
  rows = ROWS,
}: {
  readonly onOpen?: (row: Row) => void
  readonly isGrouped?: boolean
  readonly rows?: readonly Row[]
}) {
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set())
  const table = useDataTable({
    id: 'test',
    label: 'Nodes',
    columns: COLUMNS,
    rows,
    rowId: idOf,
    grouping: isGrouped ? BY_SITE : undefined,
  })
  return (
    <MantineProvider withCssVariables={false} withGlobalClasses={false}>
      <ColumnsMenu table={table} />
      <DataTable
        table={table}
        selection={selection}
        onSelect={setSelection}
        {...(onOpen === undefined ? {} : { onOpen })}
      />
      <output>{[...selection].toSorted().join(',')}</output>
    </MantineProvider>
  )
}

const grid = () => screen.queryByRole('treegrid', { name: 'Nodes' }) ?? screen.getByRole('grid', { name: 'Nodes' })
const bodyRows = () => within(grid()).getAllByRole('row').slice(1)
const firstCells = () => bodyRows().map((line) => within(line).getAllByRole('gridcell')[1]?.textContent)

describe('DataTable', () => {
  it('is a grid that says how many rows and columns it has', () => {
    render(<Table />)
    expect(grid().getAttribute('aria-rowcount')).toBe('7')
    expect(grid().getAttribute('aria-colcount')).toBe('4')
    expect(grid().getAttribute('aria-multiselectable')).toBe('true')
    expect(within(grid()).getAllByRole('columnheader')).toHaveLength(4)
    expect(bodyRows()[0]?.getAttribute('aria-rowindex')).toBe('2')
  })

  it('moves its cursor by arrows, selects with Space and Shift, and opens with Enter', async () => {
    const user = userEvent.setup()
    const onOpen = vi.fn<(row: Row) => void>()
    render(<Table onOpen={onOpen} />)
    grid().focus()
    await user.keyboard('{ArrowDown}{ArrowDown} ')
    expect(screen.getByRole('status', { hidden: true }).textContent).toBe('node-2')
    await user.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}')
    expect(screen.getByRole('status', { hidden: true }).textContent).toBe('node-2,node-3,node-4')
    const active = grid().getAttribute('aria-activedescendant') ?? ''
    expect(document.querySelector(`[id="${active}"]`)?.textContent).toContain('node-4')
    await user.keyboard('{Enter}')
    expect(onOpen).toHaveBeenCalledExactlyOnceWith(ROWS[3])
  })

  it('takes all rows with Ctrl A and lets go of them with Esc', async () => {
    const user = userEvent.setup()
    render(<Table />)
    grid().focus()
    await user.keyboard('{Control>}a{/Control}')
    expect(screen.getByRole('status', { hidden: true }).textContent?.split(',')).toHaveLength(6)
    await user.keyboard('{Escape}')
    expect(screen.getByRole('status', { hidden: true }).textContent).toBe('')
  })

  it('sorts by a click on a head, says so, and turns around at the second click', async () => {
    const user = userEvent.setup()
    render(<Table />)
    const head = screen.getByRole('columnheader', { name: 'Backlog' })
    await user.click(within(head).getByRole('button'))
    expect(head.getAttribute('aria-sort')).toBe('descending')
    expect(firstCells()[0]).toBe('node-6')
    await user.click(within(head).getByRole('button'))
    expect(head.getAttribute('aria-sort')).toBe('ascending')
    expect(firstCells()[0]).toBe('node-1')
  })

  it('folds a group with Left and unfolds it with Right', async () => {
    const user = userEvent.setup()
    render(<Table isGrouped />)
    expect(bodyRows()).toHaveLength(8)
    grid().focus()
    await user.keyboard('{ArrowDown}{ArrowLeft}')
    const folded = bodyRows().filter((line) => line.getAttribute('aria-expanded') === 'false')
    expect(folded).toHaveLength(1)
    expect(bodyRows()).toHaveLength(5)
    await user.keyboard('{ArrowRight}')
    expect(bodyRows()).toHaveLength(8)
  })

  it('hides a column from its menu and remembers that', async () => {
    const user = userEvent.setup()
    const first = render(<Table />)
    await user.click(screen.getByRole('button', { name: 'Columns' }))
    await user.click(await screen.findByRole('checkbox', { name: 'Site' }))
    expect(screen.queryByRole('columnheader', { name: 'Site' })).toBeNull()
    first.unmount()
    render(<Table />)
    expect(screen.queryByRole('columnheader', { name: 'Site' })).toBeNull()
    expect(screen.getByRole('columnheader', { name: 'Backlog' })).toBeTruthy()
  })

  it('makes elements for the lines in sight only', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => ({ id: `node-${i}`, site: 'North', backlog: i }))
    render(<Table rows={many} />)
    expect(grid().getAttribute('aria-rowcount')).toBe('10001')
    expect(bodyRows().length).toBeLessThan(60)
  })
})
