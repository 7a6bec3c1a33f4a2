import { Worker } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { createDemoFaults, trackWorkers } from '../../../electron/core/demo/faults.ts'
import type { DemoFaults } from '../../../electron/core/demo/faults.ts'
import { createS3ObjectStore } from '../../../electron/core/objects/client.ts'
import { createEmbeddedStore } from '../../../electron/core/objects/embedded/embeddedStore.ts'
import { systemClock } from '../../../electron/core/support/clock.ts'
import { silentLog } from '../../../electron/core/support/log.ts'
import { defineTask } from '../../../electron/core/support/tasks.ts'
import { createWorkerPool } from '../../../electron/core/support/workerPool.ts'
import { temporaryFolder } from '../simulator/helpers.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

function openStore() {
  const folder = temporaryFolder()
  const embedded = createEmbeddedStore({ folder, region: 'us-west-2', clock: systemClock })
  const store = createS3ObjectStore(
    { kind: 'embedded', folder, region: 'us-west-2' },
    { clock: systemClock, log: silentLog, embedded },
  )
  closers.push(
    () => embedded.close(),
    () => store.close(),
  )
  const offsets: number[] = []
  const mended = { count: 0 }
  const faults = createDemoFaults({
    store: () => embedded.faults,
    killWorkers: async () => 0,
    setClockOffset: (offsetMs) => void offsets.push(offsetMs),
    onMended: () => mended.count++,
  })
  return { store, faults, offsets, mended }
}

const STORE_FAULTS: readonly (readonly [string, (faults: DemoFaults, isOn: boolean) => unknown, string])[] = [
  ['a cut link', (faults, isOn) => faults.setLink(isOn), 'unavailable'],
  ['SlowDown', (faults, isOn) => faults.setSlowDown(isOn), 'throttled'],
  ['a full disk', (faults, isOn) => faults.setDiskFull(isOn), 'diskFull'],
  ['wrong credentials', (faults, isOn) => faults.setCredentials(isOn), 'denied'],
]

test.each(STORE_FAULTS)(
  '%s makes every put fail with its own cause, and mending it lets the same put through',
  async (_name, set, code) => {
    const { store, faults } = openStore()
    await store.ensureBucket('demo-bucket')
    const put = (key: string) =>
      store.putIfAbsent({
        bucket: 'demo-bucket',
        key,
        body: { kind: 'bytes', bytes: Buffer.from('rows') },
        metadata: {},
      })
    expect(await put('before')).toMatchObject({ kind: 'created' })
    await set(faults, true)
    await expect(put('during')).rejects.toMatchObject({ code })
    await set(faults, false)
    expect(await put('during')).toMatchObject({ kind: 'created' })
  },
)

test('a clock jump is handed to the nodes as an offset', async () => {
  const { faults, offsets } = openStore()
  await faults.jumpClock(7_200_000)
  await faults.jumpClock(0)
  expect(offsets).toEqual([7_200_000, 0])
})

/** A worker that answers the task of the pool after a while: long enough to be killed in the middle. */
const SLOW = `
const { parentPort } = require('node:worker_threads')
parentPort.on('message', (order) => setTimeout(() => parentPort.postMessage({ kind: 'done', id: order.id, output: 'done' }), order.input))
`

test('a power cut kills working threads for real; the pool fails their task as retryable and does the next in a new thread', async () => {
  let started = 0
  const tracked = trackWorkers(() => {
    started++
    return new Worker(SLOW, { eval: true })
  })
  const pool = createWorkerPool({ spawn: tracked.spawn, size: 1 })
  closers.push(() => pool.close())
  const task = defineTask<number, string>('slow')
  expect(await pool.run(task, 1)).toBe('done')
  const doomed = pool.run(task, 60_000).catch((error: unknown) => error)
  expect(await tracked.killAll()).toBe(1)
  expect(await doomed).toMatchObject({ code: 'unavailable', retryable: true })
  expect(await pool.run(task, 1)).toBe('done')
  expect(started).toBe(2)
  expect(await tracked.killAll()).toBe(1)
  expect(await tracked.killAll()).toBe(0)
})

test('what waits for its next try hears that a fault was mended, once, and of nothing else', () => {
  const { faults, mended } = openStore()
  void faults.setLink(false)
  void faults.setLink(true)
  void faults.setSlowDown(true)
  expect(mended.count).toBe(0)
  void faults.setLink(false)
  void faults.setLink(false)
  expect(mended.count).toBe(1)
})
