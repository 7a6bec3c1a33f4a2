import type { AnomalySpan, SeriesField } from '../../../shared/domain/series.ts'

/** Values of one field gathered into bins of equal width. */
export interface FieldBins {
  add(bin: number, value: number): void
  read(name: string, unit: string | undefined): SeriesField
}

/** Least, greatest and mean of a field in each of `bins` spans of time; null where a span has no value. */
export function createFieldBins(bins: number): FieldBins {
  const min = new Float64Array(bins).fill(Number.POSITIVE_INFINITY)
  const max = new Float64Array(bins).fill(Number.NEGATIVE_INFINITY)
  const sum = new Float64Array(bins)
  const count = new Uint32Array(bins)
  const valuesOf = (read: (bin: number) => number): (number | null)[] =>
    Array.from(count, (found, bin) => (found === 0 ? null : read(bin)))
  return {
    add(bin, value) {
      if (value < (min[bin] as number)) min[bin] = value
      if (value > (max[bin] as number)) max[bin] = value
      sum[bin] = (sum[bin] as number) + value
      count[bin] = (count[bin] as number) + 1
    },
    read: (name, unit) => ({
      name,
      unit,
      min: valuesOf((bin) => min[bin] as number),
      max: valuesOf((bin) => max[bin] as number),
      mean: valuesOf((bin) => (sum[bin] as number) / (count[bin] as number)),
    }),
  }
}

export interface AnomalyReading {
  readonly type: string
  readonly atMs: number
}

/** Joins anomalous readings of one type that lie no further apart than `touchMs`, earliest first. */
export function joinAnomalies(readings: readonly AnomalyReading[], touchMs: number): readonly AnomalySpan[] {
  const spans: { type: string; fromMs: number; toMs: number; readings: number }[] = []
  const open = new Map<string, (typeof spans)[number]>()
  for (const { type, atMs } of readings.toSorted((a, b) => a.atMs - b.atMs)) {
    const span = open.get(type)
    if (span !== undefined && atMs - span.toMs <= touchMs) {
      span.toMs = atMs
      span.readings++
      continue
    }
    const started = { type, fromMs: atMs, toMs: atMs, readings: 1 }
    open.set(type, started)
    spans.push(started)
  }
  return spans
}
