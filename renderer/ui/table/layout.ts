import type { SortState } from './columns.ts'

/** What a person changed about a table: kept per workspace on this computer. */
export interface TableLayout {
  readonly order: readonly string[]
  readonly hidden: Readonly<Record<string, boolean>>
  readonly sizes: Readonly<Record<string, number>>
  readonly sort: SortState | undefined
  readonly collapsed: readonly string[]
}

let scope = 'none'

/** Names the workspace whose layouts are read and written from now on. */
export function setTableScope(workspace: string): void {
  scope = workspace
}

function keyOf(tableId: string): string {
  return `fieldgate.table.${scope}.${tableId}`
}

/** The saved layout of a table; undefined when there is none or it cannot be read. */
export function readLayout(tableId: string): TableLayout | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(tableId)) ?? 'null') as Partial<TableLayout> | null
    if (kept === null) return undefined
    return {
      order: kept.order ?? [],
      hidden: kept.hidden ?? {},
      sizes: kept.sizes ?? {},
      sort: kept.sort,
      collapsed: kept.collapsed ?? [],
    }
  } catch {
    return undefined
  }
}

export function writeLayout(tableId: string, layout: TableLayout): void {
  localStorage.setItem(keyOf(tableId), JSON.stringify(layout))
}

export function forgetLayout(tableId: string): void {
  localStorage.removeItem(keyOf(tableId))
}
