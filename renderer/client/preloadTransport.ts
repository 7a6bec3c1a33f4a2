import { FieldgateError, errorFromData } from '../../shared/domain/errors.ts'
import { CANCEL_CALL } from '../../shared/ipc/wire.ts'
import type { EventListener, Reply, Transport } from './transport.ts'

/** What the preload script puts on the window: these two functions and nothing else. */
export interface PreloadBridge {
  readonly call: (method: string, input: unknown, id?: string) => Promise<Reply>
  readonly on: (event: string, listener: (payload: unknown, revision: number) => void) => () => void
}

declare global {
  interface Window {
    readonly fieldgate?: PreloadBridge
  }
}

/** Transport over the preload bridge. The engine lives in the same app, so the connection never drops by itself. */
export function createPreloadTransport(bridge: PreloadBridge): Transport {
  return {
    call: async (method, input, options) => {
      const signal = options?.signal
      const reply =
        signal === undefined ? await bridge.call(method, input) : await callWith(bridge, method, input, signal)
      if (reply.ok) return reply.value
      throw errorFromData(reply.error)
    },
    on: (event, listener) =>
      bridge.on(event, listener as EventListener<never> as (payload: unknown, revision: number) => void),
    connection: () => ({ kind: 'connected' }),
    onConnection: () => () => undefined,
  }
}

/** A signal cannot cross the bridge: the call gets a name, and the abort names it. Rejects with `cancelled` at once. */
async function callWith(bridge: PreloadBridge, method: string, input: unknown, signal: AbortSignal): Promise<Reply> {
  if (signal.aborted) throw cancelled()
  const id = crypto.randomUUID()
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => {
    void bridge.call(CANCEL_CALL, { id })
    aborted.reject(cancelled())
  }
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([bridge.call(method, input, id), aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function cancelled(): FieldgateError {
  return new FieldgateError('cancelled', 'The request was cancelled.')
}
