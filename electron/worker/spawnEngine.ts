import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { EngineConfig } from '../../shared/domain/settings.ts'
import type { EngineThread } from '../core/host/engineClient.ts'
import type { EngineBoot, FromEngine } from '../core/host/wire.ts'
import { engineLimits } from './threadLimits.ts'

/** Beside this module both as source (.ts) and bundled (.js): the build puts chunks next to the entries. */
const ENTRY = `./engine${extname(new URL(import.meta.url).pathname)}`

/** One per process: an engine started anew takes over the leases of the one before it. */
const RUNNER_TOKEN = randomUUID()

/** Starts the engine of a workspace in a thread of its own. */
export function spawnEngine(config: EngineConfig, version: string): EngineThread {
  const boot: EngineBoot = {
    config,
    runnerToken: RUNNER_TOKEN,
    pid: process.pid,
    hostname: hostname(),
    version,
    seed: randomUUID(),
  }
  const worker = new Worker(new URL(ENTRY, import.meta.url), {
    workerData: boot,
    name: 'engine',
    resourceLimits: engineLimits(),
  })
  let problem: string | undefined
  worker.on('error', (error: unknown) => {
    problem = error instanceof Error ? error.message : String(error)
  })
  return {
    postMessage: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', (message: FromEngine) => listener(message)),
    onExit: (listener) =>
      void worker.on('exit', (code) => listener(problem ?? (code === 0 ? undefined : `It ended with code ${code}.`))),
    terminate: async () => void (await worker.terminate()),
  }
}
