import type { EngineConfig } from '../../shared/domain/settings.ts'
import type { RecoveryView } from '../../shared/ipc/contract.ts'
import type { EventMessage } from '../../shared/ipc/wire.ts'
import { loadConfig } from '../core/config/loadConfig.ts'
import type { EngineState } from '../core/host/engineClient.ts'
import type { RecoveryChoice } from '../core/host/recovery.ts'
import { openRecoveryDesk } from '../core/host/recoveryDesk.ts'
import type { RecoveryDesk } from '../core/host/recoveryDesk.ts'
import { openSession } from '../core/host/session.ts'
import type { Session } from '../core/host/session.ts'
import { systemClock } from '../core/support/clock.ts'
import type { Log } from '../core/support/log.ts'
import { openDemoWorkspace } from '../worker/demoWorkspace.ts'
import { spawnEngine } from '../worker/spawnEngine.ts'
import type { Vault } from './secrets.ts'

export interface WorkspaceOptions {
  readonly tempFolder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly version: string
  readonly log: Log
  readonly vault: Vault
  readonly onEvent: (message: EventMessage) => void
  readonly onState: (state: EngineState) => void
}

/** The workspace the window shows; another may take its place. */
export interface Workspace {
  /** The session, once it is open; calls wait for it. */
  session(): Promise<Session>
  /** Absolute folder; undefined for the demo, whose folder is temporary. */
  folder(): string | undefined
  notices(): readonly string[]
  /** Set while the workspace cannot run. */
  recovery(): RecoveryView | undefined
  /** Ends the workspace that is open, drained, and opens another; null is the demo. */
  open(folder: string | null): Promise<void>
  recover(choice: RecoveryChoice): Promise<void>
  /** Stops the engine within the deadline; keeps a snapshot of the ledger when it did, and removes a demo. */
  close(deadlineMs: number): Promise<boolean>
}

const CHANGE_DEADLINE_MS = 10_000

interface Opened {
  readonly session: Session
  readonly folder: string | undefined
  readonly notices: string[]
  readonly dispose: () => Promise<void>
}

/** Opens a workspace: a folder, or the demo when there is none. Never throws: what is wrong shows as `recovery()`. */
export function openWorkspace(first: string | null, options: WorkspaceOptions): Workspace {
  let current: Opened | undefined
  let desk: RecoveryDesk | undefined
  let opening: Promise<Opened>

  const open = async (folder: string | null): Promise<Opened> => {
    desk = undefined
    const opened = folder === null ? await openDemo(options) : await openFolder(folder, options)
    current = opened
    opened.session.onEvent(options.onEvent)
    desk = openRecoveryDesk({ session: opened.session, folder: opened.folder, clock: systemClock, log: options.log })
    opened.session.onState(options.onState)
    return opened
  }

  const close = async (deadlineMs: number): Promise<boolean> => {
    const { dispose, session } = await opening
    const drained = await (desk ?? session).stop(deadlineMs)
    await dispose()
    return drained
  }

  opening = open(first)
  return {
    session: async () => (await opening).session,
    folder: () => current?.folder,
    notices: () => current?.notices ?? [],
    recovery: () => desk?.recovery(),
    async open(folder) {
      await close(CHANGE_DEADLINE_MS)
      opening = open(folder)
      await opening
    },
    async recover(choice) {
      await opening
      await desk?.recover(choice)
    },
    close,
  }
}

async function openFolder(folder: string, options: WorkspaceOptions): Promise<Opened> {
  const notices: string[] = []
  const load = (): EngineConfig => {
    const loaded = loadConfig({ workspace: folder, env: options.env, cwd: options.cwd })
    notices.splice(0, notices.length, ...loaded.notices)
    return loaded.config
  }
  const session = await openOn(load, options, await options.vault.read(folder))
  return { session, folder, notices, dispose: async () => undefined }
}

async function openDemo(options: WorkspaceOptions): Promise<Opened> {
  const demo = await openDemoWorkspace(options.tempFolder)
  const session = await openOn(demo.loadConfig, options, undefined)
  return { session, folder: undefined, notices: [...demo.notices], dispose: demo.dispose }
}

function openOn(
  load: () => EngineConfig | Promise<EngineConfig>,
  options: WorkspaceOptions,
  credentials: Awaited<ReturnType<Vault['read']>>,
): Promise<Session> {
  return openSession({
    loadConfig: load,
    spawn: (config) => spawnEngine(config, options.version),
    clock: systemClock,
    log: options.log,
    onLog: ({ level, message, fields }) => options.log[level](message, fields),
    credentials,
  })
}
