import { memo } from 'react'
import type { CSSProperties, MouseEvent } from 'react'
import { Box } from '../Box.tsx'
import { Icon } from '../Icon.tsx'
import type { Column, Grouping } from './columns.ts'
import type { Item } from './rows.ts'

interface LineProps<Row> {
  readonly domId: string
  readonly index: number
  readonly start: number
  readonly columns: readonly Column<Row>[]
  readonly isCursor: boolean
  readonly hasBox: boolean
  readonly onPick: (index: number, event: MouseEvent) => void
}

interface RowLineProps<Row> extends LineProps<Row> {
  readonly row: Row
  readonly isSelected: boolean
  readonly className: string | undefined
  readonly onOpen: ((row: Row) => void) | undefined
}

interface GroupLineProps<Row> extends LineProps<Row> {
  readonly item: Extract<Item<Row>, { kind: 'group' }>
  readonly grouping: Grouping<Row> | undefined
}

function placed(start: number): CSSProperties {
  return { transform: `translateY(${start}px)` }
}

function RowLineView<Row>(props: RowLineProps<Row>) {
  const { domId, index, start, columns, row, isSelected, isCursor, hasBox, className = '', onPick, onOpen } = props
  return (
    <div
      id={domId}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={hasBox ? isSelected : isCursor}
      className={`dt-row ${className}${isSelected ? ' sel' : ''}${isCursor ? ' cursor' : ''}`}
      style={placed(start)}
      onClick={(event) => onPick(index, event)}
      onDoubleClick={() => onOpen?.(row)}
      onKeyDown={undefined}
    >
      {hasBox && (
        <span role="gridcell" className="dt-cell box" data-box>
          <Box state={isSelected ? 'on' : 'off'} />
        </span>
      )}
      {columns.map((column) => (
        <span key={column.id} role="gridcell" className={`dt-cell${column.align === 'right' ? ' num' : ''}`}>
          {column.cell(row)}
        </span>
      ))}
    </div>
  )
}

/** Renders again only when its row, place, columns or marks change; a new `onPick` alone does not count. */
export const RowLine = memo(RowLineView, (a, b) => {
  return (
    a.row === b.row &&
    a.index === b.index &&
    a.start === b.start &&
    a.columns === b.columns &&
    a.isSelected === b.isSelected &&
    a.isCursor === b.isCursor &&
    a.hasBox === b.hasBox &&
    a.className === b.className &&
    a.onPick === b.onPick
  )
}) as typeof RowLineView

/** A group's own row: its name and count, and what each column says of the whole group. */
export function GroupLine<Row>(props: GroupLineProps<Row>) {
  const { domId, index, start, columns, item, grouping, isCursor, hasBox, onPick } = props
  const [, ...others] = columns
  return (
    <div
      id={domId}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-level={1}
      aria-expanded={!item.isCollapsed}
      className={`dt-row group${isCursor ? ' cursor' : ''}`}
      style={placed(start)}
      onClick={(event) => onPick(index, event)}
      onKeyDown={undefined}
    >
      <span role="gridcell" className={`dt-cell lead${hasBox ? ' wide' : ''}${item.isCollapsed ? ' folded' : ''}`}>
        <Icon name={item.isCollapsed ? 'right' : 'down'} size={12} />
        {grouping?.label(item.key, item.rows, item.isCollapsed)}
      </span>
      {others.map((column) => (
        <span key={column.id} role="gridcell" className={`dt-cell${column.align === 'right' ? ' num' : ''}`}>
          {column.group?.(item.rows, item.isCollapsed)}
        </span>
      ))}
    </div>
  )
}
