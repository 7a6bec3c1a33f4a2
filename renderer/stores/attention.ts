import { create } from 'zustand'
import type { AttentionEntry, Remedy } from '../../shared/domain/attention.ts'
import { call, callNamed, on } from '../client/client.ts'
import { IDLE, failedFrom, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'

interface AttentionState {
  readonly load: LoadState
  readonly entries: readonly AttentionEntry[]
}

/** What needs, or may need, a person; worst first, as the engine ordered it. */
export const useAttention = create<AttentionState>(() => ({ load: IDLE, entries: [] }))

export async function loadAttention(): Promise<void> {
  useAttention.setState((state) => ({ load: loadingFrom(state.load) }))
  try {
    useAttention.setState({ entries: await call('attention.list', {}), load: readyNow() })
  } catch (error) {
    useAttention.setState((state) => ({ load: failedFrom(state.load, error) }))
  }
}

/** Subscribes first, reads second. Returns the undo. */
export function followAttention(): () => void {
  const stop = on('attention.changed', (entries) => useAttention.setState({ entries, load: readyNow() }))
  void loadAttention()
  return stop
}

/** Does what a remedy proposes, where it can be done from here. */
export async function runRemedy(remedy: Remedy, by: string): Promise<void> {
  if (remedy.method === undefined) return
  const input = remedy.input ?? {}
  await callNamed(remedy.method, remedy.method === 'doctor.fix' ? { by, ...input } : input)
  await loadAttention()
}
