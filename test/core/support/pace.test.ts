import { expect, it } from 'vitest'
import { createPace } from '../../../electron/core/support/pace.ts'
import { createFakeClock } from '../../helpers/fakeClock.ts'

it('work that takes longer and longer never takes more than its share', async () => {
  const clock = createFakeClock(0)
  const pace = createPace(clock, 5)
  let worked = 0
  let tookMs = 100
  for (let step = 0; step < 10_000; step++) {
    if (pace.isDue()) {
      await pace.run(
        async () => clock.advance(tookMs),
        () => Number.POSITIVE_INFINITY,
      )
      worked += tookMs
      tookMs += 50
    }
    clock.advance(1_000)
  }
  expect(tookMs).toBeGreaterThan(10_000)
  expect(worked / clock.monotonic()).toBeLessThan(0.21)
  expect(worked / clock.monotonic()).toBeGreaterThan(0.15)
})

it('rests no longer than its result allows, and not at all after a failure', async () => {
  const clock = createFakeClock(0)
  const pace = createPace(clock, 5)
  await pace.run(
    async () => {
      clock.advance(24_000)
      return 2_000
    },
    (objects) => objects * 2,
  )
  clock.advance(3_999)
  expect(pace.isDue()).toBe(false)
  clock.advance(1)
  expect(pace.isDue()).toBe(true)
  const failing = pace.run(
    async () => {
      clock.advance(10_000)
      throw new Error('no store')
    },
    () => 60_000,
  )
  await expect(failing).rejects.toThrow('no store')
  expect(pace.isDue()).toBe(true)
})
