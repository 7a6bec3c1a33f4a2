import type { Chromium } from '../chromium.ts'
import type { Runtime } from '../runtime.ts'
import { strict } from '../strict.ts'
import { createApp } from './app.ts'
import type { StandinApp } from './app.ts'
import { createIpc } from './ipcMain.ts'
import { createMenuApi } from './menu.ts'
import { createRecorders } from './recorders.ts'
import type { Recorded } from './recorders.ts'
import { createSchemes } from './schemes.ts'
import { createWindows } from './windows.ts'

export interface StandinElectron {
  readonly module: Readonly<Record<string, unknown>>
  readonly app: StandinApp
  /** Ready: windows may be made. */
  becomeReady(chromium: Chromium): Promise<void>
}

/** The module `electron` of the main process, limited to what Fieldgate uses. */
export function createElectron(runtime: Runtime): StandinElectron {
  const recorded: Recorded = { opened: [], notifications: [], trays: [], messages: [] }
  const schemes = createSchemes(runtime)
  const ipc = createIpc()
  const windows = createWindows({ runtime, schemes, ipc }, () => ({
    onCreated: (contents) => void app.emit('web-contents-created', {}, contents),
    onAllClosed: () => {
      if (app.standinIsQuitting()) return
      if (app.listenerCount('window-all-closed') > 0) app.emit('window-all-closed')
      else app.quit()
    },
  }))
  const { app, becomeReady } = createApp(runtime, windows)
  const defaultSession = strict('session', {
    setPermissionRequestHandler: () => undefined,
    setPermissionCheckHandler: () => undefined,
  })
  const members = {
    app,
    BrowserWindow: windows.BrowserWindow,
    webContents: windows.webContents,
    ipcMain: ipc.ipcMain,
    protocol: schemes.protocol,
    session: strict('session', { defaultSession }),
    Menu: createMenuApi(),
    ...createRecorders(recorded),
    /** What the recorders remember; only the stand-in has it. */
    standin: recorded,
  }
  return {
    module: strict('electron', members),
    app,
    async becomeReady(chromium) {
      await windows.watchTargets(chromium)
      becomeReady()
    },
  }
}
