import { useEffect, useRef, useState } from 'react'
import type { ErrorData } from '../../../shared/domain/errors.ts'
import { errorToData } from '../../../shared/domain/errors.ts'
import type { SeriesWindow } from '../../../shared/domain/series.ts'
import { isCancelled } from '../../stores/loadState.ts'
import { onNodeChange, readSeries } from '../../stores/series.ts'
import { compactSeries } from './view.ts'
import type { View } from './view.ts'

const POINTS = 900
/** The live view asks at most this often, whatever is announced. */
const LIVE_EVERY_MS = 1_500
/** A view that is being dragged is asked for once it rests. */
const REST_MS = 160
const DAY_MS = 86_400_000
const OVERVIEW_EVERY_MS = 60_000

export interface SeriesState {
  readonly series: SeriesWindow | undefined
  readonly error: ErrorData | undefined
}

/** The charts' data for a view: read anew when the view rests, and in the live view when the node has new rows. */
export function useSeries(nodeId: string, view: View): SeriesState {
  const [state, setState] = useState<SeriesState>({ series: undefined, error: undefined })
  const lastRead = useRef(0)
  useEffect(() => setState({ series: undefined, error: undefined }), [nodeId])
  useEffect(() => {
    let controller: AbortController | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = () => {
      timer = undefined
      controller?.abort()
      controller = new AbortController()
      const { signal } = controller
      lastRead.current = performance.now()
      readNow(nodeId, view, signal).then(
        (series) => !signal.aborted && setState({ series, error: undefined }),
        (error: unknown) => {
          if (!signal.aborted && !isCancelled(error)) setState((before) => ({ ...before, error: errorToData(error) }))
        },
      )
    }
    timer = setTimeout(read, lastRead.current === 0 ? 0 : REST_MS)
    const stop =
      view.kind === 'live'
        ? onNodeChange(nodeId, () => {
            timer ??= setTimeout(read, Math.max(0, LIVE_EVERY_MS - (performance.now() - lastRead.current)))
          })
        : undefined
    return () => {
      stop?.()
      clearTimeout(timer)
      controller?.abort()
    }
  }, [nodeId, view])
  return state
}

/** The live view ends at the newest reading, which only the answer tells: its width is asked for by the span. */
async function readNow(nodeId: string, view: View, signal: AbortSignal): Promise<SeriesWindow> {
  if (view.kind === 'held') {
    return compactSeries(await readSeries(nodeId, { fromMs: view.fromMs, toMs: view.toMs }, POINTS, signal))
  }
  const toMs = (await readSeries(nodeId, undefined, 10, signal)).newestMs ?? Date.now()
  return compactSeries(await readSeries(nodeId, { fromMs: toMs - view.spanMs, toMs }, POINTS, signal))
}

/** A day of the node for the strip below the charts; read once a minute. */
export function useOverview(nodeId: string): SeriesWindow | undefined {
  const [series, setSeries] = useState<SeriesWindow>()
  useEffect(() => {
    setSeries(undefined)
    const controller = new AbortController()
    const read = () => {
      readNow(nodeId, { kind: 'live', spanMs: DAY_MS }, controller.signal).then(setSeries, () => undefined)
    }
    read()
    const timer = setInterval(read, OVERVIEW_EVERY_MS)
    return () => {
      clearInterval(timer)
      controller.abort()
    }
  }, [nodeId])
  return series
}
