import { create } from 'zustand'

/** How long an undo stays on offer after a change. */
export const UNDO_MS = 10 * 60_000

/** One change that can be taken back. */
export interface UndoableAction {
  readonly label: string
  readonly atMs: number
  readonly undo: () => Promise<void>
}

interface ActionsState {
  readonly last: UndoableAction | undefined
}

/** The last change that can be taken back; Ctrl Z takes it. */
export const useActions = create<ActionsState>(() => ({ last: undefined }))

export function offerUndo(label: string, undo: () => Promise<void>): void {
  useActions.setState({ last: { label, atMs: Date.now(), undo } })
}

/** Takes back the last change, once, while it is still on offer. False when there is none. */
export async function undoLast(): Promise<boolean> {
  const { last } = useActions.getState()
  if (last === undefined || Date.now() - last.atMs > UNDO_MS) return false
  useActions.setState({ last: undefined })
  await last.undo()
  return true
}
