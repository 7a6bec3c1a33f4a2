/** One value on its way through the bridge between the two worlds of a page. */
export type Packed =
  | { readonly k: 'value'; readonly v: unknown }
  | { readonly k: 'function' | 'promise'; readonly id: number }
  | { readonly k: 'array'; readonly items: readonly Packed[] }
  | { readonly k: 'object'; readonly items: readonly (readonly [string, Packed])[] }

export type BridgeMessage =
  | { readonly k: 'expose'; readonly key: string; readonly value: Packed }
  | { readonly k: 'call'; readonly id: number; readonly args: readonly Packed[] }
  | { readonly k: 'return'; readonly ok: boolean; readonly value: Packed }
  | { readonly k: 'settle'; readonly id: number; readonly ok: boolean; readonly value: Packed }

export interface BridgeEnd {
  pack(value: unknown): Packed
  unpack(packed: Packed): unknown
  send(message: BridgeMessage): void
}

/**
 * One end of the bridge, as Electron's contextBridge behaves: values are cloned, functions become proxies that call back
 * over the bridge, promises settle across it, thrown errors arrive as errors. The worlds talk through synchronous DOM events,
 * whose detail Chromium clones. Uses nothing outside itself: its source runs in the page.
 */
export function createBridgeEnd(
  outgoing: string,
  incoming: string,
  onExpose: (key: string, value: unknown) => void,
): BridgeEnd {
  const functions = new Map<number, (...args: unknown[]) => unknown>()
  const promises = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let lastId = 0
  let returned: Extract<BridgeMessage, { k: 'return' }> | undefined

  const send = (message: BridgeMessage): void => {
    document.dispatchEvent(new CustomEvent(outgoing, { detail: message }))
  }
  const wordsOf = (error: unknown): Packed => ({
    k: 'value',
    v: error instanceof Error ? error.message : String(error),
  })
  const isPlain = (value: object): boolean => {
    const prototype = Object.getPrototypeOf(value) as object | null
    return prototype === null || Object.getPrototypeOf(prototype) === null
  }

  /** Whether a value has to be taken apart: only functions and promises need it, all else Chromium clones whole, cycles too. */
  const isLive = (value: unknown, seen: Set<object>): boolean => {
    if (typeof value === 'function' || typeof value === 'symbol' || value instanceof Promise) return true
    if (typeof value !== 'object' || value === null || seen.has(value)) return false
    seen.add(value)
    return (Array.isArray(value) || isPlain(value)) && Object.values(value).some((item) => isLive(item, seen))
  }

  const pack = (value: unknown): Packed => {
    if (typeof value === 'symbol') throw new Error('An object could not be cloned.')
    if (typeof value === 'function') {
      functions.set(++lastId, value as (...args: unknown[]) => unknown)
      return { k: 'function', id: lastId }
    }
    if (typeof value !== 'object' || value === null || !isLive(value, new Set())) return { k: 'value', v: value }
    if (value instanceof Promise) {
      const id = ++lastId
      value.then(
        (result) => send({ k: 'settle', id, ok: true, value: pack(result) }),
        (error: unknown) => send({ k: 'settle', id, ok: false, value: wordsOf(error) }),
      )
      return { k: 'promise', id }
    }
    if (Array.isArray(value)) return { k: 'array', items: value.map(pack) }
    return { k: 'object', items: Object.entries(value).map(([key, item]) => [key, pack(item)]) }
  }

  const unpack = (packed: Packed): unknown => {
    switch (packed.k) {
      case 'value':
        return packed.v
      case 'function':
        return (...args: unknown[]) => call(packed.id, args)
      case 'promise':
        return new Promise((resolve, reject) => promises.set(packed.id, { resolve, reject }))
      case 'array':
        return packed.items.map(unpack)
      case 'object':
        return Object.fromEntries(packed.items.map(([key, item]) => [key, unpack(item)]))
    }
  }

  const call = (id: number, args: readonly unknown[]): unknown => {
    returned = undefined
    send({ k: 'call', id, args: args.map(pack) })
    const reply = returned as Extract<BridgeMessage, { k: 'return' }> | undefined
    returned = undefined
    if (reply === undefined) throw new Error('The other world did not answer.')
    if (!reply.ok) throw new Error(String(unpack(reply.value)))
    return unpack(reply.value)
  }

  document.addEventListener(incoming, (event) => {
    const message = (event as CustomEvent<BridgeMessage>).detail
    switch (message.k) {
      case 'expose':
        onExpose(message.key, unpack(message.value))
        break
      case 'call':
        try {
          send({ k: 'return', ok: true, value: pack(functions.get(message.id)?.(...message.args.map(unpack))) })
        } catch (error) {
          send({ k: 'return', ok: false, value: wordsOf(error) })
        }
        break
      case 'return':
        returned = message
        break
      case 'settle': {
        const promise = promises.get(message.id)
        promises.delete(message.id)
        if (message.ok) promise?.resolve(unpack(message.value))
        else promise?.reject(new Error(String(unpack(message.value))))
        break
      }
    }
  })
  return { pack, unpack, send }
}
