import { app, dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import type { Execution } from '../../shared/domain/execution.ts'
import { systemClock } from '../core/support/clock.ts'
import type { Log } from '../core/support/log.ts'
import { describeDrain, nextOnQuit } from './drain.ts'
import type { QuitState } from './drain.ts'

const DRAIN_MS = 10_000
/** A drain shorter than this shows nothing. */
const QUIET_MS = 600

export interface QuitOptions {
  readonly log: Log
  readonly window: () => BrowserWindow | undefined
  readonly executions: () => Promise<readonly Execution[]>
  /** Lets the engine finish; true when it did in time. */
  readonly close: (deadlineMs: number) => Promise<boolean>
  /** What must be on disk before the process goes. */
  readonly flush: () => Promise<void>
}

/** The first quit lets uploads finish, showing what it waits for; the second, or "Quit now", ends at once. */
export function drainOnQuit(options: QuitOptions): void {
  let state: QuitState = 'open'
  app.on('before-quit', (event) => {
    const next = nextOnQuit(state)
    state = next.state
    if (!next.mayEnd) event.preventDefault()
    if (next.begins) void drain()
    else if (next.mayEnd) options.log.info('Quitting.')
  })

  const drain = async (): Promise<void> => {
    const over = new AbortController()
    void explain(over.signal)
    const drained = await options.close(DRAIN_MS).catch(() => false)
    over.abort()
    if (!drained) options.log.warn('The engine did not finish before the deadline; it resumes at the next start.')
    await options.flush()
    state = 'done'
    app.quit()
  }

  const explain = async (signal: AbortSignal): Promise<void> => {
    const waitingFor = options.executions().catch((): readonly Execution[] => [])
    await systemClock.sleep(QUIET_MS, signal)
    const window = options.window()
    if (signal.aborted || window === undefined || window.isDestroyed()) return
    const { message, detail } = describeDrain(await Promise.race([waitingFor, noneAfter(signal)]), DRAIN_MS)
    window.setTitle(`Fieldgate: ${message}`)
    const { response } = await dialog.showMessageBox(window, {
      type: 'info',
      title: 'Fieldgate',
      message,
      detail,
      buttons: ['Wait', 'Quit now'],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
      signal,
    })
    if (response === 1 && !signal.aborted) app.quit()
  }
}

async function noneAfter(signal: AbortSignal): Promise<readonly Execution[]> {
  await systemClock.sleep(500, signal)
  return []
}
