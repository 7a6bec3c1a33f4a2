import type { ErrorData } from '../../../shared/domain/errors.ts'
import type { EngineConfig } from '../../../shared/domain/settings.ts'
import type { CallMessage, EventMessage, ReplyMessage } from '../../../shared/ipc/wire.ts'
import type { LogEntry } from '../support/log.ts'

/** What a host tells its engine thread when it makes it. Plain data: it is cloned into the thread. */
export interface EngineBoot {
  readonly config: EngineConfig
  readonly runnerToken: string
  readonly pid: number
  readonly hostname: string
  readonly version: string
  /** Seed of everything random in the engine. */
  readonly seed: string
}

/** Host to engine thread. `stop` ends the thread by itself after the engine has stopped. */
export type ToEngine = CallMessage | { readonly kind: 'stop' }

/** Engine thread to host. `ready` comes once, after the ledger opened; `failed` instead of it when the engine cannot run. */
export type FromEngine =
  | ReplyMessage
  | EventMessage
  | { readonly kind: 'log'; readonly entry: LogEntry }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: ErrorData }
  | { readonly kind: 'stopped' }

/** The end of a message port as both sides use it; `worker_threads` ports and workers fit. */
export interface EnginePort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: unknown) => void): unknown
}
