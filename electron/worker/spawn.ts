import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

/**
 * Starts a worker thread that serves `tasks.ts`. Works unbuilt and bundled alike: the entry lies beside this module, or
 * beside the bundle this module went into, under the extension that this module has itself.
 */
export function spawnPoolWorker(): Worker {
  return new Worker(new URL(`./worker${extname(new URL(import.meta.url).pathname)}`, import.meta.url))
}
