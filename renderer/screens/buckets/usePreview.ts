import { useEffect, useState } from 'react'
import type { ErrorData } from '../../../shared/domain/errors.ts'
import { errorToData } from '../../../shared/domain/errors.ts'
import type { ObjectDetail, ObjectPreview } from '../../../shared/domain/objects.ts'
import { isCancelled } from '../../stores/loadState.ts'
import { headObject, previewObject } from '../../stores/objects.ts'

export const ROWS_SHOWN = 100
/** A cursor on the move asks for nothing until it rests this long. */
const REST_MS = 120

export interface Preview {
  readonly detail: ObjectDetail | undefined
  readonly preview: ObjectPreview | undefined
  readonly error: ErrorData | undefined
  readonly isLoading: boolean
}

const NOTHING: Preview = { detail: undefined, preview: undefined, error: undefined, isLoading: false }

/** Head and footer of an object and a window of its rows; what was asked before is given up. */
export function usePreview(bucket: string, key: string | undefined, rowStart: number): Preview {
  const [state, setState] = useState<Preview>(NOTHING)
  useEffect(() => {
    if (key === undefined) {
      setState(NOTHING)
      return undefined
    }
    const controller = new AbortController()
    setState((before) =>
      before.detail?.key === key ? { ...before, isLoading: true, error: undefined } : { ...NOTHING, isLoading: true },
    )
    const timer = setTimeout(() => {
      read(bucket, key, rowStart, controller.signal, setState).catch((error: unknown) => {
        if (!isCancelled(error) && !controller.signal.aborted) {
          setState((before) => ({ ...before, error: errorToData(error), isLoading: false }))
        }
      })
    }, REST_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [bucket, key, rowStart])
  return state
}

async function read(
  bucket: string,
  key: string,
  rowStart: number,
  signal: AbortSignal,
  setState: (change: (before: Preview) => Preview) => void,
): Promise<void> {
  const detail = await headObject(bucket, key, signal)
  if (signal.aborted) return
  setState((before) => ({ ...before, detail }))
  if (!key.endsWith('.parquet')) {
    setState((before) => ({ ...before, isLoading: false }))
    return
  }
  const preview = await previewObject(bucket, key, { start: rowStart, count: ROWS_SHOWN }, signal)
  if (!signal.aborted) setState((before) => ({ ...before, preview, isLoading: false }))
}
