import type { BridgeEnd } from './bridge.ts'
import type { Codec } from './codec.ts'

/** What the preload world sends to the main process. */
export type FromPreload =
  | { readonly k: 'invoke'; readonly id: number; readonly channel: string; readonly args: string }
  | { readonly k: 'failed'; readonly message: string }

/** What the main process sends into the preload world. */
export type ToPreload =
  | { readonly k: 'reply'; readonly id: number; readonly ok: true; readonly value: string }
  | { readonly k: 'reply'; readonly id: number; readonly ok: false; readonly error: string }
  | { readonly k: 'event'; readonly channel: string; readonly args: string }

export interface PreloadSetup {
  readonly token: string
  readonly binding: string
  readonly receiver: string
  readonly process: Readonly<Record<string, unknown>>
  readonly source: string
  readonly path: string
}

/**
 * Runs in an isolated world of the page: gives the preload script `electron` with contextBridge and ipcRenderer as the sandbox
 * has them, and nothing of Node. Uses nothing outside itself and its arguments: its source runs in the page.
 */
export function runPreloadWorld(
  setup: PreloadSetup,
  codec: Codec,
  createBridgeEnd: (outgoing: string, incoming: string, onExpose: (key: string, value: unknown) => void) => BridgeEnd,
): void {
  type Listener = (event: unknown, ...args: unknown[]) => void
  const world = globalThis as unknown as Record<string, unknown>
  const bridge = createBridgeEnd(`${setup.token}:preload`, `${setup.token}:page`, () => undefined)
  const exposed = new Set<string>()
  const listeners = new Map<string, Set<Listener>>()
  const invoked = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let lastId = 0

  const send = (message: FromPreload): void => (world[setup.binding] as (text: string) => void)(JSON.stringify(message))
  const only = <T extends object>(name: string, members: T): T =>
    new Proxy(members, {
      get(object, key, receiver) {
        if (key in object || typeof key === 'symbol') return Reflect.get(object, key, receiver) as unknown
        throw new Error(`The Electron stand-in does not have ${name}.${key}.`)
      },
    })

  const contextBridge = only('contextBridge', {
    exposeInMainWorld(key: string, api: unknown): void {
      if (exposed.has(key)) throw new Error('Cannot bind an API on top of an existing property on the window object')
      exposed.add(key)
      bridge.send({ k: 'expose', key, value: bridge.pack(api) })
    },
  })
  const ipcRenderer = only('ipcRenderer', {
    invoke(channel: string, ...args: unknown[]): Promise<unknown> {
      let text: string
      try {
        text = codec.encode(args)
      } catch {
        return Promise.reject(new Error('An object could not be cloned.'))
      }
      const id = ++lastId
      return new Promise((resolve, reject) => {
        invoked.set(id, { resolve, reject })
        send({ k: 'invoke', id, channel, args: text })
      })
    },
    on(channel: string, listener: Listener): unknown {
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener))
      return ipcRenderer
    },
    off(channel: string, listener: Listener): unknown {
      listeners.get(channel)?.delete(listener)
      return ipcRenderer
    },
  })

  world[setup.receiver] = (message: ToPreload): void => {
    if (message.k === 'event') {
      const args = codec.decode(message.args) as unknown[]
      for (const listener of listeners.get(message.channel) ?? []) listener({ sender: ipcRenderer, ports: [] }, ...args)
      return
    }
    const call = invoked.get(message.id)
    invoked.delete(message.id)
    if (message.ok) call?.resolve(codec.decode(message.value))
    else call?.reject(new Error(message.error))
  }

  const electron = only('electron', { contextBridge, ipcRenderer })
  const require = (name: string): unknown => {
    if (name === 'electron' || name === 'electron/renderer') return electron
    throw new Error(`module not found: ${name} (a sandboxed preload has electron only)`)
  }
  const module = { exports: {} }
  try {
    // The sandbox runs a preload this way too: its text as a function with the few names it may use.
    // eslint-disable-next-line no-new-func, typescript/no-implied-eval
    const run = new Function(
      'require',
      'module',
      'exports',
      'process',
      `${setup.source}\n//# sourceURL=${setup.path}`,
    ) as (...args: unknown[]) => void
    run(require, module, module.exports, only('process', { ...setup.process }))
  } catch (error) {
    send({ k: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}
