/** Announcements of state after commit. A listener that throws never breaks the one who announces. */
export interface Bus<Events> {
  emit<E extends keyof Events>(event: E, payload: Events[E]): void
  on<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): () => void
  /** Hears every event; for hosts that forward them. */
  onAny(listener: (event: keyof Events, payload: unknown) => void): () => void
}

/** A bus without listeners; `onListenerError` hears what a listener throws. */
export function createBus<Events>(onListenerError: (error: unknown) => void = () => undefined): Bus<Events> {
  const listeners = new Map<keyof Events, Set<(payload: never) => void>>()
  const any = new Set<(event: keyof Events, payload: unknown) => void>()
  const guarded = (call: () => void): void => {
    try {
      call()
    } catch (error) {
      onListenerError(error)
    }
  }
  return {
    emit(event, payload) {
      for (const listener of listeners.get(event) ?? []) guarded(() => listener(payload as never))
      for (const listener of any) guarded(() => listener(event, payload))
    },
    on(event, listener) {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set)
      set.add(listener)
      return () => set.delete(listener)
    },
    onAny(listener) {
      any.add(listener)
      return () => any.delete(listener)
    },
  }
}
