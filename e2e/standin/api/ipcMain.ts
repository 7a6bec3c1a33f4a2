import { strict } from '../strict.ts'

type Handler = (event: unknown, ...args: unknown[]) => unknown

export interface IpcMain {
  handle(channel: string, handler: Handler): void
  removeHandler(channel: string): void
}

export interface Ipc {
  readonly ipcMain: IpcMain
  /** Runs the handler of a channel. Rejects with the words Electron gives to the page. */
  invoke(channel: string, event: unknown, args: readonly unknown[]): Promise<unknown>
}

export function createIpc(): Ipc {
  const handlers = new Map<string, Handler>()
  return {
    ipcMain: strict('ipcMain', {
      handle(channel, handler) {
        if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
        handlers.set(channel, handler)
      },
      removeHandler: (channel) => void handlers.delete(channel),
    } satisfies IpcMain),
    async invoke(channel, event, args) {
      const handler = handlers.get(channel)
      try {
        if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
        return structuredClone(await handler(event, ...args))
      } catch (error) {
        const isUncloneable = error instanceof DOMException && error.name === 'DataCloneError'
        const words = isUncloneable ? 'An object could not be cloned.' : String(error)
        throw new Error(`Error invoking remote method '${channel}': ${words}`, { cause: error })
      }
    },
  }
}
