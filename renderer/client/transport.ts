import type { ErrorData } from '../../shared/domain/errors.ts'
import type { Events } from '../../shared/ipc/contract.ts'

/** What a call comes back with on every wire: failures are data, never a rejected promise. */
export type Reply = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: ErrorData }

/** Whether the engine can be reached, and since when it could not; epoch milliseconds of this computer. */
export type ConnectionState =
  | { readonly kind: 'connected' }
  | { readonly kind: 'reconnecting'; readonly sinceMs: number; readonly nextTryMs: number | undefined }

export type EventListener<E extends keyof Events> = (payload: Events[E], revision: number) => void

/**
 * The one way to an engine. `call` rejects with a FieldgateError; an aborted call rejects with `cancelled`.
 * `on` returns its own undo. Announcements of one connection carry a revision that grows by one.
 */
export interface Transport {
  readonly call: (method: string, input: unknown, options?: { readonly signal?: AbortSignal }) => Promise<unknown>
  readonly on: <E extends keyof Events>(event: E, listener: EventListener<E>) => () => void
  readonly connection: () => ConnectionState
  /** Called at every change of `connection`. */
  readonly onConnection: (listener: () => void) => () => void
}
