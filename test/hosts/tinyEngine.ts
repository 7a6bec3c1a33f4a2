import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import type { Events, Handlers } from '../../shared/ipc/contract.ts'
import { FieldgateError } from '../../shared/domain/errors.ts'
import type { Engine } from '../../electron/core/engine.ts'
import type { CallContext } from '../../electron/core/handlers/dependencies.ts'
import { serveEngine } from '../../electron/core/host/engineServer.ts'
import { createBus } from '../../electron/core/support/bus.ts'
import { systemClock } from '../../electron/core/support/clock.ts'

/**
 * An engine of a few methods in a real thread. Readings of node `echo` give the limit back; other nodes misbehave by name.
 */
function tinyEngine(): Engine {
  const events = createBus<Events>()
  return {
    handlers: {} as Handlers<CallContext>,
    events,
    start: () => undefined,
    stop: async () => {
      if (process.env['TINY_ENGINE_SLOW_STOP'] === 'yes') await sleep(60_000, undefined, { ref: true })
    },
    call: async (method, input, context) => {
      if (method === 'executions.list') {
        if (process.env['TINY_ENGINE_DIES'] === 'yes') process.exit(4)
        return [] as never
      }
      const { nodeId, limit } = input as { nodeId: string; limit: number }
      switch (nodeId) {
        case 'echo':
          return { nodeId, limit, threadBytes: new Uint8Array([1, 2, 3]) } as never
        case 'missing':
          throw new FieldgateError('notFound', 'There is no node "missing".', { hint: 'Known: echo.' })
        case 'endless':
          await sleep(60_000, undefined, context === undefined ? {} : { signal: context.signal })
          return null as never
        case 'watched':
          await new Promise((resolve) => context?.signal.addEventListener('abort', resolve, { once: true }))
          events.emit('pipelines.changed', { nodeId: `cancelled ${limit}` } as never)
          return null as never
        case 'die':
          process.exit(3)
          return null as never
        case 'tell':
          for (let id = 1; id <= limit; id++) events.emit('pipelines.changed', { nodeId: `n${id}` } as never)
          return null as never
        case 'change':
          events.emit('workspace.changed', { reason: 'a test says so' })
          return null as never
        default:
          throw new TypeError('boom')
      }
    },
  }
}

if (parentPort !== null) {
  const port = parentPort
  serveEngine(tinyEngine(), port, systemClock, () => port.close())
}
