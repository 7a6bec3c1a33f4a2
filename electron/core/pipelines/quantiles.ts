/** Values of one field of one window, summarised so that quantiles can be asked of it. */
export interface Quantiles {
  add(value: number): void
  /** The value of nearest rank for `q` in (0, 1]; NaN when nothing was added. */
  at(q: number): number
}

const EXACT_VALUES = 1024
/** Relative error at most 0.5 %: buckets grow by (1 + e) / (1 - e). */
const GAMMA = 1.005 / 0.995
const LOG_GAMMA = Math.log(GAMMA)

/**
 * Exact up to 1,024 values; beyond that a sketch with relative error at most 0.5 % whose size depends on the spread of
 * the values, not their number. The same values in any order give the same answer.
 * Method: DDSketch (Masson, Rim, Lee: VLDB 2019), unbounded buckets.
 */
export function createQuantiles(): Quantiles {
  let exact: number[] | undefined = []
  let sketch: Sketch | undefined
  return {
    add(value) {
      if (exact === undefined) {
        addToSketch(sketch as Sketch, value)
        return
      }
      exact.push(value)
      if (exact.length <= EXACT_VALUES) return
      sketch = { positive: new Map(), negative: new Map(), zeros: 0, count: 0 }
      for (const each of exact) addToSketch(sketch, each)
      exact = undefined
    },
    at(q) {
      if (exact === undefined) return quantileOfSketch(sketch as Sketch, q)
      if (exact.length === 0) return Number.NaN
      const sorted = Float64Array.from(exact).toSorted()
      return sorted[rankOf(q, sorted.length) - 1] as number
    },
  }
}

interface Sketch {
  readonly positive: Map<number, number>
  readonly negative: Map<number, number>
  zeros: number
  count: number
}

function rankOf(q: number, count: number): number {
  return Math.max(1, Math.ceil(q * count))
}

function addToSketch(sketch: Sketch, value: number): void {
  sketch.count++
  if (value === 0) {
    sketch.zeros++
    return
  }
  const side = value > 0 ? sketch.positive : sketch.negative
  const bucket = Math.ceil(Math.log(Math.abs(value)) / LOG_GAMMA)
  side.set(bucket, (side.get(bucket) ?? 0) + 1)
}

function quantileOfSketch(sketch: Sketch, q: number): number {
  let left = rankOf(q, sketch.count)
  for (const bucket of [...sketch.negative.keys()].toSorted((a, b) => b - a)) {
    left -= sketch.negative.get(bucket) as number
    if (left <= 0) return -middleOf(bucket)
  }
  left -= sketch.zeros
  if (left <= 0) return 0
  for (const bucket of [...sketch.positive.keys()].toSorted((a, b) => a - b)) {
    left -= sketch.positive.get(bucket) as number
    if (left <= 0) return middleOf(bucket)
  }
  return Number.NaN
}

/** The value with the same relative distance to both ends of a bucket. */
function middleOf(bucket: number): number {
  return (2 * GAMMA ** bucket) / (GAMMA + 1)
}
