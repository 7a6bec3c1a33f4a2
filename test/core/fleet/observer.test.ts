import { afterEach, expect, test } from 'vitest'
import { openNodeDatabase } from '../../../electron/core/db/nodeDatabase.ts'
import { createFleetObserver } from '../../../electron/core/fleet/observer.ts'
import type { FleetObserver } from '../../../electron/core/fleet/observer.ts'
import { createNodeWatch } from '../../../electron/core/fleet/nodeWatch.ts'
import { readPipeline } from '../../../electron/core/pipelines/pipelineManager.ts'
import type { Clock } from '../../../electron/core/support/clock.ts'
import { createFakeClock } from '../../helpers/fakeClock.ts'
import { SAMPLE_START_MS } from '../../helpers/nodeDatabases.ts'
import { makeUploaderBench } from '../../helpers/uploaderBench.ts'
import type { UploaderBench } from '../../helpers/uploaderBench.ts'

let bench: UploaderBench
let observer: FleetObserver | undefined

afterEach(async () => {
  await observer?.stop()
  await bench.remove()
})

/** A clock on which a loop sleeps so many times without waiting, `onSleep` before each, and then until it is stopped. */
function countedClock(sleeps: number, onSleep: (index: number) => void): Clock & { readonly done: Promise<void> } {
  const clock = createFakeClock(SAMPLE_START_MS + 3_600_000)
  const { promise: done, resolve } = Promise.withResolvers<void>()
  let count = 0
  return {
    done,
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: async (ms, signal) => {
      if (ms === 0) return
      if (count++ < sleeps) {
        onSleep(count)
        clock.advance(ms)
        return
      }
      resolve()
      await new Promise((wake) => signal?.addEventListener('abort', wake, { once: true }))
    },
  }
}

test('a node that writes is looked at every two seconds, one at rest every five, and neither keeps the other waiting', async () => {
  bench = makeUploaderBench({ nodes: 2, rows: 3 })
  const looks: Record<'n1' | 'n2', Set<number>> = { n1: new Set(), n2: new Set() }
  const clock = countedClock(160, (index) => {
    if (index % 4 === 0) bench.nodes[0]?.append(1)
    for (const id of ['n1', 'n2'] as const) looks[id].add(observer?.observation(id)?.lookedAtMs ?? 0)
  })
  observer = createFleetObserver({
    nodes: bench.config.nodes,
    clock,
    openNode: (node) => openNodeDatabase(node.sqlite, { timeZone: node.timeZone }),
    readActive: (node) => readPipeline(node.sqlite, { customTypes: [] }),
    onError: (error) => {
      throw error
    },
  })
  observer.start()
  await clock.done
  // 160 slices of 250 ms are 40 s.
  expect(looks.n1.size).toBeGreaterThanOrEqual(17)
  expect(looks.n1.size).toBeLessThanOrEqual(22)
  expect(looks.n2.size).toBeGreaterThanOrEqual(7)
  expect(looks.n2.size).toBeLessThanOrEqual(10)
  expect(observer.observation('n1')?.newestSeq).toBeGreaterThan(40)
})

test('a node at rest is news until its trend can be drawn, and no more while it grows', async () => {
  bench = makeUploaderBench({ nodes: 1, rows: 3 })
  const clock = createFakeClock(SAMPLE_START_MS + 3_600_000)
  const [node] = bench.config.nodes
  if (node === undefined) throw new Error('The bench has no node.')
  const watch = createNodeWatch(node, {
    clock,
    openNode: ({ sqlite, timeZone }) => openNodeDatabase(sqlite, { timeZone }),
    readActive: ({ sqlite }) => readPipeline(sqlite, { customTypes: [] }),
  })
  const lookAfterASample = (): boolean => {
    clock.advance(5_000)
    return watch.look()
  }
  watch.look()
  expect([lookAfterASample(), lookAfterASample()]).toEqual([true, true])
  expect(Array.from({ length: 20 }, lookAfterASample)).toEqual(Array.from({ length: 20 }, () => false))
  bench.nodes[0]?.append(5)
  expect(lookAfterASample()).toBe(true)
  // The trend has a hill now: it looks another as long as it grows.
  expect(lookAfterASample()).toBe(true)
})
