import { errorToData, FieldgateError } from '../../../shared/domain/errors.ts'
import { METHODS } from '../../../shared/ipc/contract.ts'
import type { Input, Method } from '../../../shared/ipc/contract.ts'
import type { CallMessage } from '../../../shared/ipc/wire.ts'
import type { Engine } from '../engine.ts'
import type { Clock } from '../support/clock.ts'
import { createCoalescer } from './coalesce.ts'
import type { EnginePort, FromEngine, ToEngine } from './wire.ts'

/** Whether a name is a method of the contract. */
export function isMethod(name: string): name is Method {
  return Object.hasOwn(METHODS, name)
}

/**
 * Answers the calls that come over `port` with the engine, forwards its events coalesced, and starts it. An engine that cannot
 * open its ledger is told as `failed`; it still answers calls that need no ledger. `onStopped` runs after a `stop` was obeyed.
 */
export function serveEngine(engine: Engine, port: EnginePort, clock: Clock, onStopped: () => void): void {
  const post = (message: FromEngine): void => port.postMessage(message)
  const calls = new Map<number, AbortController>()
  const coalescer = createCoalescer(clock, post)
  const unsubscribe = engine.events.onAny((event, payload) => coalescer.push(event, payload as never))

  port.on('message', (raw) => {
    const message = raw as ToEngine
    switch (message.kind) {
      case 'call':
        void answer(engine, message, calls, post)
        break
      case 'abort':
        calls.get(message.id)?.abort()
        break
      case 'stop':
        void stop()
        break
    }
  })

  const stop = async (): Promise<void> => {
    for (const call of calls.values()) call.abort()
    try {
      await engine.stop()
    } finally {
      unsubscribe()
      coalescer.close()
      post({ kind: 'stopped' })
      onStopped()
    }
  }

  void begin(engine, post)
}

/** The ledger is opened by a read before anything runs, so that a damaged one is found while nothing is under way. */
async function begin(engine: Engine, post: (message: FromEngine) => void): Promise<void> {
  try {
    await engine.call('executions.list', { limit: 1 })
    engine.start()
    post({ kind: 'ready' })
  } catch (error) {
    post({ kind: 'failed', error: errorToData(error) })
  }
}

async function answer(
  engine: Engine,
  message: CallMessage & { kind: 'call' },
  calls: Map<number, AbortController>,
  post: (message: FromEngine) => void,
): Promise<void> {
  const abort = new AbortController()
  calls.set(message.id, abort)
  try {
    if (!isMethod(message.method)) throw new FieldgateError('unsupported', `There is no method "${message.method}".`)
    const value = await engine.call(message.method, message.input as Input<Method>, { signal: abort.signal })
    post({ kind: 'result', id: message.id, value })
  } catch (error) {
    post({ kind: 'error', id: message.id, error: errorToData(error) })
  } finally {
    calls.delete(message.id)
  }
}
