import type { MenuItemConstructorOptions } from 'electron'
import type { ScreenName } from './appUrl.ts'

export interface MenuActions {
  readonly go: (screen: ScreenName) => void
  readonly openWorkspace: () => void
  readonly openDemo: () => void
  readonly showLogs: () => void
  readonly installUpdate?: () => void
  /** Undefined where no feed is configured: then there is nothing to ask. */
  readonly checkForUpdates?: (() => void) | undefined
}

export interface MenuOptions {
  readonly isMac: boolean
  /** Developer tools are in the menu of a development build only. */
  readonly isPackaged: boolean
  readonly actions: MenuActions
}

const SCREEN_ITEMS: readonly { readonly screen: ScreenName; readonly label: string }[] = [
  { screen: 'fleet', label: 'Fleet' },
  { screen: 'pipelines', label: 'Pipelines' },
  { screen: 'buckets', label: 'Buckets' },
  { screen: 'proof', label: 'Proof' },
  { screen: 'activity', label: 'Activity' },
  { screen: 'simulator', label: 'Simulator' },
  { screen: 'settings', label: 'Settings' },
]

/** The native menu. Ids are stable: tests and the stand-in find items by them. */
export function menuTemplate({ isMac, isPackaged, actions }: MenuOptions): MenuItemConstructorOptions[] {
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: 'File',
      submenu: [
        {
          id: 'file.open',
          label: 'Open workspace…',
          accelerator: 'CmdOrCtrl+O',
          click: () => actions.openWorkspace(),
        },
        { id: 'file.demo', label: 'Open the demo fleet', click: () => actions.openDemo() },
        { type: 'separator' },
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        ...SCREEN_ITEMS.map(({ screen, label }, at) => ({
          id: `view.${screen}`,
          label,
          accelerator: `CmdOrCtrl+${at + 1}`,
          click: () => actions.go(screen),
        })),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(isPackaged ? [] : [{ type: 'separator' } as const, { role: 'toggleDevTools' } as const]),
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        { id: 'help.logs', label: 'Show log files', click: () => actions.showLogs() },
        { id: 'help.support', label: 'Support bundle…', click: () => actions.go('settings') },
        { type: 'separator' },
        { id: 'help.update', label: 'Install an update from a folder…', click: () => actions.installUpdate?.() },
        ...(actions.checkForUpdates === undefined
          ? []
          : [{ id: 'help.check', label: 'Check for updates…', click: () => actions.checkForUpdates?.() }]),
      ],
    },
  ]
}
