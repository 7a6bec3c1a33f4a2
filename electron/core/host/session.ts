import { errorToData, FieldgateError } from '../../../shared/domain/errors.ts'
import type { ErrorData } from '../../../shared/domain/errors.ts'
import type { CredentialSource, EngineConfig } from '../../../shared/domain/settings.ts'
import type { EventMessage } from '../../../shared/ipc/wire.ts'
import type { Clock } from '../support/clock.ts'
import type { Log, LogEntry } from '../support/log.ts'
import { connectEngine } from './engineClient.ts'
import type { EngineClient, EngineState, EngineThread } from './engineClient.ts'

export type SessionCredentials = Extract<CredentialSource, { readonly kind: 'static' }>

export interface SessionOptions {
  /** Reads the configuration anew each time; throws when it is broken. */
  readonly loadConfig: () => EngineConfig | Promise<EngineConfig>
  readonly spawn: (config: EngineConfig) => EngineThread
  readonly clock: Clock
  readonly log: Log
  readonly onLog?: (entry: LogEntry) => void
  /** Credentials kept outside the configuration, such as in the keychain. */
  readonly credentials?: SessionCredentials | undefined
}

/** Why a workspace cannot run: its settings cannot be read, or its engine refuses to start on its ledger. */
export interface Trouble {
  readonly part: 'settings' | 'ledger'
  readonly error: ErrorData
  readonly atMs: number
}

/** One workspace, open: its configuration as last read and the engine that runs it. */
export interface Session {
  /** Throws `unavailable` while the settings cannot be read. */
  engine(): EngineClient
  config(): EngineConfig | undefined
  trouble(): Trouble | undefined
  state(): EngineState
  /** Resolves when the engine runs, or when it is known why it does not. */
  settled(): Promise<void>
  onEvent(listener: (message: EventMessage) => void): () => void
  onState(listener: (state: EngineState) => void): () => void
  /** Credentials for this session only, in memory; undefined goes back to what the configuration says. Starts the engine anew. */
  setCredentials(credentials: SessionCredentials | undefined): Promise<void>
  /**
   * Reads the configuration again and starts the engine anew with it; `between` runs while no engine does. Throws what is
   * wrong with the configuration; the engine before then goes on.
   */
  reload(reason: string, between?: () => void): Promise<void>
  stop(deadlineMs: number): Promise<boolean>
}

/**
 * Opens a workspace: loads its configuration, starts its engine, and starts it anew whenever the engine says
 * `workspace.changed`. Never throws: what is wrong shows as `trouble()`, and `reload` tries again.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { clock, log } = options
  const eventListeners = new Set<(message: EventMessage) => void>()
  const stateListeners = new Set<(state: EngineState) => void>()
  let { credentials } = options
  let config: EngineConfig | undefined
  let engine: EngineClient | undefined
  let settingsTrouble: Trouble | undefined
  let isStopped = false

  const start = (next: EngineConfig): void => {
    engine = connectEngine({
      config: next,
      spawn: options.spawn,
      clock,
      log,
      ...(options.onLog === undefined ? {} : { onLog: options.onLog }),
    })
    engine.onEvent((message) => {
      for (const listener of eventListeners) listener(message)
      if (message.event === 'workspace.changed') followChange((message.payload as { readonly reason: string }).reason)
    })
    engine.onState((state) => {
      for (const listener of stateListeners) listener(state)
    })
  }

  const followChange = (reason: string): void => {
    session.reload(reason).catch((error: unknown) => {
      log.error('The changed configuration could not be read; the engine goes on with the one before.', {
        cause: errorToData(error).message,
      })
    })
  }

  const session: Session = {
    engine() {
      if (engine !== undefined) return engine
      throw new FieldgateError('unavailable', 'The engine was not started: the settings cannot be read.', {
        hint: settingsTrouble?.error.message,
        retryable: false,
      })
    },
    config: () => config,
    trouble: () => settingsTrouble ?? ledgerTrouble(engine?.state(), clock.now()),
    state: () => engine?.state() ?? { name: 'stopped' },
    settled: async () => void (await engine?.settled()),
    onEvent(listener) {
      eventListeners.add(listener)
      return () => eventListeners.delete(listener)
    },
    onState(listener) {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    async setCredentials(next) {
      credentials = next
      await session.reload('credentials were set')
    },
    async reload(reason, between = () => undefined) {
      log.info('The workspace is read anew.', { reason })
      const next = withCredentials(await options.loadConfig(), credentials)
      if (isStopped) return
      config = next
      settingsTrouble = undefined
      if (engine !== undefined) return engine.restart(next, between)
      between()
      start(next)
    },
    async stop(deadlineMs) {
      isStopped = true
      return (await engine?.stop(deadlineMs)) ?? true
    },
  }

  try {
    config = withCredentials(await options.loadConfig(), credentials)
    start(config)
  } catch (error) {
    settingsTrouble = { part: 'settings', error: errorToData(error), atMs: clock.now() }
    log.error('The settings cannot be read.', { cause: settingsTrouble.error.message })
  }
  return session
}

function ledgerTrouble(state: EngineState | undefined, atMs: number): Trouble | undefined {
  return state?.name === 'failed' ? { part: 'ledger', error: state.error, atMs } : undefined
}

function withCredentials(config: EngineConfig, credentials: SessionCredentials | undefined): EngineConfig {
  if (credentials === undefined || config.store.kind !== 's3') return config
  return { ...config, store: { ...config.store, credentials } }
}
