import type { BridgeEnd } from './bridge.ts'

/** Runs in the page's own world before any script of the page: puts on the window what the preload exposes, frozen. */
export function runPageWorld(
  token: string,
  createBridgeEnd: (outgoing: string, incoming: string, onExpose: (key: string, value: unknown) => void) => BridgeEnd,
): void {
  const freeze = (value: unknown): unknown => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || Object.isFrozen(value))
      return value
    Object.freeze(value)
    for (const item of Object.values(value)) freeze(item)
    return value
  }
  createBridgeEnd(`${token}:page`, `${token}:preload`, (key, value) => {
    Object.defineProperty(window, key, { value: freeze(value), writable: false, configurable: false, enumerable: true })
  })
}
