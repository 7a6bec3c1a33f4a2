import type { DragEvent, KeyboardEvent } from 'react'
import { messages } from '../../text/messages.ts'
import { Box } from '../Box.tsx'
import { Icon } from '../Icon.tsx'
import type { Column } from './columns.ts'
import type { DataTableModel } from './useDataTable.ts'

interface HeaderRowProps<Row extends object> {
  readonly table: DataTableModel<Row>
  readonly selection: ReadonlySet<string> | undefined
  readonly onSelect: ((selection: ReadonlySet<string>) => void) | undefined
}

const DRAGGED = 'application/x-fieldgate-column'

/** The sticky head: click sorts, the right edge resizes, a head dragged onto another moves there. */
export function HeaderRow<Row extends object>({ table, selection, onSelect }: HeaderRowProps<Row>) {
  return (
    <div role="rowgroup" className="dt-head">
      <div role="row" aria-rowindex={1} className="dt-row">
        {onSelect !== undefined && (
          <span role="columnheader" className="dt-cell box">
            <SelectAll table={table} selection={selection} onSelect={onSelect} />
          </span>
        )}
        {table.visible.map((column) => (
          <HeaderCell key={column.id} table={table} column={column} />
        ))}
      </div>
    </div>
  )
}

function SelectAll<Row extends object>({ table, selection, onSelect }: HeaderRowProps<Row>) {
  const size = selection?.size ?? 0
  const isAll = size > 0 && size >= table.rows.length
  return (
    <button
      type="button"
      role="checkbox"
      tabIndex={-1}
      className="bare"
      aria-label={messages.table.selectAll}
      aria-checked={isAll ? true : size > 0 ? 'mixed' : false}
      onClick={() => onSelect?.(size > 0 ? new Set() : new Set(table.rows.map(table.rowId)))}
    >
      <Box state={isAll ? 'on' : size > 0 ? 'some' : 'off'} />
    </button>
  )
}

function HeaderCell<Row extends object>({
  table,
  column,
}: {
  readonly table: DataTableModel<Row>
  readonly column: Column<Row>
}) {
  const isSorted = table.sort?.columnId === column.id
  const isDescending = table.sort?.isDescending ?? false
  const isSortable = column.value !== undefined || column.compare !== undefined
  const header = table.model.getFlatHeaders().find(({ id }) => id === column.id)
  const resize = header?.getResizeHandler()
  const drop = (event: DragEvent) => {
    const moved = event.dataTransfer.getData(DRAGGED)
    if (moved !== '' && moved !== column.id) moveColumn(table, moved, column.id)
  }
  return (
    <span
      role="columnheader"
      aria-sort={isSorted ? (isDescending ? 'descending' : 'ascending') : undefined}
      className={`dt-cell${column.align === 'right' ? ' num' : ''}${isSorted ? ' sorted' : ''}`}
      title={column.hint}
      draggable
      onDragStart={(event) => event.dataTransfer.setData(DRAGGED, column.id)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
    >
      {isSortable ? (
        <button type="button" className="bare" tabIndex={-1} onClick={() => table.toggleSort(column.id)}>
          {column.label}
          {isSorted && <Icon name={isDescending ? 'down' : 'up'} size={10} />}
        </button>
      ) : (
        column.label
      )}
      <span
        className="dt-resize"
        aria-hidden="true"
        draggable={false}
        onMouseDown={(event) => {
          event.preventDefault()
          resize?.(event)
        }}
        onTouchStart={resize}
        onDoubleClick={() => table.model.getColumn(column.id)?.resetSize()}
        onKeyDown={(event: KeyboardEvent) => event.preventDefault()}
      />
    </span>
  )
}

/** Puts one column where another stands. */
export function moveColumn<Row extends object>(table: DataTableModel<Row>, moved: string, target: string): void {
  const order = table.model.getAllLeafColumns().map(({ id }) => id)
  const to = order.indexOf(target)
  const rest = order.filter((id) => id !== moved)
  rest.splice(to, 0, moved)
  table.model.setColumnOrder(rest)
}
