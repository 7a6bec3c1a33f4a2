import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Simulator } from '../core/simulator/port.ts'
import { findResources } from '../core/simulator/resources.ts'
import { connectSimulator } from '../core/simulator/simulatorThread.ts'
import { SMALL_THREAD } from './threadLimits.ts'

/** Beside this module both as source (.ts) and bundled (.js): the build puts chunks next to the entries. */
const ENTRY = `./simulator${extname(new URL(import.meta.url).pathname)}`

/** Starts a simulator in a thread of its own; `close` ends the thread. */
export function spawnSimulator(resources: string = findResources()): Simulator {
  const worker = new Worker(new URL(ENTRY, import.meta.url), {
    workerData: { resources },
    name: 'simulator',
    resourceLimits: SMALL_THREAD,
  })
  return connectSimulator(worker)
}
