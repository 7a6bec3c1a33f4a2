import { useCallback, useLayoutEffect, useRef } from 'react'

/** A function that keeps its identity for life and always runs the newest `fn`; for handlers of memoised children. */
export function useStable<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
): (...args: Args) => Result {
  const latest = useRef(fn)
  useLayoutEffect(() => {
    latest.current = fn
  })
  return useCallback((...args: Args) => latest.current(...args), [])
}
