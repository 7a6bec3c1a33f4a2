import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron } from '@playwright/test'
import type { ElectronApplication, Page } from '@playwright/test'
import { ROOT, findElectron } from './electronDist.ts'

export interface DesktopOptions {
  /** What stands behind the app's folder on the command line. */
  readonly args?: readonly string[]
  /** Folder for the app's own state; a new one unless given. */
  readonly userData?: string
  /** Another app than this repository's. */
  readonly app?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface Desktop {
  readonly app: ElectronApplication
  readonly userData: string
  /** The window, loaded. */
  page(): Promise<Page>
  /** Quits as a person would, and waits until the process is gone. */
  close(): Promise<void>
  /** Ends the process without a chance to tidy up. */
  kill(): Promise<void>
}

/** Starts the desktop app. The caller closes it; `userData` made here is removed then. */
export async function launchDesktop(options: DesktopOptions = {}): Promise<Desktop> {
  const userData = options.userData ?? (await mkdtemp(join(tmpdir(), 'fieldgate-e2e-')))
  const { dist } = findElectron()
  // Playwright asks the package `electron` of its own process for the binary, so the choice has to stand there.
  if (dist !== undefined) process.env['ELECTRON_OVERRIDE_DIST_PATH'] = dist
  const app = await _electron.launch({
    args: [options.app ?? ROOT, `--user-data-dir=${userData}`, ...(options.args ?? [])],
    env: { ...(process.env as Record<string, string>), ...options.env },
    colorScheme: 'dark',
  })
  const child = app.process()
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => {
      said += text.toString()
    })
  }
  if (process.env['FIELDGATE_E2E_VERBOSE'] === '1') child.stderr?.pipe(process.stderr)
  const tidy = async (): Promise<void> => {
    if (options.userData === undefined) await rm(userData, { recursive: true, force: true, maxRetries: 5 })
  }
  const gone = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    await tidy()
  }
  return {
    app,
    userData,
    page: async () => {
      const page = await app.firstWindow().catch((error: unknown) => {
        throw new Error(`No window came. The app said:\n${said}`, { cause: error })
      })
      // A window begins blank; its page comes right after.
      await page.waitForURL((url) => url.protocol !== 'about:')
      await page.waitForLoadState('domcontentloaded')
      return page
    },
    close: async () => {
      await app.close()
      await gone()
    },
    kill: async () => {
      child.kill('SIGKILL')
      await gone()
    },
  }
}
