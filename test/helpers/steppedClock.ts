import type { Clock } from '../../electron/core/support/clock.ts'

/** A clock whose sleepers wake only when the test moves it: every step of the loop happens inside `advance`. */
export function steppedClock(
  startMs = Date.UTC(2026, 5, 1),
): Clock & { advance(ms: number): Promise<void>; set(ms: number): void } {
  let wall = startMs
  let monotonic = 0
  let sleepers: { atMs: number; wake: () => void }[] = []
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return {
    now: () => wall,
    monotonic: () => monotonic,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (ms <= 0 || signal?.aborted === true) return setImmediate(resolve)
        sleepers.push({ atMs: monotonic + ms, wake: resolve })
        signal?.addEventListener('abort', () => resolve(), { once: true })
      }),
    async advance(ms) {
      const until = monotonic + ms
      while (monotonic < until) {
        await settle()
        const step = Math.min(until, ...sleepers.map((sleeper) => sleeper.atMs)) - monotonic
        monotonic += step
        wall += step
        const due = sleepers.filter((sleeper) => sleeper.atMs <= monotonic)
        sleepers = sleepers.filter((sleeper) => sleeper.atMs > monotonic)
        for (const sleeper of due) sleeper.wake()
        await settle()
        await settle()
      }
    },
    set(ms) {
      wall += ms
    },
  }
}
