import type { Clock } from '../../electron/core/support/clock.ts'

export interface FakeClock extends Clock {
  advance(ms: number): void
}

/** A clock that only moves when told or slept on: a sleep advances it and resolves at once. */
export function createFakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  let now = startMs
  return {
    now: () => now,
    monotonic: () => now,
    sleep: async (ms) => {
      now += Math.max(0, ms)
    },
    advance: (ms) => {
      now += ms
    },
  }
}
