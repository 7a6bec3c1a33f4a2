import { useEffect } from 'react'
import { useStable } from './useStable.ts'

/** One shortcut as the help lists it. `keys` is what it is shown as: `F`, `Ctrl K`, `G F`, `Alt 1`. */
export interface Shortcut {
  readonly keys: string
  readonly label: string
  readonly run: () => void
}

const SEQUENCE_MS = 1200
const registered = new Map<string, Shortcut[]>()
const watchers = new Set<() => void>()
let leader: { readonly key: string; readonly atMs: number } | undefined

/** Registers a shortcut while the component is on screen; the newest of the same keys wins. */
export function useShortcut(keys: string, label: string, run: () => void, isEnabled = true): void {
  const stable = useStable(run)
  useEffect(() => {
    if (!isEnabled) return undefined
    return addShortcut({ keys, label, run: stable })
  }, [keys, label, stable, isEnabled])
}

export function addShortcut(shortcut: Shortcut): () => void {
  const stack = registered.get(shortcut.keys) ?? []
  registered.set(shortcut.keys, [...stack, shortcut])
  for (const watcher of watchers) watcher()
  return () => {
    registered.set(
      shortcut.keys,
      (registered.get(shortcut.keys) ?? []).filter((known) => known !== shortcut),
    )
    for (const watcher of watchers) watcher()
  }
}

/** The shortcuts that work now, in the order they were registered. */
export function listShortcuts(): readonly Shortcut[] {
  return [...registered.values()].map((stack) => stack.at(-1)).filter((shortcut) => shortcut !== undefined)
}

/** Hears when the set of shortcuts changes; returns the undo. */
export function onShortcuts(watcher: () => void): () => void {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}

/** The name of a key press in the words of the help: `Ctrl Shift C`, `Alt 1`, `?`. Cmd counts as Ctrl. */
export function nameKeys(
  event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): string {
  const digit = event.altKey ? /^Digit(\d)$/.exec(event.code)?.[1] : undefined
  const key = digit ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key)
  const isLetter = /^[A-Z]$/.test(key)
  const parts = [
    (event.ctrlKey || event.metaKey) && 'Ctrl',
    event.altKey && 'Alt',
    event.shiftKey && (isLetter || key.length > 1) && 'Shift',
    key === ' ' ? 'Space' : key === 'Escape' ? 'Esc' : key,
  ]
  return parts.filter((part) => typeof part === 'string').join(' ')
}

/** Runs the shortcut of a key press. Single keys never fire while a field has focus; `G F` is two presses in a row. */
export function handleKey(event: KeyboardEvent, nowMs: number): void {
  if (event.defaultPrevented || event.isComposing) return
  const name = nameKeys(event)
  // An open dialog has the keys to itself; only the palette still opens and closes.
  if (name !== 'Ctrl K' && document.querySelector('[aria-modal="true"]') !== null) return
  const isBare = !/^(Ctrl|Alt) /.test(name)
  if (isBare && name !== 'Esc' && isEditable(event.target)) return
  // In a field Ctrl Z takes back what was typed there.
  if (name === 'Ctrl Z' && isEditable(event.target)) return
  if ((name === 'Space' || name === 'Enter') && isPressable(event.target)) return
  const isSequence = leader !== undefined && nowMs - leader.atMs < SEQUENCE_MS
  const sequence = isSequence ? registered.get(`${leader?.key} ${name}`)?.at(-1) : undefined
  leader = undefined
  const shortcut = sequence ?? registered.get(name)?.at(-1)
  if (shortcut !== undefined) {
    event.preventDefault()
    event.stopPropagation()
    shortcut.run()
  } else if (isBare && [...registered].some(([keys, stack]) => keys.startsWith(`${name} `) && stack.length > 0)) {
    leader = { key: name, atMs: nowMs }
  }
}

function isPressable(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a, [role="button"], [role="switch"], summary') !== null
}

function isEditable(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.closest('input:not([type="radio"], [type="checkbox"]), textarea, select') !== null)
  )
}
