import { BrowserWindow, app, screen, shell } from 'electron'
import type { WebContents } from 'electron'
import type { Log } from '../core/support/log.ts'
import { placeHash, placeUrl } from './appUrl.ts'
import type { Place } from './appUrl.ts'
import { decideWindowOpen, mayNavigate } from './guards.ts'
import { MIN_HEIGHT, MIN_WIDTH, restoreWindowState } from './windowState.ts'
import type { WindowState } from './windowState.ts'
import { WEB_PREFERENCES } from './webPreferences.ts'

export interface WindowOptions {
  readonly preload: string
  readonly icon: string
  readonly stored: unknown
  readonly onState: (state: WindowState) => void
  readonly log: Log
}

/** Every page of the app, whoever makes it, is held to the guards: no navigation away, no new windows, no guests. */
export function guardEveryPage(log: Log): void {
  app.on('web-contents-created', (_event, contents) => guardPage(contents, log))
}

function guardPage(contents: WebContents, log: Log): void {
  const stay = (event: { readonly url: string; preventDefault(): void }): void => {
    if (mayNavigate(event.url)) return
    event.preventDefault()
    log.warn('The window was kept from leaving its own pages.', { scheme: event.url.split(':', 1)[0] })
  }
  contents.on('will-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    const { action, openOutside } = decideWindowOpen(url)
    if (openOutside) void shell.openExternal(url)
    return { action }
  })
}

/** Opens the window where it was, on a display that is there. It shows when its first frame is drawn. */
export function openWindow(place: Place, options: WindowOptions): BrowserWindow {
  const displays = screen.getAllDisplays().map((display) => display.workArea)
  const { isMaximized, ...bounds } = restoreWindowState(options.stored, displays)
  const window = new BrowserWindow({
    ...bounds,
    minWidth: MIN_WIDTH,
    minHeight: MIN_HEIGHT,
    show: false,
    title: 'Fieldgate',
    icon: options.icon,
    backgroundColor: '#12181b',
    autoHideMenuBar: true,
    webPreferences: { ...WEB_PREFERENCES, preload: options.preload },
  })
  if (isMaximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () => options.onState({ ...window.getNormalBounds(), isMaximized: window.isMaximized() }))
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    options.log.error('The window process ended; the page is loaded again.', { reason })
    if (reason !== 'clean-exit' && !window.isDestroyed()) window.webContents.reload()
  })
  window.loadURL(placeUrl(place)).catch((error: unknown) => {
    options.log.error('The window could not load its page.', { cause: String(error) })
  })
  return window
}

/** Brings the window to the front and, with a place, goes there without loading the page again. */
export function showWindow(window: BrowserWindow, place?: Place): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
  if (place !== undefined) void goTo(window.webContents, place)
}

/** Goes to a place of the page that is loaded; the hash is JSON text, so nothing in it can be code. */
async function goTo(contents: WebContents, place: Place): Promise<void> {
  await contents.executeJavaScript(`location.hash = ${JSON.stringify(`#${placeHash(place)}`)}; undefined`)
}
