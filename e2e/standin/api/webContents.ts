import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Chromium, Params, Session } from '../chromium.ts'
import { preventable } from '../runtime.ts'
import type { Runtime } from '../runtime.ts'
import { strict } from '../strict.ts'
import { createBridgeEnd } from '../worlds/bridge.ts'
import { createCodec } from '../worlds/codec.ts'
import { runPageWorld } from '../worlds/pageWorld.ts'
import { runPreloadWorld } from '../worlds/preloadWorld.ts'
import type { FromPreload, PreloadSetup, ToPreload } from '../worlds/preloadWorld.ts'
import type { Ipc } from './ipcMain.ts'
import type { Schemes } from './schemes.ts'

const WORLD = 'Electron Isolated Context'
const BINDING = '__standinSend'
const RECEIVER = '__standinReceive'

export interface ContentsParts {
  readonly runtime: Runtime
  readonly schemes: Schemes
  readonly ipc: Ipc
}

export interface ContentsOptions {
  readonly preload: string | undefined
  readonly width: number
  readonly height: number
  readonly onClose: () => void
  readonly onFirstPaint: () => void
}

export interface OpenDetails {
  readonly url: string
}
export type WindowOpenHandler = (details: OpenDetails) => { readonly action: string }

export type StandinContents = ReturnType<typeof createContents>

const codec = createCodec()

/** A page: one Chromium target with the preload in an isolated world, IPC over a binding, and custom schemes answered here. */
export function createContents(id: number, parts: ContentsParts, options: ContentsOptions) {
  const { runtime, schemes, ipc } = parts
  const events = new EventEmitter()
  const token = `standin${randomBytes(8).toString('hex')}`
  let url = ''
  let session: Session | undefined
  let targetId = ''
  let preloadContext: number | undefined
  let isDestroyed = false
  let isOwnNavigation = false
  let hasPainted = false
  let onWindowOpen: WindowOpenHandler = () => ({ action: 'allow' })

  const frame = strict('senderFrame', {
    get url() {
      return url
    },
    parent: null,
  })

  const push = (message: ToPreload): void => {
    if (isDestroyed || preloadContext === undefined) return
    const expression = `${RECEIVER}(${JSON.stringify(message)})`
    session?.send('Runtime.evaluate', { contextId: preloadContext, expression }).catch(() => undefined)
  }

  const hear = async (message: FromPreload): Promise<void> => {
    if (message.k === 'failed') {
      events.emit('preload-error', {}, options.preload ?? '', new Error(message.message))
      console.error(`[standin] the preload failed: ${message.message}`)
      return
    }
    const event = strict('event', { sender: contents, senderFrame: frame, frameId: 1, processId: id })
    try {
      const value = await ipc.invoke(message.channel, event, codec.decode(message.args) as unknown[])
      push({ k: 'reply', id: message.id, ok: true, value: codec.encode(value) })
    } catch (error) {
      push({ k: 'reply', id: message.id, ok: false, error: error instanceof Error ? error.message : String(error) })
    }
  }

  const attach = async (): Promise<{ readonly chromium: Chromium; readonly page: Session }> => {
    const chromium = await runtime.chromium()
    const { width, height } = options
    const target = await chromium.root.send('Target.createTarget', {
      url: 'about:blank',
      newWindow: true,
      width,
      height,
    })
    targetId = target['targetId'] as string
    const { sessionId } = await chromium.root.send('Target.attachToTarget', { targetId, flatten: true })
    const page = chromium.session(sessionId as string)
    session = page
    listen(page)
    await Promise.all([
      page.send('Page.enable'),
      page.send('Runtime.enable'),
      page.send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD }),
      page.send('Page.addScriptToEvaluateOnNewDocument', { source: pageScript() }),
      page.send('Page.addScriptToEvaluateOnNewDocument', { worldName: WORLD, source: preloadScript() }),
      page.send('Fetch.enable', {
        patterns: [{ urlPattern: 'http://*.standin.localhost/*' }, { urlPattern: '*', resourceType: 'Document' }],
      }),
    ])
    return { chromium, page }
  }

  const listen = (page: Session): void => {
    page.on('Runtime.executionContextCreated', ({ context }: { context: ExecutionContext }) => {
      if (context.name === WORLD && context.auxData.frameId === targetId) preloadContext = context.id
    })
    page.on('Runtime.executionContextsCleared', () => {
      preloadContext = undefined
    })
    page.on('Runtime.bindingCalled', (call: { name: string; payload: string; executionContextId: number }) => {
      if (call.name === BINDING && call.executionContextId === preloadContext) {
        void hear(JSON.parse(call.payload) as FromPreload)
      }
    })
    page.on(
      'Page.frameNavigated',
      ({ frame: to }: { frame: { parentId?: string; url: string; urlFragment?: string } }) => {
        if (to.parentId === undefined) url = schemes.fromHttp(to.url + (to.urlFragment ?? ''))
      },
    )
    page.on('Page.navigatedWithinDocument', (to: { url: string }) => {
      url = schemes.fromHttp(to.url)
    })
    page.on('Page.loadEventFired', () => {
      if (hasPainted || url === 'about:blank') return
      hasPainted = true
      options.onFirstPaint()
    })
    page.on('Inspector.targetCrashed', () => events.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }))
    page.on('Fetch.requestPaused', (paused: PausedRequest) => {
      answer(page, paused).catch((error: unknown) => console.error('[standin] a request was not answered:', error))
    })
  }

  const pageScript = (): string => `(${String(runPageWorld)})(${JSON.stringify(token)}, ${String(createBridgeEnd)})`
  const preloadScript = (): string => {
    const { preload } = options
    const setup: PreloadSetup = {
      token,
      binding: BINDING,
      receiver: RECEIVER,
      process: {
        platform: process.platform,
        arch: process.arch,
        versions: { ...process.versions },
        type: 'renderer',
        sandboxed: true,
      },
      source: preload === undefined ? '' : readFileSync(preload, 'utf8'),
      path: preload ?? '',
    }
    return `(${String(runPreloadWorld)})(${JSON.stringify(setup)}, (${String(createCodec)})(), ${String(createBridgeEnd)})`
  }

  /** Main-frame navigations of the page itself pass `will-navigate`; requests of custom schemes go to their handler. */
  const answer = async (page: Session, { requestId, request, resourceType, frameId }: PausedRequest): Promise<void> => {
    const asked = schemes.fromHttp(request.url)
    const fail = (errorReason: string): Promise<Params> => page.send('Fetch.failRequest', { requestId, errorReason })
    if (resourceType === 'Document' && frameId === targetId && !isOwnNavigation && asked !== url) {
      const event = preventable({ url: asked, isMainFrame: true })
      events.emit('will-navigate', event, asked)
      if (event.defaultPrevented) return void (await fail('Aborted'))
    }
    if (!schemes.isOurs(request.url)) return void (await page.send('Fetch.continueRequest', { requestId }))
    const handler = schemes.handlerOf(request.url)
    if (handler === undefined) return void (await fail('Failed'))
    try {
      const response = await handler(new Request(asked, { method: request.method, headers: request.headers }))
      await page.send('Fetch.fulfillRequest', {
        requestId,
        responseCode: response.status,
        responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
        body: Buffer.from(await response.arrayBuffer()).toString('base64'),
      })
    } catch (error) {
      console.error('[standin] the protocol handler failed:', error)
      await fail('Failed')
    }
  }

  const attached = attach()
  attached.catch((error: unknown) => {
    if (!isDestroyed) console.error('[standin] a page could not be opened:', error)
  })

  const members = {
    id,
    /** For the stand-in itself. */
    standin: {
      targetId: () => targetId,
      openHandler: () => onWindowOpen,
      markDestroyed: () => {
        isDestroyed = true
        events.emit('destroyed')
      },
      attached: () => attached,
    },
    send(channel: string, ...args: unknown[]): void {
      if (isDestroyed) throw new Error('Object has been destroyed')
      let text: string
      try {
        text = codec.encode(args)
      } catch {
        throw new Error('Failed to serialize arguments')
      }
      push({ k: 'event', channel, args: text })
    },
    async loadURL(next: string): Promise<void> {
      const { page } = await attached
      isOwnNavigation = true
      try {
        const loaded = new Promise<void>((resolve) => page.once('Page.loadEventFired', () => resolve()))
        const result = await page.send('Page.navigate', { url: schemes.toHttp(next) })
        if (result['errorText'] !== undefined) throw new Error(`${result['errorText'] as string} loading '${next}'`)
        // Without a loader it was a move within the document, and no load event comes.
        if (result['loaderId'] !== undefined) await loaded
      } finally {
        isOwnNavigation = false
      }
    },
    reload(): void {
      isOwnNavigation = true
      void attached
        .then(({ page }) => page.send('Page.reload'))
        .finally(() => {
          isOwnNavigation = false
        })
    },
    async executeJavaScript(code: string): Promise<unknown> {
      const { page } = await attached
      const done = await page.send('Runtime.evaluate', { expression: code, awaitPromise: true, returnByValue: true })
      const problem = done['exceptionDetails'] as { text: string } | undefined
      if (problem !== undefined) throw new Error(problem.text)
      return (done['result'] as { value?: unknown }).value
    },
    setWindowOpenHandler(handler: WindowOpenHandler): void {
      onWindowOpen = handler
    },
    getURL: () => (url === 'about:blank' ? '' : url),
    isDestroyed: () => isDestroyed,
    close: () => options.onClose(),
  }
  const contents = strict('webContents', Object.assign(events, members))
  return contents
}

interface ExecutionContext {
  readonly id: number
  readonly name: string
  readonly auxData: { readonly frameId?: string }
}

interface PausedRequest {
  readonly requestId: string
  readonly frameId: string
  readonly resourceType: string
  readonly request: { readonly url: string; readonly method: string; readonly headers: Record<string, string> }
}
