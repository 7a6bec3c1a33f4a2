import { errorToData, FieldgateError } from '../../../shared/domain/errors.ts'
import type { RecoveryView } from '../../../shared/ipc/contract.ts'
import type { Clock } from '../support/clock.ts'
import type { Log } from '../support/log.ts'
import {
  applyRecovery,
  describeTrouble,
  fileStamp,
  keepLedgerSnapshot,
  keepSettingsSnapshot,
  workspaceFiles,
} from './recovery.ts'
import type { RecoveryChoice, WorkspaceFiles } from './recovery.ts'
import type { Session } from './session.ts'

/** What every host offers when its workspace cannot run, and what it keeps for that day while it can. */
export interface RecoveryDesk {
  /** Set while the workspace cannot run. */
  recovery(): RecoveryView | undefined
  /** Goes on as chosen. Throws what still keeps the engine from running, or `conflict` when nothing does. */
  recover(choice: RecoveryChoice): Promise<void>
  /** Stops the engine; keeps a snapshot of the ledger when it was running and finished by itself. */
  stop(deadlineMs: number): Promise<boolean>
}

export interface RecoveryDeskOptions {
  readonly session: Session
  /** Where the workspace lies, for when its settings cannot say; undefined for one that has no folder of its own. */
  readonly folder: string | undefined
  readonly clock: Clock
  readonly log: Log
}

/** Watches a session from its start: settings that work are kept, and what is broken is set aside unchanged. */
export function openRecoveryDesk({ session, folder, clock, log }: RecoveryDeskOptions): RecoveryDesk {
  let view: RecoveryView | undefined

  const watch = (): void => {
    const trouble = session.trouble()
    const files = filesOf(session, folder)
    if (files === undefined) return
    if (trouble !== undefined) view ??= describeTrouble(trouble, files, fileStamp(clock.now()))
    else if (session.state().name === 'running') {
      view = undefined
      guarded(log, () => keepSettingsSnapshot(files))
    }
  }
  session.onState(watch)
  watch()

  return {
    recovery: () => view,
    async recover(choice) {
      const trouble = session.trouble()
      const files = filesOf(session, folder)
      if (trouble === undefined || files === undefined) {
        throw new FieldgateError('conflict', 'There is nothing to recover: the workspace runs.')
      }
      const stamp = fileStamp(clock.now())
      const apply = (): void => applyRecovery(choice, trouble.part, files, stamp)
      if (trouble.part === 'settings') {
        apply()
        await session.reload(`recovery: ${choice}`)
      } else await session.reload(`recovery: ${choice}`, apply)
      await session.settled()
      const still = session.trouble()
      view = still === undefined ? undefined : describeTrouble(still, files, stamp)
      if (still !== undefined)
        throw new FieldgateError(still.error.code, still.error.message, { hint: still.error.hint })
    },
    async stop(deadlineMs) {
      const wasRunning = session.state().name === 'running'
      const drained = await session.stop(deadlineMs)
      const files = filesOf(session, folder)
      if (drained && wasRunning && files !== undefined) guarded(log, () => keepLedgerSnapshot(files))
      return drained
    },
  }
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
