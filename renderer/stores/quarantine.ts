import { create } from 'zustand'
import type { QuarantineReason } from '../../shared/domain/pipelines.ts'
import type { QuarantineRecord } from '../../shared/ipc/contract.ts'
import { call } from '../client/client.ts'
import { IDLE, failedFrom, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'

const LIMIT = 5000

interface QuarantineState {
  readonly load: LoadState
  readonly reasons: readonly QuarantineReason[]
  /** Newest first, at most 5,000. */
  readonly records: readonly QuarantineRecord[]
}

/** Rows kept aside with their reasons. */
export const useQuarantine = create<QuarantineState>(() => ({ load: IDLE, reasons: [], records: [] }))

export async function loadQuarantine(): Promise<void> {
  useQuarantine.setState((state) => ({ load: loadingFrom(state.load) }))
  try {
    const [reasons, records] = await Promise.all([
      call('quarantine.summary', {}),
      call('quarantine.list', { limit: LIMIT }),
    ])
    useQuarantine.setState({ reasons, records, load: readyNow() })
  } catch (error) {
    useQuarantine.setState((state) => ({ load: failedFrom(state.load, error) }))
  }
}

/** Tries rows again against the present contract: those that satisfy it are delivered. */
export async function replayQuarantine(
  ids: readonly number[] | undefined,
  by: string,
): Promise<{ readonly replayed: number; readonly rejected: number }> {
  const outcome = await call('quarantine.replay', { by, ...(ids === undefined ? {} : { ids: [...ids] }) })
  await loadQuarantine()
  return outcome
}
