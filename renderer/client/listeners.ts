import type { Events } from '../../shared/ipc/contract.ts'
import type { EventListener } from './transport.ts'

type AnyListener = (payload: unknown, revision: number) => void

/** Listeners by event; adding returns the undo. One that throws does not keep the others from hearing. */
export interface Listeners {
  readonly add: <E extends keyof Events>(event: E, listener: EventListener<E>) => () => void
  readonly tell: (event: string, payload: unknown, revision: number) => void
}

export function createListeners(): Listeners {
  const byEvent = new Map<string, Set<AnyListener>>()
  return {
    add: (event, listener) => {
      const set = byEvent.get(event) ?? new Set<AnyListener>()
      byEvent.set(event, set)
      const entry = listener as AnyListener
      set.add(entry)
      return () => set.delete(entry)
    },
    tell: (event, payload, revision) => {
      for (const listener of byEvent.get(event) ?? []) {
        try {
          listener(payload, revision)
        } catch (error) {
          reportError(error)
        }
      }
    },
  }
}
