import type { ColumnVector } from '../port.ts'
import type { ParquetProfile } from '../../../../shared/domain/settings.ts'
import { fitsDelta, maxDeltaBytes, writeDelta } from './delta.ts'
import { buildNumberDictionary, MAX_DICTIONARY, sampleDistinct } from './dictionary.ts'
import { bitWidthOf, countNulls } from './levels.ts'
import { ENCODINGS } from './pages.ts'
import { doubleScratch } from './scratch.ts'
import { doubleStatistics, findRange, integerStatistics, range, wideStatistics } from './statistics.ts'
import type { Statistics } from './statistics.ts'
import { codedValues, wholePages } from './values.ts'
import type { ChunkValues } from './values.ts'

type DoubleVector = Extract<ColumnVector, { kind: 'double' }>
type IntegerVector = Extract<ColumnVector, { kind: 'int64' | 'timestamp' }>

/** Share of distinct sample values up to which a dictionary is tried. */
const TRY_DICTIONARY = 0.98
/** With DELTA at hand, a dictionary of integers must promise more. */
const TRY_DICTIONARY_OVER_DELTA = 0.5

/** Doubles: a dictionary where values repeat enough to pay for it, else as they are. */
export function doubleValues(vector: DoubleVector, rows: number): ChunkValues {
  const { values, nulls } = vector
  const nullCount = nulls === undefined ? 0 : countNulls(nulls, 0, rows)
  const pageStatistics = (from: number, to: number): Statistics => {
    findRange(values, nulls, from, to)
    return doubleStatistics(range.min, range.max, nulls === undefined ? 0 : countNulls(nulls, from, to))
  }
  const coded =
    sampleDistinct(values, nulls, rows) <= TRY_DICTIONARY ? codeNumbers(values, nulls, rows, nullCount) : undefined
  if (coded !== undefined) {
    findRange(coded.entries, undefined, 0, coded.entries.length)
    const body = new Uint8Array(coded.entries.buffer, coded.entries.byteOffset, coded.entries.byteLength)
    return {
      ...codedValues(coded.codes, nulls, coded.bitWidth),
      dictionary: { entries: coded.entries.length, body },
      statistics: doubleStatistics(range.min, range.max, nullCount),
      pageStatistics,
    }
  }
  return {
    encoding: ENCODINGS.plain,
    dictionary: undefined,
    statistics: pageStatistics(0, rows),
    pageEnd: wholePages,
    bound: (from, to) => (to - from) * 8,
    write(from, to, out, at) {
      const present = presentValues(values, nulls, from, to)
      out.set(new Uint8Array(present.buffer, present.byteOffset, present.byteLength), at)
      return at + present.byteLength
    },
    pageStatistics,
  }
}

/** Integers and times: dictionary, DELTA (profile `compact`) or plain, whichever suits; exact over all of int64. */
export function integerValues(vector: IntegerVector, rows: number, profile: ParquetProfile): ChunkValues {
  if (vector.wide !== undefined) return wideValues(vector.wide, vector.nulls, rows)
  const { values, nulls } = vector
  const nullCount = nulls === undefined ? 0 : countNulls(nulls, 0, rows)
  const pageStatistics = (from: number, to: number): Statistics => {
    findRange(values, nulls, from, to)
    return integerStatistics(range.min, range.max, nulls === undefined ? 0 : countNulls(nulls, from, to))
  }
  const statistics = pageStatistics(0, rows)
  const canDelta = profile === 'compact' && (statistics.min === undefined || fitsDelta(range.min, range.max))
  const limit = canDelta ? TRY_DICTIONARY_OVER_DELTA : TRY_DICTIONARY
  const coded = sampleDistinct(values, nulls, rows) <= limit ? codeNumbers(values, nulls, rows, nullCount) : undefined
  if (coded !== undefined) {
    const body = new Uint8Array(coded.entries.length * 8)
    putInt64(coded.entries, coded.entries.length, body)
    return {
      ...codedValues(coded.codes, nulls, coded.bitWidth),
      dictionary: { entries: coded.entries.length, body },
      statistics,
      pageStatistics,
    }
  }
  return {
    encoding: canDelta ? ENCODINGS.delta : ENCODINGS.plain,
    dictionary: undefined,
    statistics,
    pageEnd: wholePages,
    bound: (from, to) => (canDelta ? maxDeltaBytes(to - from) : (to - from) * 8),
    write(from, to, out, at) {
      const present = presentValues(values, nulls, from, to)
      if (canDelta) return writeDelta(present, 0, present.length, out, at)
      putInt64(present, present.length, out.subarray(at))
      return at + present.length * 8
    },
    pageStatistics,
  }
}

function wideValues(values: BigInt64Array, nulls: Uint8Array | undefined, rows: number): ChunkValues {
  const pageStatistics = (from: number, to: number): Statistics =>
    wideStatistics(values, nulls, from, to, nulls === undefined ? 0 : countNulls(nulls, from, to))
  return {
    encoding: ENCODINGS.plain,
    dictionary: undefined,
    statistics: pageStatistics(0, rows),
    pageEnd: wholePages,
    bound: (from, to) => (to - from) * 8,
    write(from, to, out, start) {
      let at = start
      for (let i = from; i < to; i++) {
        if (nulls !== undefined && nulls[i] !== 0) continue
        at = out.writeBigInt64LE(values[i] as bigint, at)
      }
      return at
    },
    pageStatistics,
  }
}

interface CodedNumbers {
  readonly codes: Int32Array
  readonly entries: Float64Array
  readonly bitWidth: number
}

/** Codes the column if that makes it smaller than plain values. */
function codeNumbers(
  values: Float64Array,
  nulls: Uint8Array | undefined,
  rows: number,
  nullCount: number,
): CodedNumbers | undefined {
  const present = rows - nullCount
  const dictionary = buildNumberDictionary(values, nulls, rows, Math.min(MAX_DICTIONARY, Math.max(1, present >> 1)))
  if (dictionary === undefined) return undefined
  const bitWidth = bitWidthOf(dictionary.values.length)
  const bytes = dictionary.values.length * 8 + (present * bitWidth) / 8
  return bytes < present * 8 || present === 0
    ? { codes: dictionary.codes, entries: dictionary.values, bitWidth }
    : undefined
}

/** The values of `from..to` without the nulls; a view on the input where there are none. */
function presentValues(values: Float64Array, nulls: Uint8Array | undefined, from: number, to: number): Float64Array {
  if (nulls === undefined || countNulls(nulls, from, to) === 0) return values.subarray(from, to)
  const out = doubleScratch(to - from)
  let count = 0
  for (let i = from; i < to; i++) if (nulls[i] === 0) out[count++] = values[i] as number
  return out.subarray(0, count)
}

/** Writes exact integers as little-endian int64. */
function putInt64(values: Float64Array, count: number, out: Uint8Array): void {
  const view = new DataView(out.buffer, out.byteOffset, count * 8)
  for (let i = 0; i < count; i++) {
    const value = values[i] as number
    const high = Math.floor(value / 4294967296)
    view.setInt32(i * 8, (value - high * 4294967296) | 0, true)
    view.setInt32(i * 8 + 4, high, true)
  }
}
