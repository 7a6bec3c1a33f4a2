import { createQuantiles } from '../quantiles.ts'
import type { Quantiles } from '../quantiles.ts'

/** Running figures of one field in one window. Sums are plain, so that partials of a window add up. */
export interface FieldStats {
  count: number
  min: number
  max: number
  sum: number
  sumSquares: number
  /** Running mean and sum of squared distances to it (Welford), because sums of squares lose digits. */
  mean: number
  distance: number
  readonly quantiles: Quantiles
  first: number
  firstMicros: number
  last: number
  lastMicros: number
}

/** Statistics of no value; adding to it and merging with it change nothing. */
export function emptyStats(): FieldStats {
  return {
    count: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    sum: 0,
    sumSquares: 0,
    mean: 0,
    distance: 0,
    quantiles: createQuantiles(),
    first: 0,
    firstMicros: Number.POSITIVE_INFINITY,
    last: 0,
    lastMicros: Number.NEGATIVE_INFINITY,
  }
}

/** Adds a finite value read at `micros`; of equal times the first stays first and the last becomes last. */
export function addValue(stats: FieldStats, value: number, micros: number): void {
  stats.count++
  if (value < stats.min) stats.min = value
  if (value > stats.max) stats.max = value
  stats.sum += value
  stats.sumSquares += value * value
  const step = value - stats.mean
  stats.mean += step / stats.count
  stats.distance += step * (value - stats.mean)
  stats.quantiles.add(value)
  if (micros < stats.firstMicros || stats.count === 1) {
    stats.first = value
    stats.firstMicros = micros
  }
  if (micros >= stats.lastMicros || stats.count === 1) {
    stats.last = value
    stats.lastMicros = micros
  }
}

/** Suffixes of a field's output columns, in the order of `statValues`. */
export const STAT_NAMES = [
  'count',
  'min',
  'max',
  'mean',
  'stddev',
  'p50',
  'p95',
  'first',
  'last',
  'sum',
  'sum_squares',
] as const

/** The figures of a field; all but the count are null when no value was read. `stddev` is that of the population. */
export function statValues(stats: FieldStats): readonly unknown[] {
  if (stats.count === 0) return [0, ...STAT_NAMES.slice(1).map(() => null)]
  const within = (value: number): number => Math.min(stats.max, Math.max(stats.min, value))
  return [
    stats.count,
    stats.min,
    stats.max,
    within(stats.mean),
    Math.sqrt(Math.max(0, stats.distance / stats.count)),
    within(stats.quantiles.at(0.5)),
    within(stats.quantiles.at(0.95)),
    stats.first,
    stats.last,
    stats.sum,
    stats.sumSquares,
  ]
}
