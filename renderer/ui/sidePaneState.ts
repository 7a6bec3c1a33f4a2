import { useSyncExternalStore } from 'react'

/** Below this width side panes float as drawers; the same number stands in the style sheets. */
const NARROW = '(max-width: 1100px)'

// A screen has one side pane at most, so its state needs no name.
let isOpen = false
const watchers = new Set<() => void>()

function setOpen(next: boolean): void {
  if (isOpen === next) return
  isOpen = next
  for (const watcher of watchers) watcher()
}

/** Shows the side pane where it is a drawer; beside the rest it is always there. */
export function openSidePane(): void {
  setOpen(true)
}

export function closeSidePane(): void {
  setOpen(false)
}

/** Whether the side pane is a drawer at this width, and whether it is open. */
export function useSidePane(): { readonly isDrawer: boolean; readonly isOpen: boolean } {
  const open = useSyncExternalStore(watchOpen, () => isOpen)
  const isDrawer = useSyncExternalStore(watchWidth, () => matchMedia(NARROW).matches)
  return { isDrawer, isOpen: isDrawer && open }
}

function watchOpen(watcher: () => void): () => void {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

function watchWidth(watcher: () => void): () => void {
  const query = matchMedia(NARROW)
  query.addEventListener('change', watcher)
  return () => query.removeEventListener('change', watcher)
}
