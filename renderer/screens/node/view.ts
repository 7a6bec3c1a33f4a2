import type { SeriesField, SeriesWindow } from '../../../shared/domain/series.ts'
import { formatCount } from '../../ui/format.ts'

export const WINDOWS = ['15m', '1h', '6h', '24h', '7d'] as const
export type WindowName = (typeof WINDOWS)[number]

const MINUTE = 60_000
export const WINDOW_MS: Readonly<Record<WindowName, number>> = {
  '15m': 15 * MINUTE,
  '1h': 60 * MINUTE,
  '6h': 360 * MINUTE,
  '24h': 1440 * MINUTE,
  '7d': 10_080 * MINUTE,
}

/** What the charts show: the newest `spanMs`, or a held stretch of time. */
export type View =
  | { readonly kind: 'live'; readonly spanMs: number }
  | { readonly kind: 'held'; readonly fromMs: number; readonly toMs: number }

const LEAST_SPAN_MS = 2_000
const MOST_SPAN_MS = 366 * 86_400_000

/** The stretch of time a view covers, given the newest reading's time. */
export function spanOf(view: View, newestMs: number): readonly [number, number] {
  return view.kind === 'live' ? [newestMs - view.spanMs, newestMs] : [view.fromMs, view.toMs]
}

/** Zooms around `centreMs`; above 1 shows more time. Holds the view: a person is looking. */
export function zoomView(view: View, newestMs: number, centreMs: number, factor: number): View {
  const [fromMs, toMs] = spanOf(view, newestMs)
  const span = Math.min(MOST_SPAN_MS, Math.max(LEAST_SPAN_MS, (toMs - fromMs) * factor))
  const share = toMs === fromMs ? 0.5 : (centreMs - fromMs) / (toMs - fromMs)
  return { kind: 'held', fromMs: centreMs - span * share, toMs: centreMs + span * (1 - share) }
}

/** Moves the view by a share of its width; positive is later. */
export function panView(view: View, newestMs: number, share: number): View {
  const [fromMs, toMs] = spanOf(view, newestMs)
  const by = (toMs - fromMs) * share
  return { kind: 'held', fromMs: fromMs + by, toMs: toMs + by }
}

/**
 * The value range of a field: pinned to `before` while the data fits and fills a third of it, so that the line does not
 * jump; else fitted anew with room above and below.
 */
export function fitRange(field: SeriesField, before: readonly [number, number] | undefined): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of field.min) if (value !== null && value < low) low = value
  for (const value of field.max) if (value !== null && value > high) high = value
  if (low > high) return before ?? [0, 1]
  if (before !== undefined) {
    const isInside = low >= before[0] && high <= before[1]
    if (isInside && high - low >= (before[1] - before[0]) / 3) return before
  }
  const pad = high === low ? Math.max(1, Math.abs(high) * 0.1) : (high - low) * 0.15
  return [low - pad, high + pad]
}

/** Distances on each side that say what is usual around one. */
const NEIGHBOURS = 8

/**
 * Stretches without any reading, much longer than the distances before and after them: drawn as missing, never as a line.
 * What is usual is judged nearby, so that a node that begins to write more often does not turn its past into gaps.
 */
export function gapsOf(series: SeriesWindow): readonly { readonly fromMs: number; readonly toMs: number }[] {
  const [first] = series.fields
  if (first === undefined) return []
  const filled = series.timesMs.filter((_, index) => series.fields.some((field) => field.mean[index] !== null))
  if (filled.length < 3) return []
  const distances = filled.slice(1).map((time, index) => time - (filled[index] as number))
  return distances.flatMap((distance, index) => {
    if (distance <= series.binMs * 3) return []
    const before = median(distances.slice(Math.max(0, index - NEIGHBOURS), index))
    const after = median(distances.slice(index + 1, index + 1 + NEIGHBOURS))
    if (distance <= Math.max(before, after) * 3.5) return []
    return [{ fromMs: (filled[index] as number) + series.binMs, toMs: filled[index + 1] as number }]
  })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/**
 * The series without its empty bins, so that a line runs from one reading to the next however far apart they are written;
 * one empty bin stays where readings are missing, so that no line crosses it.
 */
export function compactSeries(series: SeriesWindow): SeriesWindow {
  const gaps = gapsOf(series)
  const kept = series.timesMs.flatMap((time, index) => {
    if (series.fields.some((field) => field.mean[index] !== null)) return [index]
    return gaps.some((gap) => time >= gap.fromMs && time - series.binMs < gap.fromMs) ? [index] : []
  })
  if (kept.length === series.timesMs.length) return series
  const pick = <T>(values: readonly T[]): T[] => kept.map((index) => values[index] as T)
  return {
    ...series,
    timesMs: pick(series.timesMs),
    fields: series.fields.map((field) => ({
      ...field,
      min: pick(field.min),
      max: pick(field.max),
      mean: pick(field.mean),
    })),
  }
}

/** The field whose readings leave their usual range most while an anomaly lasts; it gets the most room. */
export function loudestField(series: SeriesWindow): string | undefined {
  if (series.anomalies.length === 0) return undefined
  const inSpan = series.timesMs.map((time) =>
    series.anomalies.some((span) => time + series.binMs >= span.fromMs && time <= span.toMs),
  )
  let best: { readonly name: string; readonly score: number } | undefined
  for (const field of series.fields) {
    const usual = field.mean.filter((value, index): value is number => value !== null && !inSpan[index])
    if (usual.length < 10) continue
    const mean = usual.reduce((sum, value) => sum + value, 0) / usual.length
    const deviation = Math.sqrt(usual.reduce((sum, value) => sum + (value - mean) ** 2, 0) / usual.length)
    const far = field.max.reduce<number>((most, value, index) => {
      const low = field.min[index]
      if (!inSpan[index] || value === null || low === null || low === undefined) return most
      return Math.max(most, Math.abs(value - mean), Math.abs(low - mean))
    }, 0)
    const score = deviation === 0 ? 0 : far / deviation
    if (best === undefined || score > best.score) best = { name: field.name, score }
  }
  return best?.name
}

/** A value for a label: as many digits as tell something at its size. */
export function formatValue(value: number | null | undefined): string {
  if (value === null || value === undefined) return ''
  const size = Math.abs(value)
  return size >= 1000 ? formatCount(value) : value.toFixed(size >= 50 ? 1 : 2)
}
