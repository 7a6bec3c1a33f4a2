import { create } from 'zustand'

/** Whether the help with all shortcuts is open. */
export const useShortcutsOpen = create<{ readonly isOpen: boolean }>(() => ({ isOpen: false }))

export function openShortcuts(): void {
  useShortcutsOpen.setState({ isOpen: true })
}

export function closeShortcuts(): void {
  useShortcutsOpen.setState({ isOpen: false })
}
