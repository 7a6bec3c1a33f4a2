import { FieldgateError, errorFromData } from '../../shared/domain/errors.ts'
import type { EventListener, Reply, Transport } from './transport.ts'

/** What the preload script puts on the window: these two functions and nothing else. */
export interface PreloadBridge {
  readonly call: (method: string, input: unknown) => Promise<Reply>
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
      const { signal } = options ?? {}
      const reply = await Promise.race([bridge.call(method, input), rejectWhenAborted(signal)])
      if (reply.ok) return reply.value
      throw errorFromData(reply.error)
    },
    on: (event, listener) =>
      bridge.on(event, listener as EventListener<never> as (payload: unknown, revision: number) => void),
    connection: () => ({ kind: 'connected' }),
    onConnection: () => () => undefined,
  }
}

/** Never resolves; rejects with `cancelled` once the signal fires. A signal cannot cross the bridge, so the late reply is dropped. */
export function rejectWhenAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal === undefined) return
    const fail = () => reject(new FieldgateError('cancelled', 'The request was cancelled.'))
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}
