import type { Action, Schedule } from './schedule.ts'

/** The smallest part of a schedule that was found to fail, and what it says of itself. */
export interface Shrunk<T> {
  /** Positions of the actions that are left, in the schedule that was given. */
  readonly kept: readonly number[]
  readonly outcome: T
  readonly runs: number
}

/** Runs that one failure is worth: a few seconds. */
const MOST_RUNS = 300

/**
 * Takes actions out of a failing schedule as long as it goes on failing: halves first, then ever smaller parts, until no
 * single action can be spared (delta debugging, Zeller and Hildebrandt 2002). `fails` gives undefined for a run that keeps
 * every promise. `first` is the outcome of the whole schedule.
 */
export async function shrinkSchedule<T>(
  schedule: Schedule,
  first: T,
  fails: (schedule: Schedule) => Promise<T | undefined>,
): Promise<Shrunk<T>> {
  const best = { kept: schedule.actions.map((_, index) => index), outcome: first, runs: 0 }
  const attempt = async (candidate: readonly number[]): Promise<boolean> => {
    best.runs++
    const outcome = await fails(keepActions(schedule, candidate))
    if (outcome === undefined) return false
    Object.assign(best, { kept: [...candidate], outcome })
    return true
  }
  /** Takes out every part of this size that can be spared; true when there was one. */
  const spare = async (size: number): Promise<boolean> => {
    let isSmaller = false
    let from = 0
    while (from < best.kept.length) {
      if (best.runs >= MOST_RUNS) return false
      if (await attempt(best.kept.toSpliced(from, size))) isSmaller = true
      else from += size
    }
    return isSmaller
  }
  let size = Math.ceil(best.kept.length / 2)
  while (size > 0) {
    const isSmaller = await spare(size)
    if (!isSmaller) size = size === 1 ? 0 : Math.ceil(size / 2)
    else size = Math.min(size, Math.ceil(best.kept.length / 2))
  }
  return best
}

/** The schedule with only these of its actions; the time that passes before the others passes still. */
export function keepActions(schedule: Schedule, kept: readonly number[]): Schedule {
  const wanted = new Set(kept)
  const actions: Action[] = []
  let waitedMs = 0
  for (const [index, action] of schedule.actions.entries()) {
    if (wanted.has(index)) {
      actions.push({ ...action, afterMs: action.afterMs + waitedMs })
      waitedMs = 0
    } else waitedMs += action.afterMs
  }
  return { ...schedule, actions }
}

/** `seed:positions`, as a person passes it to `--replay`: `17:0-3,7`. */
export function formatReplay(seed: number, kept: readonly number[]): string {
  const parts: string[] = []
  for (let at = 0; at < kept.length;) {
    let end = at
    while (kept[end + 1] === (kept[end] as number) + 1) end++
    parts.push(end > at ? `${kept[at]}-${kept[end]}` : String(kept[at]))
    at = end + 1
  }
  return `${seed}:${parts.join(',')}`
}

/** Reads what `formatReplay` wrote; without positions, everything the seed stands for. Throws for anything else. */
export function parseReplay(text: string): { readonly seed: number; readonly kept: readonly number[] | undefined } {
  const match = /^(\d+)(?::((?:\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)?))?$/.exec(text)
  if (match === null) throw new Error(`"${text}" names no run. Write a seed, or a seed with positions: 17 or 17:0-3,7.`)
  const seed = Number(match[1])
  const positions = match[2]
  if (positions === undefined) return { seed, kept: undefined }
  const kept = positions
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [from, to = from] = part.split('-').map(Number) as [number, number?]
      return Array.from({ length: to - from + 1 }, (_, index) => from + index)
    })
  return { seed, kept }
}
