import type { Encoder, EncodeRequest, EncodeResult } from './encodePort.ts'
import { encodeBatch } from './encodeBatch.ts'
import type { OpenSource } from './encodeSource.ts'
import { defineTask } from '../support/workerPool.ts'
import type { WorkerPool } from '../support/workerPool.ts'
import { priorityOf } from '../../../shared/domain/pipelineTypes.ts'

/** Encoding one claim, as a task of the worker threads. */
export const encodeTask = defineTask<EncodeRequest, EncodeResult>('encode')

/**
 * An encoder that works in the calling thread: for simulations and small tools. Reads node databases through `open` where
 * it is given.
 */
export function inProcessEncoder(open?: OpenSource): Encoder {
  return {
    encode: (request, signal) => encodeBatch(request, () => signal?.throwIfAborted(), open),
    close: async () => undefined,
  }
}

/** An encoder that hands each claim to a worker thread; only paths and counters cross. The pool is not closed with it. */
export function createWorkerEncoder(pool: WorkerPool): Encoder {
  return {
    encode: (request, signal) =>
      pool.run(encodeTask, request, {
        priority: priorityOf(request.pipelineType),
        ...(signal === undefined ? {} : { signal }),
      }),
    close: async () => undefined,
  }
}
