import { afterEach, expect, test } from 'vitest'
import { createFakeClock } from '../../helpers/fakeClock.ts'
import { steppedClock } from '../../helpers/steppedClock.ts'
import { makeUploaderBench } from '../../helpers/uploaderBench.ts'
import type { UploaderBench } from '../../helpers/uploaderBench.ts'

const DAY = 86_400_000
let bench: UploaderBench

afterEach(() => bench.remove())

test('a failure from before the clock was set back by a day is tried again at once, not after a day', async () => {
  bench = makeUploaderBench({ rows: 5 })
  bench.store.cutUntilMs = Number.POSITIVE_INFINITY
  const clock = createFakeClock()
  await bench.uploader({ clock }).once(undefined, new AbortController().signal)
  expect(bench.store.objects.size).toBe(0)

  bench.store.cutUntilMs = Number.NEGATIVE_INFINITY
  clock.advance(-DAY)
  const before = clock.now()
  await bench.uploader({ clock }).once(undefined, new AbortController().signal)
  expect(bench.store.objects.size).toBeGreaterThan(0)
  expect(clock.now() - before).toBeLessThan(3_600_000)
})

test('the passes of a running uploader go on when the clock is set back by a day', async () => {
  bench = makeUploaderBench({ rows: 5, upload: { intervalSeconds: 30 } })
  const clock = steppedClock()
  bench.uploader({ clock }).start()
  await clock.advance(40_000)
  const before = bench.statuses.filter((status) => status.lastPassAtMs !== undefined).length
  expect(before).toBeGreaterThan(0)

  clock.set(-DAY)
  bench.nodes[0]?.append(5)
  await clock.advance(40_000)
  expect(bench.statuses.at(-1)?.lastPassAtMs).toBeLessThan(clock.now() + 1)
})
