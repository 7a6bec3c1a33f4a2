import type { Clock } from './clock.ts'

/** Holds work that repeats to its share of the time, however long it comes to take. */
export interface Pace {
  /** False while the work has had its share. */
  isDue(): boolean
  /** `mostRestMs` says how long it may rest for this result at most: a machine that is busy with other things makes it no rarer. */
  run<T>(work: () => Promise<T>, mostRestMs: (result: T) => number): Promise<T>
}

/** One part in `parts` of the time, from start to start. Work that fails is due again at once. */
export function createPace(clock: Clock, parts: number): Pace {
  let restsUntil = Number.NEGATIVE_INFINITY
  return {
    isDue: () => clock.monotonic() >= restsUntil,
    async run(work, mostRestMs) {
      const startedAt = clock.monotonic()
      const result = await work()
      const now = clock.monotonic()
      restsUntil = now + Math.min((parts - 1) * (now - startedAt), mostRestMs(result))
      return result
    },
  }
}
