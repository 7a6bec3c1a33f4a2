import { EventEmitter } from 'node:events'
import type { Chromium } from '../chromium.ts'
import { preventable } from '../runtime.ts'
import { strict } from '../strict.ts'
import { createContents } from './webContents.ts'
import type { ContentsParts, StandinContents } from './webContents.ts'

interface WebPreferences {
  readonly preload?: string
  readonly [name: string]: unknown
}

export interface WindowOptions {
  readonly width?: number
  readonly height?: number
  readonly x?: number
  readonly y?: number
  readonly show?: boolean
  readonly title?: string
  readonly webPreferences?: WebPreferences
  readonly [name: string]: unknown
}

/** Only the sandboxed, isolated page is emulated; anything weaker is refused rather than ignored. */
const DEMANDED: Readonly<Record<string, boolean>> = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  webSecurity: true,
  webviewTag: false,
}

export type StandinWindow = ReturnType<typeof createWindow>

export interface Windows {
  readonly BrowserWindow: new (options?: WindowOptions) => StandinWindow
  readonly webContents: object
  closeAll(): Promise<boolean>
  /** Judges pages that pages open, and follows pages that Chromium closes. */
  watchTargets(chromium: Chromium): Promise<void>
}

interface WindowHooks {
  readonly onCreated: (contents: StandinContents) => void
  /** The last window is gone and nobody quits. */
  readonly onAllClosed: () => void
}

/** Every window of the app; `BrowserWindow` and `webContents` as the app sees them. */
export function createWindows(parts: ContentsParts, hooks: () => WindowHooks): Windows {
  const open = new Map<number, StandinWindow>()
  const closing = new Set<Promise<void>>()
  let lastId = 0

  const make = (options: WindowOptions = {}): StandinWindow => {
    if (!parts.runtime.isReady()) throw new Error('Cannot create BrowserWindow before app is ready')
    for (const [name, demanded] of Object.entries(DEMANDED)) {
      const given = options.webPreferences?.[name]
      if (given !== undefined && given !== demanded) {
        throw new Error(`The Electron stand-in refuses webPreferences.${name} = ${JSON.stringify(given)}.`)
      }
    }
    const id = ++lastId
    const window = createWindow(id, parts, options, (gone) => {
      open.delete(id)
      closing.add(gone)
      void gone.finally(() => {
        closing.delete(gone)
        if (open.size === 0) hooks().onAllClosed()
      })
    })
    open.set(id, window)
    hooks().onCreated(window.webContents)
    return window
  }
  const byContents = (contents: unknown): StandinWindow | null =>
    [...open.values()].find((window) => window.webContents === contents) ?? null
  const byTarget = (targetId: string): StandinWindow | undefined =>
    [...open.values()].find((window) => window.webContents.standin.targetId() === targetId)

  const statics = {
    getAllWindows: () => [...open.values()],
    getFocusedWindow: () => [...open.values()].at(-1) ?? null,
    fromWebContents: byContents,
  }
  return {
    BrowserWindow: strict(
      'BrowserWindow',
      Object.assign(function BrowserWindow(options?: WindowOptions) {
        return make(options)
      }, statics),
    ) as unknown as Windows['BrowserWindow'],
    webContents: strict('webContents', {
      getAllWebContents: () => [...open.values()].map((window) => window.webContents),
      fromDevToolsTargetId: (targetId: string) => byTarget(targetId)?.webContents,
    }),
    async closeAll() {
      for (const window of open.values()) if (!window.standin.tryClose()) return false
      await Promise.all(closing)
      return true
    },
    async watchTargets(chromium) {
      chromium.root.on('Target.attachedToTarget', ({ sessionId, targetInfo }: AttachedTarget) => {
        const opener = targetInfo.openerId === undefined ? undefined : byTarget(targetInfo.openerId)
        const page = chromium.session(sessionId)
        if (opener !== undefined) {
          opener.webContents.standin.openHandler()({ url: parts.schemes.fromHttp(targetInfo.url) })
          void chromium.root.send('Target.closeTarget', { targetId: targetInfo.targetId }).catch(() => undefined)
        }
        page.send('Runtime.runIfWaitingForDebugger').catch(() => undefined)
      })
      chromium.root.on('Target.targetDestroyed', ({ targetId }: { targetId: string }) => byTarget(targetId)?.destroy())
      await chromium.root.send('Target.setAutoAttach', {
        autoAttach: true,
        waitForDebuggerOnStart: true,
        flatten: true,
        filter: [{ type: 'page' }],
      })
      await chromium.root.send('Target.setDiscoverTargets', { discover: true })
    },
  }
}

interface AttachedTarget {
  readonly sessionId: string
  readonly targetInfo: { readonly targetId: string; readonly openerId?: string; readonly url: string }
}

function createWindow(id: number, parts: ContentsParts, options: WindowOptions, onGone: (gone: Promise<void>) => void) {
  const events = new EventEmitter()
  const bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 }
  let title = options.title ?? ''
  let isVisible = options.show !== false
  let isMinimized = false
  let isMaximized = false
  let isDestroyed = false

  const webContents: StandinContents = createContents(id, parts, {
    preload: options.webPreferences?.preload,
    width: bounds.width,
    height: bounds.height,
    onClose: () => void tryClose(),
    onFirstPaint: () => events.emit('ready-to-show'),
  })
  const tryClose = (): boolean => {
    if (isDestroyed) return true
    const event = preventable({})
    events.emit('close', event)
    if (!event.defaultPrevented) destroy()
    return !event.defaultPrevented
  }
  const destroy = (): void => {
    if (isDestroyed) return
    isDestroyed = true
    webContents.standin.markDestroyed()
    onGone(
      webContents.standin
        .attached()
        .then(({ chromium }) => chromium.root.send('Target.closeTarget', { targetId: webContents.standin.targetId() }))
        .catch(() => undefined)
        .then(() => void events.emit('closed')),
    )
  }
  const members = {
    id,
    webContents,
    /** For the stand-in itself. */
    standin: { tryClose },
    loadURL: (url: string) => webContents.loadURL(url),
    close: () => void tryClose(),
    destroy,
    isDestroyed: () => isDestroyed,
    show: () => {
      isVisible = true
      events.emit('show')
    },
    hide: () => {
      isVisible = false
      events.emit('hide')
    },
    isVisible: () => isVisible && !isDestroyed,
    focus: () => void events.emit('focus'),
    minimize: () => {
      isMinimized = true
    },
    restore: () => {
      isMinimized = false
    },
    isMinimized: () => isMinimized,
    maximize: () => {
      isMaximized = true
    },
    isMaximized: () => isMaximized,
    getNormalBounds: () => ({ ...bounds }),
    getBounds: () => ({ ...bounds }),
    setBounds: (next: Partial<typeof bounds>) => void Object.assign(bounds, next),
    setTitle: (next: string) => {
      title = next
    },
    getTitle: () => title,
  }
  return strict('BrowserWindow', Object.assign(events, members))
}
