import { errorToData } from '../../../shared/domain/errors.ts'
import type { CredentialSource, EngineConfig } from '../../../shared/domain/settings.ts'
import type { Clock } from '../support/clock.ts'
import type { Log, LogEntry } from '../support/log.ts'
import { connectEngine } from './engineClient.ts'
import type { EngineClient, EngineThread } from './engineClient.ts'

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

export type SessionCredentials = Extract<CredentialSource, { readonly kind: 'static' }>

/** One workspace, open: its configuration as last read and the engine that runs it. */
export interface Session {
  readonly engine: EngineClient
  config(): EngineConfig
  /** Credentials for this session only, in memory; undefined goes back to what the configuration says. Starts the engine anew. */
  setCredentials(credentials: SessionCredentials | undefined): Promise<void>
  /** Reads the configuration again and starts the engine anew with it. Keeps the old engine when the new file is broken. */
  reload(reason: string): Promise<void>
  stop(deadlineMs: number): Promise<boolean>
}

/**
 * Opens a workspace: loads its configuration, starts its engine, and starts it anew whenever the engine says
 * `workspace.changed`. Throws what `loadConfig` throws; an engine that cannot run shows in `engine.state()`.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  let credentials = options.credentials
  const load = async (): Promise<EngineConfig> => withCredentials(await options.loadConfig(), credentials)
  let config = await load()
  const engine = connectEngine({
    config,
    spawn: options.spawn,
    clock: options.clock,
    log: options.log,
    ...(options.onLog === undefined ? {} : { onLog: options.onLog }),
  })
  const session: Session = {
    engine,
    config: () => config,
    async reload(reason) {
      options.log.info('The workspace changed; the engine starts anew.', { reason })
      config = await load()
      await engine.restart(config)
    },
    async setCredentials(next) {
      credentials = next
      await session.reload('credentials were set')
    },
    async stop(deadlineMs) {
      unsubscribe()
      return engine.stop(deadlineMs)
    },
  }
  const unsubscribe = engine.onEvent((message) => {
    if (message.event !== 'workspace.changed') return
    const { reason } = message.payload as { readonly reason: string }
    session.reload(reason).catch((error: unknown) => {
      options.log.error('The changed configuration could not be read; the engine goes on with the one before.', {
        cause: errorToData(error).message,
      })
    })
  })
  return session
}

function withCredentials(config: EngineConfig, credentials: SessionCredentials | undefined): EngineConfig {
  if (credentials === undefined || config.store.kind !== 's3') return config
  return { ...config, store: { ...config.store, credentials } }
}
