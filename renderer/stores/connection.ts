import { create } from 'zustand'
import { connection, onConnection } from '../client/client.ts'
import type { ConnectionState } from '../client/transport.ts'

const refreshers = new Set<() => void>()

/** Whether the engine answers, and since when it does not. */
export const useConnection = create<{ readonly state: ConnectionState }>(() => ({ state: { kind: 'connected' } }))

/** Registers what has to be read again once the connection is back; returns the undo. */
export function whenReconnected(refresh: () => void): () => void {
  refreshers.add(refresh)
  return () => refreshers.delete(refresh)
}

/** Follows the transport; call once. Returns the undo. */
export function startConnection(): () => void {
  useConnection.setState({ state: connection() })
  return onConnection(() => {
    const before = useConnection.getState().state
    const state = connection()
    useConnection.setState({ state })
    if (before.kind === 'reconnecting' && state.kind === 'connected') for (const refresh of refreshers) refresh()
  })
}
