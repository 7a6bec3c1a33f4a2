import type { Execution } from '../../shared/domain/execution.ts'

/**
 * How the app ends. `open` → first quit → `draining` (asks the engine to finish) → `done` (the app may go). A second quit
 * while draining goes to `done` at once. Changed in `nextOnQuit` only.
 */
export type QuitState = 'open' | 'draining' | 'done'

/** What a quit does in a state, and whether the app may end now. */
export function nextOnQuit(state: QuitState): {
  readonly state: QuitState
  readonly mayEnd: boolean
  readonly begins: boolean
} {
  switch (state) {
    case 'open':
      return { state: 'draining', mayEnd: false, begins: true }
    case 'draining':
      return { state: 'done', mayEnd: true, begins: false }
    case 'done':
      return { state: 'done', mayEnd: true, begins: false }
  }
}

/** What a drain waits for, as two lines for a person. `deadlineMs` is when it ends anyway. */
export function describeDrain(
  executions: readonly Execution[],
  deadlineMs: number,
): { readonly message: string; readonly detail: string } {
  const underWay = executions.filter((execution) => execution.state === 'claimed' || execution.state === 'encoded')
  const nodes = [...new Set(underWay.map((execution) => execution.nodeId))]
  const named = nodes.slice(0, 3).join(', ') + (nodes.length > 3 ? ` and ${nodes.length - 3} more` : '')
  return {
    message:
      underWay.length === 0
        ? 'Closing the ledger'
        : `Finishing ${underWay.length === 1 ? '1 upload' : `${underWay.length} uploads`}: ${named}`,
    detail: `Ends by itself within ${Math.round(deadlineMs / 1000)} s. Quitting now loses nothing: what is unfinished is done again, to the same objects, at the next start.`,
  }
}
