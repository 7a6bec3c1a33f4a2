import { errorToData } from '../../../shared/domain/errors.ts'
import type { Clock } from './clock.ts'

export interface LoopOptions {
  readonly name: string
  readonly everyMs: number
  readonly clock: Clock
  /** A step that throws does not end the loop; this hears of it, unless the step only ended because the loop did. */
  readonly onError: (error: unknown) => void
}

export interface Loop {
  /** Runs the next step as soon as the one in flight ends, without waiting for the period. */
  nudge(): void
  /** Resolves when the step in flight has ended; no step starts afterwards. */
  stop(): Promise<void>
}

/**
 * Repeats `step` every `everyMs`, counted from start to start, never overlapping.
 * The step's signal aborts on `stop`, so long steps can finish early.
 */
export function runLoop(options: LoopOptions, step: (signal: AbortSignal) => Promise<void>): Loop {
  const stopping = new AbortController()
  let wake = new AbortController()
  const done = (async () => {
    while (!stopping.signal.aborted) {
      wake = new AbortController()
      const startedAt = options.clock.monotonic()
      try {
        await step(stopping.signal)
      } catch (error) {
        if (!isOwnStop(error, stopping.signal)) options.onError(error)
      }
      if (stopping.signal.aborted) return
      const rest = options.everyMs - (options.clock.monotonic() - startedAt)
      if (rest > 0 && !wake.signal.aborted) await options.clock.sleep(rest, wake.signal)
      else await options.clock.sleep(0)
    }
  })()
  return {
    nudge: () => wake.abort(),
    stop: async () => {
      stopping.abort()
      wake.abort()
      await done
    },
  }
}

/** Whether a step ended because it was asked to: that is no failure. Anything else is, also while stopping. */
function isOwnStop(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false
  if (error === signal.reason || errorToData(error).code === 'cancelled') return true
  return error instanceof Error && error.name === 'AbortError'
}
