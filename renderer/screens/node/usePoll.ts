import { useEffect, useState } from 'react'
import { errorToData } from '../../../shared/domain/errors.ts'
import type { ErrorData } from '../../../shared/domain/errors.ts'
import { onNodeChange } from '../../stores/series.ts'

export interface Polled<T> {
  readonly value: T | undefined
  readonly error: ErrorData | undefined
  readonly atMs: number | undefined
}

/** Reads something of a node at once, and again when the node changes, at most every `leastMs`. `read` must be stable. */
export function usePoll<T>(nodeId: string, read: (nodeId: string) => Promise<T>, leastMs: number): Polled<T> {
  const [state, setState] = useState<Polled<T>>({ value: undefined, error: undefined, atMs: undefined })
  useEffect(() => {
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    let lastAt = Number.NEGATIVE_INFINITY
    setState({ value: undefined, error: undefined, atMs: undefined })
    const run = () => {
      timer = undefined
      lastAt = performance.now()
      read(nodeId).then(
        (value) => !isOver && setState({ value, error: undefined, atMs: Date.now() }),
        (error: unknown) => {
          if (!isOver) setState((before) => ({ ...before, error: errorToData(error) }))
        },
      )
    }
    run()
    const stop = onNodeChange(nodeId, () => {
      timer ??= setTimeout(run, Math.max(0, leastMs - (performance.now() - lastAt)))
    })
    return () => {
      isOver = true
      stop()
      clearTimeout(timer)
    }
  }, [nodeId, read, leastMs])
  return state
}
