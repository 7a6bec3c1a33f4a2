import { Worker } from 'node:worker_threads'
import type { EngineThread } from '../../electron/core/host/engineClient.ts'
import type { FromEngine } from '../../electron/core/host/wire.ts'
import type { EngineConfig } from '../../shared/domain/settings.ts'

export interface TinyThreads {
  readonly spawn: (config: EngineConfig) => EngineThread
  /** How many threads were started. */
  started(): number
  /** How many of them live. */
  alive(): number
}

/** Starts the tiny engine of this folder in real threads. */
export function tinyThreads(env: Readonly<Record<string, string>> = {}): TinyThreads {
  let started = 0
  let alive = 0
  return {
    started: () => started,
    alive: () => alive,
    spawn: () => {
      started++
      alive++
      const worker = new Worker(new URL('./tinyEngine.ts', import.meta.url), { env: { ...process.env, ...env } })
      let problem: string | undefined
      worker.on('exit', () => void alive--)
      worker.on('error', (error: unknown) => void (problem = String(error)))
      return {
        postMessage: (message) => worker.postMessage(message),
        onMessage: (listener) => void worker.on('message', (message: FromEngine) => listener(message)),
        onExit: (listener) => void worker.on('exit', (code) => listener(problem ?? `code ${code}`)),
        terminate: async () => void (await worker.terminate()),
      }
    },
  }
}
