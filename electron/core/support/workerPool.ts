import type { TransferListItem, Worker } from 'node:worker_threads'
import { errorFromData, FieldgateError } from '../../../shared/domain/errors.ts'
import { cancelledError } from './tasks.ts'
import type { Task, TaskNews, TaskOrder } from './tasks.ts'

export { defineTask, implementTask } from './tasks.ts'
export type { Task, TaskImplementation } from './tasks.ts'

/** Starts one worker thread that serves the tasks; hosts know where its entry lies. */
export type SpawnWorker = () => Worker

export interface RunOptions {
  readonly signal?: AbortSignal
  /** Lower goes first; 1 may use the thread kept free for urgent work. Default 2. */
  readonly priority?: number
  readonly onProgress?: (message: unknown) => void
  /** Buffers of the input that move to the thread instead of being copied. */
  readonly transfer?: readonly TransferListItem[]
}

/** Worker threads, started when needed. Each does one task at a time. */
export interface WorkerPool {
  /**
   * Does the task in a thread. Rejects with the task's own error, with the signal's reason once an aborted task has really
   * ended, or with a retryable `unavailable` when its thread died; the next task then gets a new thread.
   */
  run<Input, Output>(task: Task<Input, Output>, input: Input, options?: RunOptions): Promise<Output>
  /** Cancels everything and ends all threads; nothing is left running. */
  close(): Promise<void>
}

interface Job {
  readonly order: TaskOrder
  readonly options: RunOptions
  readonly priority: number
  resolve(output: unknown): void
  reject(error: unknown): void
}

interface Thread {
  readonly worker: Worker
  job: Job | undefined
}

/** An aborted task that does not end by itself by then loses its thread. */
const CANCEL_GRACE_MS = 5_000
const CLOSE_GRACE_MS = 2_000
const DEFAULT_PRIORITY = 2
const URGENT = 1

/** A pool of up to `size` threads, and one more that only urgent tasks (priority 1) may use. */
export function createWorkerPool(options: { readonly spawn: SpawnWorker; readonly size: number }): WorkerPool {
  const threads = new Set<Thread>()
  const waiting: Job[] = []
  let nextId = 1
  let isClosed = false

  function startJobs(): void {
    if (isClosed) return
    waiting.sort((a, b) => a.priority - b.priority || a.order.id - b.order.id)
    for (let job = waiting[0]; job !== undefined; job = waiting[0]) {
      const busy = [...threads].filter((thread) => thread.job !== undefined).length
      if (busy >= Math.max(1, options.size) + (job.priority <= URGENT ? 1 : 0)) return
      waiting.shift()
      start(job)
    }
  }

  function start(job: Job): void {
    const thread = [...threads].find((candidate) => candidate.job === undefined) ?? spawnThread()
    thread.job = job
    thread.worker.ref()
    try {
      thread.worker.postMessage(job.order, [...(job.options.transfer ?? [])])
    } catch (error) {
      // Input that cannot be cloned: the thread never heard of it.
      release(thread)
      job.reject(error)
    }
  }

  function spawnThread(): Thread {
    const thread: Thread = { worker: options.spawn(), job: undefined }
    threads.add(thread)
    thread.worker.on('message', (news: TaskNews) => hear(thread, news))
    thread.worker.on('error', (error) => lose(thread, error instanceof Error ? error.message : String(error)))
    thread.worker.on('exit', (code) => lose(thread, `exit code ${code}`))
    return thread
  }

  function hear(thread: Thread, news: TaskNews): void {
    const { job } = thread
    if (job === undefined || job.order.id !== news.id) return
    if (news.kind === 'progress') {
      job.options.onProgress?.(news.message)
      return
    }
    release(thread)
    if (news.kind === 'done') job.resolve(news.output)
    else if (news.error.code === 'cancelled' && job.options.signal?.aborted === true)
      job.reject(job.options.signal.reason)
    else job.reject(errorFromData(news.error))
    startJobs()
  }

  function release(thread: Thread): void {
    thread.job = undefined
    thread.worker.unref()
  }

  function lose(thread: Thread, cause: string): void {
    if (!threads.delete(thread)) return
    const { job } = thread
    thread.job = undefined
    if (job !== undefined) {
      const aborted = job.options.signal?.aborted === true ? job.options.signal.reason : undefined
      job.reject(aborted ?? (isClosed ? cancelledError() : lostError(job.order.task, cause)))
    }
    startJobs()
  }

  function cancel(job: Job): void {
    const at = waiting.indexOf(job)
    if (at >= 0) {
      waiting.splice(at, 1)
      job.reject(job.options.signal?.aborted === true ? job.options.signal.reason : cancelledError())
      return
    }
    Atomics.store(job.order.cancel, 0, 1)
    setTimeout(() => {
      const thread = [...threads].find((candidate) => candidate.job === job)
      void thread?.worker.terminate()
    }, CANCEL_GRACE_MS).unref()
  }

  return {
    run<Input, Output>(task: Task<Input, Output>, input: Input, runOptions: RunOptions = {}): Promise<Output> {
      const { signal } = runOptions
      return new Promise<Output>((resolve, reject) => {
        if (isClosed)
          return reject(
            new FieldgateError('cancelled', `The worker threads are closed; "${task.name}" was not started.`),
          )
        if (signal?.aborted === true) return reject(signal.reason)
        const onAbort = (): void => cancel(job)
        const settle = (done: () => void): void => {
          signal?.removeEventListener('abort', onAbort)
          done()
        }
        const job: Job = {
          order: {
            id: nextId++,
            task: task.name,
            input,
            cancel: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
          },
          options: runOptions,
          priority: runOptions.priority ?? DEFAULT_PRIORITY,
          resolve: (output) => settle(() => resolve(output as Output)),
          reject: (error) => settle(() => reject(error)),
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        waiting.push(job)
        startJobs()
      })
    },
    async close() {
      isClosed = true
      for (const job of waiting.splice(0)) job.reject(cancelledError())
      const busy = [...threads].flatMap((thread) => (thread.job === undefined ? [] : [thread.job]))
      for (const job of busy) Atomics.store(job.order.cancel, 0, 1)
      await untilIdle([...threads], CLOSE_GRACE_MS)
      await Promise.all([...threads].map((thread) => thread.worker.terminate()))
    },
  }
}

function lostError(task: string, cause: string): FieldgateError {
  return new FieldgateError('unavailable', `The worker thread ended during "${task}": ${cause}`, {
    hint: 'It is tried again in a new thread. If it happens again, less memory may help: lower max_batch_size.',
  })
}

/** Resolves when every thread has ended its task, or after `ms`. */
async function untilIdle(threads: readonly Thread[], ms: number): Promise<void> {
  const idle = (): boolean => threads.every((thread) => thread.job === undefined)
  for (let waited = 0; waited < ms && !idle(); waited += 10) await new Promise((resolve) => setTimeout(resolve, 10))
}
