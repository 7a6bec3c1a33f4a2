import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useStable } from '../ui/useStable.ts'
import { chartOptions } from './chartOptions.ts'
import type { ChartMarks } from './chartOptions.ts'
import { onTheme } from './colors.ts'

interface TimeChartProps {
  /** What a screen reader hears in place of the picture. */
  readonly label: string
  readonly timesMs: readonly number[]
  /** Per time: least, most and mean of the bin; null where nothing was measured. */
  readonly min: readonly (number | null)[]
  readonly max: readonly (number | null)[]
  readonly mean: readonly (number | null)[]
  readonly height: number
  /** Pinned by the caller, so that the line does not jump. */
  readonly range: readonly [number, number]
  /** Window of time in epoch milliseconds. */
  readonly window: readonly [number, number]
  readonly marks?: ChartMarks
  readonly showsTimes?: boolean
  /** Charts of one key share cursor and time. */
  readonly syncKey?: string
  /** Index under the cursor, or undefined when it left. */
  readonly onCursor?: (index: number | undefined) => void
  /** A dragged span of time. */
  readonly onSelect?: (fromMs: number, toMs: number) => void
}

const NO_MARKS: ChartMarks = {}

/** One field over time, drawn by uPlot on new data or interaction only. */
export function TimeChart(props: TimeChartProps) {
  const {
    label,
    timesMs,
    min,
    max,
    mean,
    height,
    range,
    window: span,
    marks = NO_MARKS,
    showsTimes = false,
    syncKey,
  } = props
  const host = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot>(undefined)
  const readMarks = useStable(() => marks)
  const tellCursor = useStable((index: number | undefined) => props.onCursor?.(index))
  const tellSelect = useStable((from: number, to: number) => props.onSelect?.(from, to))
  const [low, high] = range

  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const options = chartOptions(
      { width: element.clientWidth, height, showsTimes, syncKey, range: [low, high] },
      readMarks,
    )
    const plot = new uPlot(
      {
        ...options,
        hooks: {
          ...options.hooks,
          setCursor: [(self) => tellCursor(self.cursor.idx ?? undefined)],
          setSelect: [
            (self) => {
              const { left, width } = self.select
              if (width < 4) return
              tellSelect(self.posToVal(left, 'x') * 1000, self.posToVal(left + width, 'x') * 1000)
              self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
            },
          ],
        },
      },
      [[], [], [], []],
      element,
    )
    chart.current = plot
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    const stop = onTheme(() => plot.redraw(false))
    return () => {
      stop()
      observer.disconnect()
      plot.destroy()
      chart.current = undefined
    }
  }, [height, showsTimes, syncKey, low, high, readMarks, tellCursor, tellSelect])

  useEffect(() => {
    const plot = chart.current
    if (plot === undefined) return
    plot.batch(() => {
      plot.setData([timesMs.map((t) => t / 1000), [...max], [...min], [...mean]], false)
      plot.setScale('x', { min: span[0] / 1000, max: span[1] / 1000 })
    })
  }, [timesMs, min, max, mean, span[0], span[1], marks, height, showsTimes, syncKey, low, high])

  return <div ref={host} role="img" aria-label={label} className="chart" />
}
