import { create } from 'zustand'
import type { AuditRecord } from '../../shared/ipc/contract.ts'
import { call, on } from '../client/client.ts'
import { IDLE, failedFrom, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'

const LIMIT = 1000
const GATHER_MS = 500

interface AuditState {
  readonly load: LoadState
  /** Newest first. */
  readonly records: readonly AuditRecord[]
}

/** The audit trail: who changed what, when and why. */
export const useAudit = create<AuditState>(() => ({ load: IDLE, records: [] }))

export async function loadAudit(): Promise<void> {
  useAudit.setState((state) => ({ load: loadingFrom(state.load) }))
  try {
    const records = await call('audit.list', { limit: LIMIT })
    useAudit.setState({ records: records.toSorted((a, b) => b.id - a.id), load: readyNow() })
  } catch (error) {
    useAudit.setState((state) => ({ load: failedFrom(state.load, error) }))
  }
}

/** Reads the trail, and again after every change that writes into it. Returns the undo. */
export function followAudit(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const readSoon = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      void loadAudit()
    }, GATHER_MS)
  }
  const stops = [on('pipelines.changed', readSoon), on('workspace.changed', readSoon), on('epochs.started', readSoon)]
  void loadAudit()
  return () => {
    for (const stop of stops) stop()
    clearTimeout(timer)
  }
}
