import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useId, useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react'
import { useStable } from '../useStable.ts'
import { HeaderRow } from './HeaderRow.tsx'
import { nextCursor } from './keyboard.ts'
import { GroupLine, RowLine } from './lines.tsx'
import { toggleGroup, toggleSelection } from './rows.ts'
import type { DataTableModel } from './useDataTable.ts'

const OVERSCAN = 4
/** Height of the sticky head, which the lines start below and hide under; as in table.css. */
const HEAD_PX = 28

interface DataTableProps<Row extends object> {
  readonly table: DataTableModel<Row>
  readonly selection?: ReadonlySet<string>
  /** With it the table gets boxes: Space toggles, Shift extends, Ctrl A takes all that pass the filter. */
  readonly onSelect?: (selection: ReadonlySet<string>) => void
  /** Row under the keyboard cursor, when the screen wants to know or decide. */
  readonly cursorId?: string | undefined
  readonly onCursor?: (id: string | undefined) => void
  /** Enter or a double click. */
  readonly onOpen?: (row: Row) => void
  readonly rowClass?: (row: Row) => string | undefined
  /** Shown below the head when no row is there. */
  readonly empty?: ReactNode
  /** Near the end of the rows: time to read the next page. */
  readonly onEndReached?: () => void
}

/**
 * A virtualised table on the grid pattern of ARIA: one tab stop, arrows move the cursor, Space selects, Enter opens,
 * Left and Right fold groups. Only the lines on screen exist, and only a line whose row changed renders again.
 */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { table, selection, onSelect, onOpen, rowClass, empty, onEndReached } = props
  const { items, visible } = table
  const domId = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const anchor = useRef<number | undefined>(undefined)
  const [ownCursor, setOwnCursor] = useState<string | undefined>()
  const cursorId = 'cursorId' in props ? props.cursorId : ownCursor
  const cursor = useMemo(
    () => (cursorId === undefined ? -1 : items.findIndex((item) => item.id === cursorId)),
    [items, cursorId],
  )
  const rowHeight = useRowHeight()
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    scrollMargin: HEAD_PX,
    scrollPaddingStart: HEAD_PX,
    initialRect: { width: 800, height: 600 },
  })
  useEffect(() => virtual.measure(), [virtual, rowHeight])

  const viewHeight = virtual.scrollRect?.height ?? 0
  const keepCursorInView = useStable(() => {
    if (cursor >= 0) virtual.scrollToIndex(cursor)
  })
  // A plan docked under the table makes it shorter: what was just selected stays in sight.
  useEffect(() => keepCursorInView(), [viewHeight, keepCursorInView])

  const lines = virtual.getVirtualItems()
  const lastLine = lines.at(-1)?.index ?? 0
  // Lines take turns in as many places as were ever on screen at once: scrolling changes what stands in a line instead
  // of making a new one, and the places keep their order in the page.
  const slots = useRef(0)
  slots.current = Math.max(slots.current, lines.length)
  const inSlots = lines.toSorted((a, b) => (a.index % slots.current) - (b.index % slots.current))
  useEffect(() => {
    if (onEndReached !== undefined && items.length > 0 && lastLine >= items.length - 20) onEndReached()
  }, [lastLine, items.length, onEndReached])

  const moveTo = (index: number) => {
    const item = items[index]
    if (item === undefined) return
    setOwnCursor(item.id)
    props.onCursor?.(item.id)
    virtual.scrollToIndex(index)
  }
  const select = (index: number, isRange: boolean) => {
    const item = items[index]
    if (onSelect === undefined || selection === undefined || item === undefined) return
    if (item.kind === 'group') onSelect(toggleGroup(selection, item.rows.map(table.rowId)))
    else onSelect(toggleSelection(items, selection, index, anchor.current, isRange))
    if (!isRange) anchor.current = index
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || (event.target !== event.currentTarget && isField(event.target))) return
    const item = items[cursor]
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1)
    const isCommand = event.ctrlKey || event.metaKey
    const target = nextCursor(event.key, isCommand, cursor, items.length, page)
    if (target !== undefined) {
      if (event.shiftKey) {
        anchor.current ??= Math.max(0, cursor)
        select(target, true)
      }
      moveTo(target)
    } else if (event.key === ' ' && onSelect !== undefined && item !== undefined) {
      select(cursor, event.shiftKey)
    } else if (isCommand && event.key.toLowerCase() === 'a' && onSelect !== undefined) {
      onSelect(new Set(table.rows.map(table.rowId)))
    } else if (event.key === 'Escape' && onSelect !== undefined && (selection?.size ?? 0) > 0) {
      onSelect(new Set())
    } else if (item?.kind === 'group' && foldsGroup(event.key, item.isCollapsed)) {
      table.toggleCollapsed(item.key)
    } else if (event.key === 'Enter' && !isCommand && item?.kind === 'row') {
      onOpen?.(item.row)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  const pick = useStable((index: number, event: MouseEvent) => {
    const item = items[index]
    if (item === undefined) return
    const onBox = event.target instanceof Element && event.target.closest('[data-box]') !== null
    if (onBox || event.ctrlKey || event.metaKey || event.shiftKey) select(index, event.shiftKey)
    else if (item.kind === 'group') table.toggleCollapsed(item.key)
    else anchor.current = index
    moveTo(index)
  })
  const open = useStable((row: Row) => onOpen?.(row))

  const hasBoxes = onSelect !== undefined
  const template = useTemplate(table, hasBoxes)
  return (
    <div
      ref={scroller}
      className="scroll dt"
      role={table.grouping === undefined ? 'grid' : 'treegrid'}
      tabIndex={0}
      aria-label={table.label}
      aria-rowcount={items.length + 1}
      aria-colcount={visible.length + (hasBoxes ? 1 : 0)}
      aria-multiselectable={hasBoxes || undefined}
      aria-activedescendant={cursor >= 0 ? `${domId}-${cursor}` : undefined}
      onKeyDown={onKeyDown}
      style={template}
    >
      <HeaderRow table={table} selection={selection} onSelect={onSelect} />
      {items.length === 0 ? (
        empty
      ) : (
        <div role="rowgroup" className="dt-body" style={{ height: virtual.getTotalSize() }}>
          {inSlots.map(({ index, start }) => {
            const item = items[index]
            if (item === undefined) return null
            const common = {
              domId: `${domId}-${index}`,
              index,
              start: start - HEAD_PX,
              columns: visible,
              isCursor: index === cursor,
              hasBox: hasBoxes,
              onPick: pick,
            }
            return item.kind === 'group' ? (
              <GroupLine key={`group${index % slots.current}`} {...common} item={item} grouping={table.grouping} />
            ) : (
              <RowLine
                key={index % slots.current}
                {...common}
                row={item.row}
                isSelected={selection?.has(item.id) ?? false}
                className={rowClass?.(item.row)}
                onOpen={open}
              />
            )
          })}
        </div>
      )}
    </div>
  )
}

function foldsGroup(key: string, isCollapsed: boolean): boolean {
  return key === 'Enter' || key === (isCollapsed ? 'ArrowRight' : 'ArrowLeft')
}

function isField(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.closest('input, select, textarea, button') !== null
}

/** Widths of all columns as one grid template, set on the table once and inherited by every line. */
function useTemplate<Row extends object>(table: DataTableModel<Row>, hasBoxes: boolean): Record<string, string> {
  const sizes = table.model.state.columnSizing
  const grower = table.visible.findLast((column) => column.grows === true && sizes[column.id] === undefined)
  const widths = table.visible.map((column) => {
    const width = sizes[column.id] ?? column.width
    return column === grower ? `minmax(${width}px, 1fr)` : `${width}px`
  })
  const fill = grower === undefined ? ' minmax(0, 1fr)' : ''
  return { '--dt-columns': `${hasBoxes ? '30px ' : ''}${widths.join(' ')}${fill}` }
}

function useRowHeight(): number {
  const [height, setHeight] = useState(readRowHeight)
  useEffect(() => {
    const observer = new MutationObserver(() => setHeight(readRowHeight()))
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-density'] })
    return () => observer.disconnect()
  }, [])
  return height
}

function readRowHeight(): number {
  const value = getComputedStyle(document.documentElement).getPropertyValue('--row')
  return Number.parseInt(value, 10) || 28
}
