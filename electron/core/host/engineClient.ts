import { errorFromData, FieldgateError } from '../../../shared/domain/errors.ts'
import type { ErrorData } from '../../../shared/domain/errors.ts'
import type { EngineConfig } from '../../../shared/domain/settings.ts'
import type { Input, Method, Output } from '../../../shared/ipc/contract.ts'
import type { EventMessage } from '../../../shared/ipc/wire.ts'
import type { Clock } from '../support/clock.ts'
import type { Log, LogEntry } from '../support/log.ts'
import type { FromEngine, ToEngine } from './wire.ts'

/** A running engine thread as the client sees it; `node:worker_threads` gives it to the hosts. */
export interface EngineThread {
  postMessage(message: ToEngine): void
  onMessage(listener: (message: FromEngine) => void): void
  /** Called once, when the thread is gone; `problem` says why when nobody asked for it. */
  onExit(listener: (problem: string | undefined) => void): void
  terminate(): Promise<void>
}

/**
 * The states of an engine: `starting` → `running` (ready) or `failed` (cannot run, says why; its thread, if it lives, answers
 * what it can).
 * `running` → `waiting` when its thread died, → `starting` after the backoff. `restart` and `stop` pass through `stopping`.
 */
export type EngineState =
  | { readonly name: 'starting' }
  | { readonly name: 'running' }
  | { readonly name: 'failed'; readonly error: ErrorData }
  | { readonly name: 'waiting'; readonly problem: string; readonly retryAtMs: number }
  | { readonly name: 'stopping' }
  | { readonly name: 'stopped' }

export interface EngineClientOptions {
  readonly config: EngineConfig
  readonly spawn: (config: EngineConfig) => EngineThread
  readonly clock: Clock
  readonly log: Log
  /** Hears the engine's own log lines. */
  readonly onLog?: (entry: LogEntry) => void
  readonly backoffMs?: readonly number[]
}

export interface EngineClient {
  /** Calls a method in the engine. Fails with a retryable `unavailable` while the engine is down or when it dies meanwhile. */
  call<M extends Method>(method: M, input: Input<M>, options?: { readonly signal?: AbortSignal }): Promise<Output<M>>
  /** Announcements of the engine. Revisions grow by one over restarts too; a gap means something was dropped. */
  onEvent(listener: (message: EventMessage) => void): () => void
  onState(listener: (state: EngineState) => void): () => void
  state(): EngineState
  /** Resolves when the engine runs or has failed to. */
  settled(): Promise<EngineState>
  /** Stops the engine, runs `between` while none runs, and starts another with this configuration; calls made meanwhile wait. */
  restart(config: EngineConfig, between?: () => void): Promise<void>
  /** Lets the engine finish what it does, at most `deadlineMs`; then ends its thread. True when it finished by itself. */
  stop(deadlineMs: number): Promise<boolean>
  /** Ends the thread at once, as a power cut would; the client starts another one. */
  crash(): Promise<void>
}

const BACKOFF_MS = [100, 1000, 4000, 15_000, 30_000] as const
/** A thread that dies so often without ever getting ready is not started again by itself. */
const TRIES_TO_START = 4
/** A thread that lived this long has earned a fresh backoff. */
const HEALTHY_AFTER_MS = 60_000
const RESTART_DEADLINE_MS = 10_000

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: FieldgateError) => void
}

/** Keeps one engine thread alive and speaks with it. The first thread is made at once. */
export function connectEngine(options: EngineClientOptions): EngineClient {
  const { clock, log } = options
  const backoff = options.backoffMs ?? BACKOFF_MS
  const ending = new AbortController()
  const eventListeners = new Set<(message: EventMessage) => void>()
  const stateListeners = new Set<(state: EngineState) => void>()
  const pending = new Map<number, Pending>()
  let config = options.config
  let current: EngineState = { name: 'starting' }
  let thread: EngineThread | undefined
  let startedAt = 0
  let crashes = 0
  let failedStarts = 0
  let lastId = 0
  let revision = 0
  let revisionBase = 0
  /** Set while the thread is stopping on purpose; resolves when it is gone. */
  let whenGone: (() => void) | undefined
  /** Calls made during a planned restart wait for this. */
  let restarting: Promise<void> | undefined

  const enter = (state: EngineState): void => {
    current = state
    for (const listener of stateListeners) listener(state)
  }

  const start = (): void => {
    enter({ name: 'starting' })
    startedAt = clock.monotonic()
    // A step over one number: what the thread before did not tell any more shows as a gap.
    if (revision > 0) revisionBase = revision + 1
    const own = options.spawn(config)
    thread = own
    own.onMessage((message) => {
      if (thread === own) receive(message)
    })
    own.onExit((problem) => {
      if (thread === own) lose(problem)
    })
  }

  const receive = (message: FromEngine): void => {
    switch (message.kind) {
      case 'result':
        settle(message.id)?.resolve(message.value)
        break
      case 'error':
        settle(message.id)?.reject(errorFromData(message.error))
        break
      case 'event':
        revision = revisionBase + message.revision
        for (const listener of eventListeners) listener({ ...message, revision })
        break
      case 'log':
        options.onLog?.(message.entry)
        break
      case 'ready':
        failedStarts = 0
        if (current.name === 'starting') enter({ name: 'running' })
        break
      case 'failed':
        log.error('The engine could not start.', { code: message.error.code, cause: message.error.message })
        if (current.name === 'starting') enter({ name: 'failed', error: message.error })
        break
      case 'stopped':
        break
    }
  }

  const settle = (id: number): Pending | undefined => {
    const call = pending.get(id)
    pending.delete(id)
    return call
  }

  const lose = (problem: string | undefined): void => {
    thread = undefined
    const error = new FieldgateError('unavailable', 'The engine stopped while it worked on this.', {
      hint: 'It starts again by itself; nothing that was committed is lost. Try again in a moment.',
    })
    for (const call of pending.values()) call.reject(error)
    pending.clear()
    if (whenGone !== undefined) whenGone()
    else void comeBack(problem ?? 'Its thread ended.')
  }

  const comeBack = async (problem: string): Promise<void> => {
    if (current.name === 'starting') failedStarts++
    if (failedStarts >= TRIES_TO_START) {
      const message = `The engine died ${failedStarts} times while it started: ${problem}`
      log.error(message)
      return enter({ name: 'failed', error: { code: 'internal', message, retryable: false } })
    }
    crashes = clock.monotonic() - startedAt > HEALTHY_AFTER_MS ? 1 : crashes + 1
    const restMs = backoff[Math.min(crashes, backoff.length) - 1] ?? 0
    log.error('The engine thread died; it is started again.', { cause: problem, crashes, restMs })
    enter({ name: 'waiting', problem, retryAtMs: clock.now() + restMs })
    await clock.sleep(restMs, ending.signal)
    if (current.name === 'waiting' && thread === undefined) start()
  }

  /** Asks the thread to stop, ends it at the deadline. */
  const end = async (deadlineMs: number): Promise<boolean> => {
    const own = thread
    if (own === undefined) return true
    enter({ name: 'stopping' })
    const over = new AbortController()
    const gone = new Promise<void>((resolve) => {
      whenGone = resolve
    })
    own.postMessage({ kind: 'stop' })
    const drained = await Promise.race([gone.then(() => true), clock.sleep(deadlineMs, over.signal).then(() => false)])
    over.abort()
    if (!drained) {
      log.warn('The engine did not finish within its deadline and was ended.', { deadlineMs })
      await own.terminate()
      await gone
    }
    whenGone = undefined
    return drained
  }

  const replace = async (between: () => void): Promise<void> => {
    await end(RESTART_DEADLINE_MS)
    between()
    crashes = 0
    failedStarts = 0
    if (!ending.signal.aborted) start()
  }

  const unavailable = (): FieldgateError => {
    if (current.name === 'failed') return errorFromData(current.error)
    if (current.name === 'waiting') {
      return new FieldgateError('unavailable', `The engine stopped: ${current.problem}`, {
        hint: 'It starts again by itself.',
        details: { retryAtMs: current.retryAtMs },
      })
    }
    return new FieldgateError('unavailable', 'The engine is stopped.', { retryable: false })
  }

  start()
  return {
    async call(method, input, { signal } = {}) {
      if (restarting !== undefined) await restarting
      if (signal?.aborted === true) throw cancelled(method)
      const own = thread
      if (own === undefined) throw unavailable()
      const id = ++lastId
      const abort = (): void => {
        own.postMessage({ kind: 'abort', id })
        settle(id)?.reject(cancelled(method))
      }
      try {
        return await new Promise<Output<typeof method>>((resolve, reject) => {
          pending.set(id, { resolve: resolve as (value: unknown) => void, reject })
          signal?.addEventListener('abort', abort, { once: true })
          own.postMessage({ kind: 'call', id, method, input })
        })
      } finally {
        signal?.removeEventListener('abort', abort)
      }
    },
    onEvent(listener) {
      eventListeners.add(listener)
      return () => eventListeners.delete(listener)
    },
    onState(listener) {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    state: () => current,
    settled: () =>
      new Promise((resolve) => {
        if (isSettled(current)) return resolve(current)
        const listener = (state: EngineState): void => {
          if (!isSettled(state)) return
          stateListeners.delete(listener)
          resolve(state)
        }
        stateListeners.add(listener)
      }),
    async restart(next, between = () => undefined) {
      config = next
      restarting ??= replace(between).finally(() => {
        restarting = undefined
      })
      await restarting
    },
    async stop(deadlineMs) {
      ending.abort()
      await restarting
      const drained = await end(deadlineMs)
      enter({ name: 'stopped' })
      return drained
    },
    async crash() {
      await thread?.terminate()
    },
  }
}

function isSettled(state: EngineState): boolean {
  return state.name === 'running' || state.name === 'failed' || state.name === 'stopped'
}

function cancelled(method: string): FieldgateError {
  return new FieldgateError('cancelled', `${method} was cancelled.`)
}
