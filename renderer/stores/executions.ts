import { create } from 'zustand'
import type { Execution } from '../../shared/domain/execution.ts'
import { call, on } from '../client/client.ts'
import { IDLE, failedFrom, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'

const FIRST_PAGE = 500
/** Executions kept in the window; older ones are read again when somebody pages back. */
const KEPT = 5000
const GATHER_MS = 250

interface ExecutionsState {
  readonly load: LoadState
  readonly hasOlder: boolean
  /** Newest first. */
  readonly list: readonly Execution[]
}

/** Executions of the whole fleet, live. */
export const useExecutions = create<ExecutionsState>(() => ({ load: IDLE, hasOlder: false, list: [] }))

function merge(list: readonly Execution[], incoming: readonly Execution[]): readonly Execution[] {
  const byId = new Map(list.map((execution) => [execution.id, execution]))
  for (const execution of incoming) byId.set(execution.id, execution)
  return [...byId.values()].toSorted((a, b) => b.id - a.id).slice(0, KEPT)
}

export async function loadExecutions(): Promise<void> {
  useExecutions.setState((state) => ({ load: loadingFrom(state.load) }))
  try {
    const page = await call('executions.list', { limit: FIRST_PAGE })
    useExecutions.setState((state) => ({
      load: readyNow(),
      list: merge(state.list, page),
      hasOlder: page.length === FIRST_PAGE,
    }))
  } catch (error) {
    useExecutions.setState((state) => ({ load: failedFrom(state.load, error) }))
  }
}

/** Reads the page before the oldest execution on hand. */
export async function loadOlderExecutions(): Promise<void> {
  const oldest = useExecutions.getState().list.at(-1)
  if (oldest === undefined) return
  const page = await call('executions.list', { limit: FIRST_PAGE, beforeId: oldest.id })
  useExecutions.setState((state) => ({ list: merge(state.list, page), hasOlder: page.length === FIRST_PAGE }))
}

/** Subscribes first, reads second; announcements are taken in at most four times a second. Returns the undo. */
export function followExecutions(): () => void {
  let waiting: Execution[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    timer = undefined
    const incoming = waiting
    waiting = []
    useExecutions.setState((state) => ({ list: merge(state.list, incoming) }))
  }
  const stop = on('executions.changed', (execution) => {
    waiting.push(execution)
    timer ??= setTimeout(flush, GATHER_MS)
  })
  void loadExecutions()
  return () => {
    stop()
    clearTimeout(timer)
  }
}

/** Tries again now what waits for a retry: one node, or every node. */
export async function retryUploads(nodeId?: string): Promise<void> {
  await call('uploads.retry', nodeId === undefined ? {} : { nodeId })
}

/** Executions of one node, newest first. */
export async function listExecutions(nodeId: string, limit: number): Promise<readonly Execution[]> {
  return call('executions.list', { nodeId, limit })
}
