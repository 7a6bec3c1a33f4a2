import type { ReactNode } from 'react'

export type CellValue = string | number | boolean | undefined

/** One column of a table. `id` is kept in people's saved layouts: never rename one. */
export interface Column<Row> {
  readonly id: string
  readonly label: string
  /** Width in pixels; with `grows` the least width, and the column takes what is left. */
  readonly width: number
  readonly grows?: boolean
  readonly align?: 'left' | 'right'
  readonly cell: (row: Row) => ReactNode
  /** Sorts by it and writes it to CSV; without it the column does neither. */
  readonly value?: (row: Row) => CellValue
  /** Written to CSV instead of `value`. */
  readonly csv?: (row: Row) => CellValue
  /** Order of two rows when ascending; wins over `value`. */
  readonly compare?: (a: Row, b: Row) => number
  /** First click sorts descending. */
  readonly isDescendingFirst?: boolean
  readonly isHiddenAtFirst?: boolean
  /** Hidden while the window is narrower than this, in pixels; the saved choice is not touched. */
  readonly hideBelow?: number
  /** What a group's own row shows in this column; `isCollapsed` when its rows are not on screen. */
  readonly group?: (rows: readonly Row[], isCollapsed: boolean) => ReactNode
  /** Explains the column on hover. */
  readonly hint?: string
}

export interface SortState {
  readonly columnId: string
  readonly isDescending: boolean
}

/** One group of rows: `label` is the first cell of its row. */
export interface Grouping<Row> {
  readonly key: (row: Row) => string
  readonly label: (key: string, rows: readonly Row[], isCollapsed: boolean) => ReactNode
}
