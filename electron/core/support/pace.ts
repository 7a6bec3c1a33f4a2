import type { Clock } from './clock.ts'

/** Holds work that repeats to its share of the time, however long it comes to take. */
export interface Pace {
  /** False while the work has had its share. */
  isDue(): boolean
  run<T>(work: () => Promise<T>): Promise<T>
}

/** One part in `parts` of the time, from start to start. The first run counts for nothing: it warms up for the others. */
export function createPace(clock: Clock, parts: number): Pace {
  let isWarm = false
  let restsUntil = Number.NEGATIVE_INFINITY
  return {
    isDue: () => clock.monotonic() >= restsUntil,
    async run(work) {
      const startedAt = clock.monotonic()
      try {
        return await work()
      } finally {
        if (isWarm) restsUntil = startedAt + parts * (clock.monotonic() - startedAt)
        isWarm = true
      }
    },
  }
}
