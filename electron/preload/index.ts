import { contextBridge, ipcRenderer } from 'electron'

/** The two channels of the window. Their names are a promise between this file and `main/ipcHost.ts`. */
const CALL = 'fieldgate:call'
const EVENT = 'fieldgate:event'

type Listener = (payload: unknown, revision: number) => void

const listeners = new Map<string, Set<Listener>>()

ipcRenderer.on(EVENT, (_event, message: { event: string; payload: unknown; revision: number }) => {
  for (const listener of listeners.get(message.event) ?? []) listener(message.payload, message.revision)
})

contextBridge.exposeInMainWorld('fieldgate', {
  /** Calls a method of the contract; resolves to `{ ok, value }` or `{ ok, error }`. One with an `id` can be cancelled by it. */
  call: (method: string, input: unknown, id?: string): Promise<unknown> =>
    ipcRenderer.invoke(CALL, id === undefined ? { method, input } : { method, input, id }),
  /** Hears an announcement; returns the undo. The Electron event object stays here. */
  on: (event: string, listener: Listener): (() => void) => {
    const set = listeners.get(event) ?? new Set<Listener>()
    listeners.set(event, set)
    set.add(listener)
    return () => void set.delete(listener)
  },
})
