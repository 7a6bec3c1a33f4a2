import type { ColumnVector } from '../port.ts'
import { countNulls } from './levels.ts'
import { ENCODINGS } from './pages.ts'
import { booleanStatistics } from './statistics.ts'
import type { Statistics } from './statistics.ts'
import { wholePages } from './values.ts'
import type { ChunkValues } from './values.ts'

/** Booleans: one bit each, lowest first. */
export function booleanValues(vector: Extract<ColumnVector, { kind: 'boolean' }>, rows: number): ChunkValues {
  const { values, nulls } = vector
  const pageStatistics = (from: number, to: number): Statistics =>
    booleanStatistics(values, nulls, from, to, nulls === undefined ? 0 : countNulls(nulls, from, to))
  return {
    encoding: ENCODINGS.plain,
    dictionary: undefined,
    statistics: pageStatistics(0, rows),
    pageEnd: wholePages,
    bound: (from, to) => ((to - from) >> 3) + 1,
    write(from, to, out, start) {
      let at = start
      let bits = 0
      let filled = 0
      for (let i = from; i < to; i++) {
        if (nulls !== undefined && nulls[i] !== 0) continue
        if (values[i] !== 0) bits |= 1 << filled
        if (++filled === 8) {
          out[at++] = bits
          bits = 0
          filled = 0
        }
      }
      if (filled > 0) out[at++] = bits
      return at
    },
    pageStatistics,
  }
}
