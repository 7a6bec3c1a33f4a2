import { join } from 'node:path'
import { Menu, app, crashReporter, safeStorage, shell } from 'electron'
import type { BrowserWindow } from 'electron'
import { createCallRouter } from '../core/host/callRouter.ts'
import { systemClock } from '../core/support/clock.ts'
import { createLog } from '../core/support/log.ts'
import { LINK_SCHEME } from './appUrl.ts'
import type { Place } from './appUrl.ts'
import { commandLineOf, readArguments } from './arguments.ts'
import { runAsCommand } from './commandLine.ts'
import { desktopDialogs } from './dialogs.ts'
import { desktopHost } from './desktopHost.ts'
import { answerCalls, sendEvent } from './ipcHost.ts'
import { openLocalState } from './localState.ts'
import { openLogFile } from './logFile.ts'
import { menuTemplate } from './menu.ts'
import { notificationSettings, openNewsroom } from './news.ts'
import { refusePermissions, registerAppScheme, serveAppScheme } from './protocol.ts'
import { drainOnQuit } from './quit.ts'
import { openVault } from './secrets.ts'
import { openTray } from './tray.ts'
import { openUpdates } from './updates/updates.ts'
import { guardEveryPage, openWindow, showWindow } from './window.ts'
import { openWorkspace } from './workspace.ts'

// What happens at the start, in order. Everything that decides is in the modules; this file only wires.
const here = import.meta.dirname
const paths = {
  preload: join(here, '../preload/index.cjs'),
  renderer: join(here, '../renderer'),
  icons: join(here, '../resources/icons'),
}

app.setName('Fieldgate')
app.enableSandbox()
registerAppScheme()
crashReporter.start({ uploadToServer: false })

const started = readArguments(process.argv.slice(1), process.cwd())
const command = commandLineOf(process.argv.slice(1))
if (command !== undefined) void runAsCommand(command)
else if (app.requestSingleInstanceLock()) void boot()
else app.quit()

async function boot(): Promise<void> {
  const folder = app.getPath('userData')
  const logFile = openLogFile({ folder: app.getPath('logs') })
  const log = createLog(systemClock, (entry) => logFile.write(entry))
  const local = openLocalState(folder)
  process.on('uncaughtException', (error) =>
    log.error('An error reached the top of the main process.', { cause: error.stack }),
  )
  guardEveryPage(log)

  await app.whenReady()
  refusePermissions()
  serveAppScheme(paths.renderer)

  let window: BrowserWindow | undefined
  const go = (place?: Place): void => {
    if (window === undefined || window.isDestroyed()) window = open(place ?? 'fleet')
    else showWindow(window, place)
  }

  const tray = openTray({ iconFolder: paths.icons, onOpen: () => go(), onQuit: () => app.quit() })
  const notifications = notificationSettings(local)
  const newsroom = openNewsroom(tray, notifications, go)
  const vault = openVault(join(folder, 'secrets'), safeStorage, process.platform)
  const workspace = openWorkspace(
    started.workspace === undefined ? (local.read().workspace ?? null) : started.workspace,
    {
      tempFolder: app.getPath('temp'),
      env: process.env,
      cwd: process.cwd(),
      version: app.getVersion(),
      log,
      vault,
      onEvent: (message) => {
        newsroom.hear(message)
        sendEvent(window, message)
      },
      onState: () => {
        if (workspace.recovery() !== undefined) go('recovery')
      },
    },
  )
  if (typeof started.workspace === 'string') local.write({ workspace: started.workspace })

  const dialogs = desktopDialogs(() => window)
  const host = desktopHost({
    workspace,
    vault,
    dialogs,
    platform: process.platform,
    notifications,
    onOpened: (opened) => local.write({ workspace: opened }),
  })
  answerCalls(createCallRouter(async () => (await workspace.session()).engine(), host))

  const open = (place: Place): BrowserWindow =>
    openWindow(place, {
      preload: paths.preload,
      icon: join(paths.icons, '512x512.png'),
      stored: local.read().window,
      onState: (state) => local.write({ window: state }),
      log,
    })
  const openFolder = async (choice: string | null): Promise<void> => {
    await host['host.openWorkspace']({ folder: choice })
    window?.webContents.reload()
  }
  const executions = async () => (await workspace.session()).engine().call('executions.list', { limit: 200 })
  const updates = openUpdates({
    log,
    window: () => window,
    pickFolder: (title) => dialogs.pickFolder(title),
    executions,
  })
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(
      menuTemplate({
        isMac: process.platform === 'darwin',
        isPackaged: app.isPackaged,
        actions: {
          go,
          openWorkspace: () =>
            void dialogs
              .pickFolder('Open workspace')
              .then((choice) => (choice === null ? undefined : openFolder(choice))),
          openDemo: () => void openFolder(null),
          showLogs: () => shell.showItemInFolder(logFile.path),
          installUpdate: () => void updates.installFromFolder(),
          checkForUpdates: updates.check === undefined ? undefined : () => void updates.check?.(),
        },
      }),
    ),
  )
  window = open(started.place ?? 'fleet')

  app.setAsDefaultProtocolClient(LINK_SCHEME)
  app.on('second-instance', (_event, argv, cwd) => {
    const asked = readArguments(argv.slice(1), cwd)
    go(asked.place)
    if (typeof asked.workspace === 'string' && asked.workspace !== workspace.folder()) void openFolder(asked.workspace)
  })
  app.on('open-url', (event, url) => {
    event.preventDefault()
    go(readArguments([url], '/').place)
  })
  // A workspace that is double-clicked on macOS comes as an event, elsewhere as an argument.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    const opened = readArguments([path], '/').workspace
    if (typeof opened === 'string') void openFolder(opened)
  })
  app.on('activate', () => go())
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  drainOnQuit({
    log,
    window: () => window,
    executions,
    close: (deadlineMs) => workspace.close(deadlineMs),
    flush: () => logFile.flush(),
  })

  const session = await workspace.session()
  await session.settled()
  if (workspace.recovery() !== undefined) go('recovery')
}
