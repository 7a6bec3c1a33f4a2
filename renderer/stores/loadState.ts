import { FieldgateError, errorToData } from '../../shared/domain/errors.ts'
import type { ErrorData } from '../../shared/domain/errors.ts'

/**
 * How the data of a store stands. After a failure the last good data stays, with `asOfMs`, the time it was read
 * (epoch milliseconds of this computer).
 */
export type LoadState =
  | { readonly phase: 'idle' }
  | { readonly phase: 'loading'; readonly asOfMs?: number }
  | { readonly phase: 'ready'; readonly asOfMs: number }
  | { readonly phase: 'failed'; readonly error: ErrorData; readonly asOfMs?: number }

export const IDLE: LoadState = { phase: 'idle' }

/** The state while a load runs; keeps the age of what is on screen. */
export function loadingFrom(before: LoadState): LoadState {
  return 'asOfMs' in before && before.asOfMs !== undefined
    ? { phase: 'loading', asOfMs: before.asOfMs }
    : { phase: 'loading' }
}

export function readyNow(): LoadState {
  return { phase: 'ready', asOfMs: Date.now() }
}

/** The state after a failed load; keeps the age of what is on screen. */
export function failedFrom(before: LoadState, error: unknown): LoadState {
  const data = errorToData(error)
  return 'asOfMs' in before && before.asOfMs !== undefined
    ? { phase: 'failed', error: data, asOfMs: before.asOfMs }
    : { phase: 'failed', error: data }
}

/** True for a call given up on purpose: nobody needs to hear of it. */
export function isCancelled(error: unknown): boolean {
  return error instanceof FieldgateError && error.code === 'cancelled'
}
