// A small app that uses every part of Electron's API that the conformance specs look at.
import {
  BrowserWindow,
  Menu,
  Notification,
  app,
  dialog,
  ipcMain,
  nativeImage,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
} from 'electron'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const here = import.meta.dirname
globalThis.probe = { secondInstances: [], quits: [], preventQuit: false, navigations: [] }

protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
])
app.enableSandbox()
if (!app.requestSingleInstanceLock()) app.exit(0)
app.on('second-instance', (_event, argv) => globalThis.probe.secondInstances.push(argv))
for (const name of ['before-quit', 'will-quit']) app.on(name, () => globalThis.probe.quits.push(name))
app.on('before-quit', (event) => {
  if (globalThis.probe.preventQuit) event.preventDefault()
})

ipcMain.handle('sum', (event, a, b) => ({
  sum: a + b,
  from: event.senderFrame.url,
  isTop: event.senderFrame.parent === null,
}))
ipcMain.handle('echo', (_event, value) => value)
ipcMain.handle('fail', () => {
  throw new TypeError('boom')
})
ipcMain.handle('uncloneable', () => () => 1)
ipcMain.handle('ticks', (event, count) => {
  for (let at = 0; at < count; at++) event.sender.send('tick', at, new Date(at))
})

// Not awaited at the top level: Electron is ready only after this module has been evaluated.
void app.whenReady().then(async () => {
  globalThis.probe.displays = screen.getAllDisplays().length
  globalThis.probe.image = nativeImage.createEmpty().isEmpty()
  globalThis.probe.parts = { Menu, Notification, dialog, safeStorage, session, shell }
  protocol.handle('app', async (request) => {
    const { pathname } = new URL(request.url)
    const type = pathname.endsWith('.mjs') ? 'text/javascript' : 'text/html'
    return readFile(join(here, pathname)).then(
      (body) =>
        new Response(body, {
          headers: { 'content-type': type, 'content-security-policy': "default-src 'none'; script-src 'self'" },
        }),
      () => new Response('', { status: 404 }),
    )
  })
  const window = new BrowserWindow({
    show: false,
    width: 900,
    height: 600,
    webPreferences: { preload: join(here, 'preload.cjs'), sandbox: true, contextIsolation: true },
  })
  window.once('ready-to-show', () => window.show())
  window.webContents.setWindowOpenHandler(({ url }) => {
    void shell.openExternal(url)
    return { action: 'deny' }
  })
  window.webContents.on('will-navigate', (event) => {
    globalThis.probe.navigations.push(event.url)
    event.preventDefault()
  })
  await window.loadURL('app://probe/index.html')
})
