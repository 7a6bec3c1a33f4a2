import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { errorToData, FieldgateError } from '../../shared/domain/errors.ts'
import { createEngine } from '../core/engine.ts'
import { serveEngine } from '../core/host/engineServer.ts'
import type { EngineBoot, FromEngine } from '../core/host/wire.ts'
import { systemClock } from '../core/support/clock.ts'
import { createLog } from '../core/support/log.ts'
import { createRng } from '../core/support/rng.ts'
import { isAlive } from './processes.ts'
import { spawnPoolWorker } from './spawn.ts'
import { spawnSimulator } from './spawnSimulator.ts'

/**
 * The engine in a thread of its own, so that the host's main thread never waits for SQLite. Speaks the messages of
 * `core/host/wire.ts` over the thread's port and ends by itself after `stop`.
 */
function main(): void {
  if (isMainThread || parentPort === null)
    throw new FieldgateError('internal', 'The engine entry runs in a worker thread only.')
  const port = parentPort
  const boot = workerData as EngineBoot
  const post = (message: FromEngine): void => port.postMessage(message)
  const log = createLog(systemClock, (entry) => post({ kind: 'log', entry }))
  process.on('unhandledRejection', (error) =>
    log.error('A promise failed and nobody listened.', { cause: errorToData(error).message }),
  )
  const engine = createEngine(boot.config, {
    clock: systemClock,
    rng: createRng(boot.seed),
    log,
    runner: { token: boot.runnerToken, pid: boot.pid, host: boot.hostname, isAlive },
    spawnWorker: spawnPoolWorker,
    spawnSimulator: () => spawnSimulator(),
    env: process.env,
    version: boot.version,
  })
  serveEngine(engine, port, systemClock, () => port.close())
}

main()
