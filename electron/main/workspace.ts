import { errorToData, FieldgateError } from '../../shared/domain/errors.ts'
import type { EngineConfig } from '../../shared/domain/settings.ts'
import type { RecoveryView } from '../../shared/ipc/contract.ts'
import type { EventMessage } from '../../shared/ipc/wire.ts'
import { loadConfig } from '../core/config/loadConfig.ts'
import type { EngineState } from '../core/host/engineClient.ts'
import {
  applyRecovery,
  describeTrouble,
  fileStamp,
  keepLedgerSnapshot,
  keepSettingsSnapshot,
  workspaceFiles,
} from '../core/host/recovery.ts'
import type { RecoveryChoice, WorkspaceFiles } from '../core/host/recovery.ts'
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
  let opening: Promise<Opened>
  let recovery: RecoveryView | undefined

  const open = async (folder: string | null): Promise<Opened> => {
    recovery = undefined
    const opened = folder === null ? await openDemo(options) : await openFolder(folder, options)
    current = opened
    opened.session.onEvent(options.onEvent)
    opened.session.onState((state) => {
      watch(opened)
      options.onState(state)
    })
    watch(opened)
    return opened
  }

  /** Keeps what recovery needs: a view of the trouble, or a snapshot of settings that work. */
  const watch = ({ session, folder }: Opened): void => {
    const trouble = session.trouble()
    const files = filesOf(session, folder)
    if (files === undefined) return
    if (trouble !== undefined) recovery ??= describeTrouble(trouble, files, fileStamp(systemClock.now()))
    else if (session.state().name === 'running') {
      recovery = undefined
      guarded(options.log, () => keepSettingsSnapshot(files))
    }
  }

  const close = async (deadlineMs: number): Promise<boolean> => {
    const { session, folder, dispose } = await opening
    const wasRunning = session.state().name === 'running'
    const drained = await session.stop(deadlineMs)
    const files = filesOf(session, folder)
    if (drained && wasRunning && files !== undefined) guarded(options.log, () => keepLedgerSnapshot(files))
    await dispose()
    return drained
  }

  opening = open(first)
  return {
    session: async () => (await opening).session,
    folder: () => current?.folder,
    notices: () => current?.notices ?? [],
    recovery: () => recovery,
    async open(folder) {
      await close(CHANGE_DEADLINE_MS)
      opening = open(folder)
      await opening
    },
    async recover(choice) {
      const { session, folder } = await opening
      const trouble = session.trouble()
      const files = filesOf(session, folder)
      if (trouble === undefined || files === undefined) {
        throw new FieldgateError('conflict', 'There is nothing to recover: the workspace runs.')
      }
      const stamp = fileStamp(systemClock.now())
      const apply = (): void => applyRecovery(choice, trouble.part, files, stamp)
      if (trouble.part === 'settings') {
        apply()
        await session.reload(`recovery: ${choice}`)
      } else await session.reload(`recovery: ${choice}`, apply)
      await session.settled()
      const still = session.trouble()
      recovery = still === undefined ? undefined : describeTrouble(still, files, stamp)
      if (still !== undefined)
        throw new FieldgateError(still.error.code, still.error.message, { hint: still.error.hint })
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

function filesOf(session: Session, folder: string | undefined): WorkspaceFiles | undefined {
  const config = session.config()
  if (config !== undefined) return workspaceFiles(config.workspace, config.file, config.stateDir)
  return folder === undefined ? undefined : workspaceFiles(folder)
}

/** A snapshot is a convenience: that it failed is said, and stops nothing. */
function guarded(log: Log, work: () => void): void {
  try {
    work()
  } catch (error) {
    log.warn('A snapshot for recovery could not be kept.', { cause: errorToData(error).message })
  }
}
