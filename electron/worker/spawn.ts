import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SMALL_THREAD } from './threadLimits.ts'

/**
 * Starts a worker thread that serves `tasks.ts`. Works unbuilt and bundled alike: the entry lies beside this module, or
 * beside the bundle this module went into, under the extension that this module has itself.
 */
export function spawnPoolWorker(): Worker {
  const entry = new URL(`./worker${extname(new URL(import.meta.url).pathname)}`, import.meta.url)
  return new Worker(entry, { name: 'worker', resourceLimits: SMALL_THREAD })
}
