import { create } from 'zustand'
import type { FleetStatus } from '../../shared/domain/node.ts'
import { call, on } from '../client/client.ts'
import { IDLE, failedFrom, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'

interface FleetState {
  readonly load: LoadState
  readonly status: FleetStatus | undefined
}

/** The figures of the whole fleet, live. */
export const useFleet = create<FleetState>(() => ({ load: IDLE, status: undefined }))

function apply(status: FleetStatus): void {
  useFleet.setState((state) =>
    state.status !== undefined && state.status.takenAtMs > status.takenAtMs ? state : { status, load: readyNow() },
  )
}

export async function loadFleet(): Promise<void> {
  useFleet.setState((state) => ({ load: loadingFrom(state.load) }))
  try {
    apply(await call('fleet.status', {}))
  } catch (error) {
    useFleet.setState((state) => ({ load: failedFrom(state.load, error) }))
  }
}

/** Subscribes first, reads second. Returns the undo. */
export function followFleet(): () => void {
  const stop = on('fleet.changed', apply)
  void loadFleet()
  return stop
}

/** Sets the link cap (bytes per second) or the month's budget (bytes); null lifts it, undefined leaves it. */
export async function setLink(
  limits: { readonly bytesPerSecond?: number | null; readonly monthBudgetBytes?: number | null },
  by: string,
): Promise<void> {
  await call('link.set', { ...limits, by })
  await loadFleet()
}
