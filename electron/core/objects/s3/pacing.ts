import type { Clock } from '../../support/clock.ts'

/** The speed limit of the link; all puts share it, and it may change while they run. */
export interface Pacer {
  readonly bytesPerSecond: number | undefined
  set(bytesPerSecond: number | undefined): void
  /** Resolves when that many bytes may go; at once when there is no limit or the signal aborts. */
  take(bytes: number, signal?: AbortSignal): Promise<void>
}

const MAX_PART_BYTES = 65_536
const PARTS_PER_SECOND = 4

/** A first-come limiter: each taker waits until what was promised before it has gone out. */
export function createPacer(clock: Clock, bytesPerSecond: number | undefined): Pacer {
  let limit = bytesPerSecond
  let freeAtMs = 0
  return {
    get bytesPerSecond() {
      return limit
    },
    set: (next) => {
      limit = next
      freeAtMs = 0
    },
    take: async (bytes, signal) => {
      if (limit === undefined) return
      const now = clock.monotonic()
      freeAtMs = Math.max(now, freeAtMs) + (bytes / limit) * 1000
      if (freeAtMs > now) await clock.sleep(freeAtMs - now, signal)
    },
  }
}

/** The bytes in parts small enough that a slow link sees several a second, so that no idle time-out strikes. */
export async function* pacedParts(
  bytes: Uint8Array,
  pacer: Pacer,
  signal: AbortSignal | undefined,
  onSent: ((bytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const limit = pacer.bytesPerSecond
    const size =
      limit === undefined ? MAX_PART_BYTES : Math.min(MAX_PART_BYTES, Math.max(1, Math.floor(limit / PARTS_PER_SECOND)))
    const part = bytes.subarray(at, at + size)
    await pacer.take(part.length, signal)
    if (signal?.aborted === true) return
    yield part
    at += part.length
    onSent?.(at)
  }
}
