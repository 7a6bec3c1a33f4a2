import {
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import type { ColumnDef, ReactTable } from '@tanstack/react-table'
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { downloadFile } from '../download.ts'
import type { Column, Grouping, SortState } from './columns.ts'
import { toCsv } from './csv.ts'
import { forgetLayout, readLayout, writeLayout } from './layout.ts'
import { buildItems, createSearch, sortRows } from './rows.ts'
import type { Item } from './rows.ts'

const FEATURES = tableFeatures({
  columnSizingFeature,
  columnResizingFeature,
  columnOrderingFeature,
  columnVisibilityFeature,
})
const NO_DATA: readonly never[] = []
const LEAST_WIDTH = 44

export type ColumnModel = ReactTable<typeof FEATURES, object>

export interface DataTableOptions<Row extends object> {
  /** Names the saved layout; unique in the app. */
  readonly id: string
  /** What the table holds, for a screen reader. */
  readonly label: string
  /** Keep the identity stable: at module scope or memoised. */
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowId: (row: Row) => string
  /** Text a row is found by. Keep the identity stable. */
  readonly searchText?: (row: Row) => string
  readonly query?: string
  readonly grouping?: Grouping<Row> | undefined
  readonly defaultSort?: SortState
}

/** A table's rows in order, its column layout, and what can be done with both. Give it to DataTable and ColumnsMenu. */
export interface DataTableModel<Row extends object> {
  readonly id: string
  readonly label: string
  readonly items: readonly Item<Row>[]
  /** Rows that pass the filter, in order, also those of collapsed groups. */
  readonly rows: readonly Row[]
  readonly rowId: (row: Row) => string
  readonly grouping: Grouping<Row> | undefined
  readonly columns: readonly Column<Row>[]
  /** The columns on screen, in order. */
  readonly visible: readonly Column<Row>[]
  readonly model: ColumnModel
  readonly sort: SortState | undefined
  readonly toggleSort: (columnId: string) => void
  readonly toggleCollapsed: (key: string) => void
  readonly reset: () => void
  /** Saves the rows that pass the filter, in the visible columns, as `<name>.csv`. */
  readonly exportCsv: (name: string) => void
}

/** State of a table: column layout (TanStack Table, saved per workspace), sorting, groups and the lines to show. */
export function useDataTable<Row extends object>(options: DataTableOptions<Row>): DataTableModel<Row> {
  const { id, label, columns, rows, rowId, searchText, query = '', grouping, defaultSort } = options
  const saved = useMemo(() => readLayout(id), [id])
  const [sort, setSort] = useState<SortState | undefined>(saved?.sort ?? defaultSort)
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(() => new Set(saved?.collapsed))
  const definitions = useMemo(() => columns.map(defineColumn), [columns])
  const initialState = useMemo(
    () => ({
      columnOrder: [...(saved?.order ?? [])],
      columnSizing: { ...saved?.sizes },
      columnVisibility: hiddenAtFirst(columns, saved?.hidden),
    }),
    [columns, saved],
  )
  const model: ColumnModel = useTable({
    features: FEATURES,
    columns: definitions,
    data: NO_DATA,
    initialState,
    columnResizeMode: 'onChange',
  })
  const { columnOrder, columnSizing, columnVisibility } = model.state
  const windowWidth = useWindowWidth()

  useEffect(() => {
    const hidden = Object.fromEntries(Object.entries(columnVisibility).map(([key, shown]) => [key, !shown]))
    writeLayout(id, { order: columnOrder, sizes: columnSizing, hidden, sort, collapsed: [...collapsed] })
  }, [id, columnOrder, columnSizing, columnVisibility, sort, collapsed])

  const search = useMemo(() => (searchText === undefined ? undefined : createSearch(searchText)), [searchText])
  const found = useMemo(() => search?.(rows, query) ?? rows, [search, rows, query])
  const sorted = useMemo(() => sortRows(found, columns, sort), [found, columns, sort])
  const items = useMemo(() => buildItems(sorted, rowId, grouping, collapsed), [sorted, rowId, grouping, collapsed])
  const visible = useMemo(() => {
    const byId = new Map(columns.map((column) => [column.id, column]))
    return model
      .getVisibleLeafColumns()
      .map((leaf) => byId.get(leaf.id))
      .filter((column) => column !== undefined)
      .filter((column) => column.hideBelow === undefined || windowWidth >= column.hideBelow)
    // The model's own identity does not change with its state.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [columns, windowWidth, columnOrder, columnVisibility])

  const toggleSort = useCallback(
    (columnId: string) => {
      const column = columns.find((known) => known.id === columnId)
      if (column === undefined || (column.value === undefined && column.compare === undefined)) return
      setSort((before) =>
        before?.columnId === columnId
          ? { columnId, isDescending: !before.isDescending }
          : { columnId, isDescending: column.isDescendingFirst ?? false },
      )
    },
    [columns],
  )
  const toggleCollapsed = useCallback((key: string) => {
    setCollapsed((before) => {
      const next = new Set(before)
      if (!next.delete(key)) next.add(key)
      return next
    })
  }, [])
  const reset = () => {
    forgetLayout(id)
    model.setColumnOrder([])
    model.setColumnSizing({})
    model.setColumnVisibility(hiddenAtFirst(columns, undefined))
    setSort(defaultSort)
  }
  const exportCsv = (name: string) => downloadFile(`${name}.csv`, 'text/csv;charset=utf-8', toCsv(sorted, visible))

  return {
    id,
    label,
    items,
    rows: sorted,
    rowId,
    grouping,
    columns,
    visible,
    model,
    sort,
    toggleSort,
    toggleCollapsed,
    reset,
    exportCsv,
  }
}

function defineColumn<Row>(column: Column<Row>): ColumnDef<typeof FEATURES, object> {
  return { id: column.id, header: column.label, size: column.width, minSize: LEAST_WIDTH, maxSize: 900 }
}

function hiddenAtFirst<Row>(
  columns: readonly Column<Row>[],
  hidden: Readonly<Record<string, boolean>> | undefined,
): Record<string, boolean> {
  return Object.fromEntries(columns.map(({ id, isHiddenAtFirst = false }) => [id, !(hidden?.[id] ?? isHiddenAtFirst)]))
}

function useWindowWidth(): number {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener('resize', listener)
      return () => window.removeEventListener('resize', listener)
    },
    () => window.innerWidth,
  )
}
