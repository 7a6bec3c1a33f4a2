import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorkerPool, defineTask } from '../../electron/core/support/workerPool.ts'
import type { WorkerPool } from '../../electron/core/support/workerPool.ts'
import { createWorkerEncoder, inProcessEncoder } from '../../electron/core/uploader/encoder.ts'
import { spawnPoolWorker } from '../../electron/worker/spawn.ts'
import { createReadings, requestFor } from '../core/encoder/requests.ts'

const echo = defineTask<unknown, unknown>('echo')
const sleep = defineTask<{ readonly ms: number }, number>('sleep')
const fail = defineTask<string, never>('fail')
const crash = defineTask<string, never>('crash')
const count = defineTask<number, number>('count')

let pool: WorkerPool
let started: Worker[]

beforeEach(() => {
  started = []
  pool = createWorkerPool({
    size: 1,
    spawn: () => {
      const worker = new Worker(new URL('./testWorker.ts', import.meta.url))
      started.push(worker)
      return worker
    },
  })
})
afterEach(async () => pool.close())

describe('the worker pool', () => {
  it('brings back what a task returns and what it throws', async () => {
    expect(await pool.run(echo, { a: [1n, new Date(0)] })).toEqual({ a: [1n, new Date(0)] })
    await expect(pool.run(fail, 'the disk')).rejects.toMatchObject({
      code: 'denied',
      hint: 'the remedy',
      retryable: false,
    })
    await expect(pool.run(defineTask('nobody knows'), 1)).rejects.toMatchObject({ code: 'internal' })
    await expect(pool.run(echo, () => 1)).rejects.toThrow('could not be cloned')
    expect(await pool.run(echo, 'still there')).toBe('still there')
    expect(started).toHaveLength(1)
  })

  it('fails the one task of a thread that dies, as retryable, and goes on with a new thread', async () => {
    const [died, waited] = await Promise.allSettled([pool.run(crash, 'exit'), pool.run(echo, 'next')])
    expect(died).toMatchObject({ status: 'rejected', reason: { code: 'unavailable', retryable: true } })
    expect(waited).toMatchObject({ status: 'fulfilled', value: 'next' })
    await expect(pool.run(crash, 'throw')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('thrown outside'),
    })
    expect(started).toHaveLength(2)
  })

  it('stops synchronous work when it is aborted, and rejects with the reason', async () => {
    const abort = new AbortController()
    const counting = pool.run(count, 1e9, { signal: abort.signal, onProgress: () => abort.abort(new Error('enough')) })
    await expect(counting).rejects.toThrow('enough')
    expect(await pool.run(echo, 1)).toBe(1)
    expect(started).toHaveLength(1)
  })

  it('forgets a waiting task that is aborted', async () => {
    const abort = new AbortController()
    const first = pool.run(sleep, { ms: 50 })
    const second = pool.run(echo, 'never', { signal: abort.signal })
    abort.abort(new Error('changed my mind'))
    await expect(second).rejects.toThrow('changed my mind')
    expect(await first).toBe(50)
  })

  it('does urgent tasks first, and in a thread of their own while the others are busy', async () => {
    const order: string[] = []
    const note =
      (name: string): (() => void) =>
      () =>
        void order.push(name)
    const slow = pool.run(sleep, { ms: 150 }).then(note('slow'))
    const later = pool.run(echo, 1).then(note('later'))
    const urgent = pool.run(echo, 1, { priority: 1 }).then(note('urgent'))
    await Promise.all([slow, later, urgent])
    expect(order).toEqual(['urgent', 'slow', 'later'])
    expect(started).toHaveLength(2)
  })

  it('leaves no thread behind when it is closed, and takes no more work', async () => {
    const ended = pool.run(count, 1e9).catch((error: unknown) => error)
    const waiting = pool.run(echo, 1).catch((error: unknown) => error)
    const exits = started.map((worker) => new Promise((resolve) => worker.once('exit', resolve)))
    await pool.close()
    await Promise.all(exits)
    expect(await ended).toMatchObject({ code: 'cancelled' })
    expect(await waiting).toMatchObject({ code: 'cancelled' })
    await expect(pool.run(echo, 1)).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe('the worker threads of the engine', () => {
  it('make the same bytes as this process and as another process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fieldgate-worker-'))
    const threads = createWorkerPool({ size: 1, spawn: spawnPoolWorker })
    try {
      const path = createReadings(
        folder,
        Array.from({ length: 2000 }, (_, i) => ({
          timestamp: new Date(Date.UTC(2026, 2, 1) + i * 60_000).toISOString(),
          temperature: Math.sin(i),
          status_code: i % 7 === 0 ? 2n ** 60n + BigInt(i) : i,
        })),
      )
      const request = requestFor(path, folder)
      const here = await inProcessEncoder().encode({ ...request, spoolName: 'here' })
      const thread = await createWorkerEncoder(threads).encode({ ...request, spoolName: 'thread' })
      const script = `import { encodeBatch } from ${JSON.stringify(new URL('../../electron/core/uploader/encodeBatch.ts', import.meta.url).href)}
        const result = await encodeBatch(${JSON.stringify({ ...request, spoolName: 'process' })}, () => undefined)
        console.log(JSON.stringify(result.objects.map((object) => object.sha256)))`
      const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' })
      const wanted = here.objects.map((object) => object.sha256)
      expect(wanted).toHaveLength(2)
      expect(thread.objects.map((object) => object.sha256)).toEqual(wanted)
      expect(JSON.parse(output)).toEqual(wanted)
      expect(thread.counts).toEqual(here.counts)
    } finally {
      await threads.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
