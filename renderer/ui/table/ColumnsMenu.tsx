import { Popover } from '@mantine/core'
import { messages } from '../../text/messages.ts'
import { Box } from '../Box.tsx'
import { Button } from '../Button.tsx'
import { Icon } from '../Icon.tsx'
import { moveColumn } from './HeaderRow.tsx'
import type { DataTableModel } from './useDataTable.ts'

/** Shows, hides, sorts by and moves the columns of a table, all by keyboard too, and puts everything back. */
export function ColumnsMenu<Row extends object>({ table }: { readonly table: DataTableModel<Row> }) {
  const leaves = table.model.getAllLeafColumns()
  const labels = new Map(table.columns.map(({ id, label }) => [id, label]))
  return (
    <Popover
      unstyled
      position="bottom-end"
      offset={4}
      trapFocus
      returnFocus
      transitionProps={{ duration: 0 }}
      hideDetached={false}
    >
      <Popover.Target>
        <button type="button" className="btn ghost icon sm" aria-label={messages.table.columns}>
          <Icon name="columns" size={14} />
        </button>
      </Popover.Target>
      <Popover.Dropdown className="pop menu">
        {leaves.map((leaf, index) => {
          const label = labels.get(leaf.id) ?? leaf.id
          const before = leaves[index - 1]
          return (
            <div key={leaf.id} className="menu-row">
              <button
                type="button"
                role="checkbox"
                aria-checked={leaf.getIsVisible()}
                className="menu-item"
                onClick={() => leaf.toggleVisibility()}
              >
                <Box state={leaf.getIsVisible() ? 'on' : 'off'} />
                {label}
              </button>
              {canSort(table, leaf.id) && (
                <button
                  type="button"
                  className={`btn ghost icon sm${table.sort?.columnId === leaf.id ? ' on' : ''}`}
                  aria-label={messages.table.sortBy(label)}
                  aria-pressed={table.sort?.columnId === leaf.id}
                  onClick={() => table.toggleSort(leaf.id)}
                >
                  <Icon name={table.sort?.columnId === leaf.id && !table.sort.isDescending ? 'up' : 'down'} size={12} />
                </button>
              )}
              <button
                type="button"
                className="btn ghost icon sm"
                disabled={before === undefined}
                aria-label={messages.table.moveUp(label)}
                onClick={() => before !== undefined && moveColumn(table, leaf.id, before.id)}
              >
                <Icon name="left" size={12} />
              </button>
            </div>
          )
        })}
        <div className="menu-foot">
          <Button size="sm" kind="ghost" onClick={table.reset}>
            {messages.table.resetColumns}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}

function canSort<Row extends object>(table: DataTableModel<Row>, columnId: string): boolean {
  const column = table.columns.find(({ id }) => id === columnId)
  return column?.value !== undefined || column?.compare !== undefined
}
