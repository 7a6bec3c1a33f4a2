import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { SeriesField, SeriesWindow } from '../../../shared/domain/series.ts'
import { AXIS_WIDTH } from '../../charts/chartOptions.ts'
import { TimeChart } from '../../charts/TimeChart.tsx'
import { messages } from '../../text/messages.ts'
import { Button } from '../../ui/Button.tsx'
import { formatClock, formatNoun } from '../../ui/format.ts'
import { Segmented } from '../../ui/Segmented.tsx'
import { useShortcut } from '../../ui/shortcuts.ts'
import { Badge, EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { useInUnits } from './inUnits.ts'
import { useOverview, useSeries } from './useSeries.ts'
import { fitRange, formatValue, gapsOf, loudestField, panView, spanOf, WINDOW_MS, WINDOWS, zoomView } from './view.ts'
import type { View, WindowName } from './view.ts'

const words = messages.node
const LABEL_PX = 116
const SYNC = 'node'
const STEP = 0.2

/** Every numeric field over one time axis, one cursor, and a day's strip with a brush. Touching a chart holds it. */
export function Charts({ nodeId }: { readonly nodeId: string }) {
  const [name, setName] = useState<WindowName>('1h')
  const [view, setView] = useState<View>({ kind: 'live', spanMs: WINDOW_MS['1h'] })
  const [cursor, setCursor] = useState<number>()
  const { series: measured, error } = useSeries(nodeId, view)
  const series = useInUnits(measured)
  const overview = useInUnits(useOverview(nodeId))
  const newest = series?.newestMs ?? Date.now()
  const backToLive = useCallback(() => setView({ kind: 'live', spanMs: WINDOW_MS[name] }), [name])
  useShortcut('L', words.backToLive, backToLive, view.kind === 'held')
  const choose = (next: WindowName) => {
    setName(next)
    setView({ kind: 'live', spanMs: WINDOW_MS[next] })
  }
  const hold = useCallback((fromMs: number, toMs: number) => setView({ kind: 'held', fromMs, toMs }), [])
  const cursorMs = cursor === undefined ? undefined : series?.timesMs[cursor]
  return (
    <>
      <div className="tablebar">
        <Segmented
          size="sm"
          label={words.window}
          value={name}
          options={WINDOWS.map((value) => ({ value, label: words.windows[value] }))}
          onChange={choose}
        />
        <span className="t3 small hide-1280 ell">
          {cursorMs !== undefined && (
            <>
              {words.cursor} <b className="medium nd-strong">{formatClock(cursorMs)}</b>,{' '}
            </>
          )}
          {series !== undefined && formatNoun(series.rowsRead, 'reading')}
        </span>
        <span className="grow" />
        {series !== undefined && series.anomalies.length > 0 && (
          <Badge tone="warn">
            {formatNoun(
              series.anomalies.reduce((sum, span) => sum + span.readings, 0),
              'anomaly',
              'anomalies',
            )}
          </Badge>
        )}
        {view.kind === 'held' ? (
          <>
            <Badge tone="accent">{words.pausedByCursor}</Badge>
            <Button size="sm" icon="play" keys="L" onClick={backToLive}>
              {words.backToLive}
            </Button>
          </>
        ) : (
          <Badge tone={error === undefined ? 'ok' : 'off'}>{error === undefined ? words.live : words.notLive}</Badge>
        )}
      </div>
      {error !== undefined && series === undefined && <ErrorState error={error} onRetry={backToLive} />}
      {series === undefined ? (
        error === undefined && <Skeleton />
      ) : (
        <Stack
          series={series}
          view={view}
          newestMs={newest}
          cursor={cursor}
          onCursor={setCursor}
          onView={setView}
          onHold={hold}
        />
      )}
      {overview !== undefined && overview.fields.length > 0 && (
        <Overview series={overview} span={spanOf(view, newest)} onHold={hold} />
      )}
    </>
  )
}

interface StackProps {
  readonly series: SeriesWindow
  readonly view: View
  readonly newestMs: number
  readonly cursor: number | undefined
  readonly onCursor: (index: number | undefined) => void
  readonly onView: (view: View) => void
  readonly onHold: (fromMs: number, toMs: number) => void
}

function Stack({ series, view, newestMs, cursor, onCursor, onView, onHold }: StackProps) {
  const host = useRef<HTMLDivElement>(null)
  const ranges = useRanges(series)
  const gaps = useMemo(() => gapsOf(series).map((gap) => ({ ...gap, text: words.missing })), [series])
  const loud = useMemo(() => loudestField(series), [series])
  const marks = useMemo(() => ({ anomalies: series.anomalies, gaps }), [series, gaps])
  const span = useMemo(() => spanOf(view, newestMs), [view, newestMs])
  useWheel(host, view, newestMs, onView)
  if (series.fields.length === 0 || series.rowsRead === 0) {
    return <EmptyState title={words.noReadings}>{words.noReadingsText}</EmptyState>
  }
  const isShort = window.innerHeight < 860
  const onKeyDown = (event: React.KeyboardEvent) => {
    const centre = (span[0] + span[1]) / 2
    const next: Record<string, () => View> = {
      ArrowLeft: () => panView(view, newestMs, -STEP),
      ArrowRight: () => panView(view, newestMs, STEP),
      '+': () => zoomView(view, newestMs, centre, 0.7),
      '=': () => zoomView(view, newestMs, centre, 0.7),
      '-': () => zoomView(view, newestMs, centre, 1.4),
    }
    const change = next[event.key]
    if (change === undefined) return
    event.preventDefault()
    onView(change())
  }
  return (
    <div
      ref={host}
      className="nd-charts"
      role="group"
      tabIndex={0}
      aria-label={words.chartsLabel}
      onKeyDown={onKeyDown}
    >
      {series.fields.map((field, index) => {
        const isLast = index === series.fields.length - 1
        const height = heightOf(series.fields.length, field.name === loud, isShort) + (isLast ? 18 : 0)
        return (
          <div key={field.name} className="nd-chart">
            <Label field={field} cursor={cursor} series={series} isLoud={field.name === loud} />
            <TimeChart
              label={`${field.name} ${field.unit ?? ''}`}
              timesMs={series.timesMs}
              min={field.min}
              max={field.max}
              mean={field.mean}
              height={height}
              range={ranges.get(field.name) ?? [0, 1]}
              window={span}
              marks={marks}
              showsTimes={isLast}
              syncKey={SYNC}
              onCursor={onCursor}
              onSelect={onHold}
            />
          </div>
        )
      })}
    </div>
  )
}

function heightOf(fields: number, isLoud: boolean, isShort: boolean): number {
  const base = isShort ? (fields > 6 ? 40 : 50) : fields > 6 ? 46 : 62
  return isLoud ? base * 1.8 : base
}

function Label({
  field,
  cursor,
  series,
  isLoud,
}: {
  readonly field: SeriesField
  readonly cursor: number | undefined
  readonly series: SeriesWindow
  readonly isLoud: boolean
}) {
  const at = cursor ?? field.mean.findLastIndex((value) => value !== null)
  const types = [...new Set(series.anomalies.map((span) => span.type))]
  return (
    <div className="nd-label">
      <span className="micro t2 ell">{field.name}</span>
      <span>
        <b>{formatValue(field.mean[at])}</b> <span className="micro t3">{field.unit}</span>
      </span>
      {isLoud && types.length > 0 && <span className="micro c-warn ell">{types.join(', ')}</span>}
    </div>
  )
}

/** Ranges by field, pinned with hysteresis so that lines do not jump from one answer to the next. */
function useRanges(series: SeriesWindow): ReadonlyMap<string, readonly [number, number]> {
  const before = useRef(new Map<string, readonly [number, number]>())
  return useMemo(() => {
    // In another unit nothing of the range before holds.
    const keyOf = ({ name, unit }: SeriesField) => `${name} ${unit ?? ''}`
    const pinned = new Map(
      series.fields.map((field) => [keyOf(field), fitRange(field, before.current.get(keyOf(field)))]),
    )
    before.current = pinned
    return new Map(series.fields.map((field) => [field.name, pinned.get(keyOf(field)) ?? [0, 1]]))
  }, [series])
}

/** The wheel zooms around the pointer; with Shift, or sideways, it moves in time. */
function useWheel(
  host: React.RefObject<HTMLDivElement | null>,
  view: View,
  newestMs: number,
  onView: (view: View) => void,
): void {
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey) return
      event.preventDefault()
      const left = element.getBoundingClientRect().left + LABEL_PX + AXIS_WIDTH
      const width = element.clientWidth - LABEL_PX - AXIS_WIDTH
      const sideways = event.shiftKey ? event.deltaY : event.deltaX
      if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
        onView(panView(view, newestMs, sideways / Math.max(1, width)))
        return
      }
      const [from, to] = spanOf(view, newestMs)
      const share = Math.min(1, Math.max(0, (event.clientX - left) / Math.max(1, width)))
      onView(zoomView(view, newestMs, from + (to - from) * share, Math.exp(event.deltaY / 600)))
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  }, [host, view, newestMs, onView])
}

/** The last day in one line; dragging over it chooses what the charts show. */
function Overview({
  series,
  span,
  onHold,
}: {
  readonly series: SeriesWindow
  readonly span: readonly [number, number]
  readonly onHold: (fromMs: number, toMs: number) => void
}) {
  const loud = useMemo(() => loudestField(series), [series])
  const field = series.fields.find((candidate) => candidate.name === loud) ?? series.fields[0]
  const range = useMemo(() => (field === undefined ? ([0, 1] as const) : fitRange(field, undefined)), [field])
  const full = useMemo(() => [series.fromMs, series.toMs] as const, [series])
  const marks = useMemo(() => ({ brush: span }), [span])
  if (field === undefined) return null
  return (
    <div className="nd-chart nd-overview">
      <div className="nd-label">
        <span className="micro t3">{words.overview}</span>
        <span className="micro t3 ell">{field.name}</span>
      </div>
      <TimeChart
        label={`${words.overview}: ${field.name}`}
        timesMs={series.timesMs}
        min={field.min}
        max={field.max}
        mean={field.mean}
        height={56}
        range={range}
        window={full}
        marks={marks}
        showsTimes
        onSelect={onHold}
      />
    </div>
  )
}
