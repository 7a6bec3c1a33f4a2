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

/** A clock at which nothing happens by itself: a sleep ends only with its signal. */
export function createStillClock(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) =>
      ms === 0 || signal === undefined || signal.aborted
        ? Promise.resolve()
        : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  }
}
