import type { ColumnVector } from '../port.ts'
import { MAX_DICTIONARY, restrictDictionary } from './dictionary.ts'
import { bitWidthOf, countNulls } from './levels.ts'
import { ENCODINGS } from './pages.ts'
import { bytesStatistics } from './statistics.ts'
import type { Statistics } from './statistics.ts'
import { codedValues } from './values.ts'
import type { ChunkValues } from './values.ts'

type BytesVector = Extract<ColumnVector, { kind: 'string' | 'bytes' }>

/** A dictionary page may grow to this size, or beyond while it is still far smaller than what it replaces. */
const MAX_DICTIONARY_BYTES = 1 << 20
const PAYS_BY_FAR = 8
/** A page of plain values ends once it holds this much. */
const PAGE_BYTES = 1 << 20

/** Strings and bytes: by dictionary, or plain once a dictionary would not pay any more. */
export function bytesValues(vector: BytesVector, rows: number): ChunkValues {
  const { codes, dictionary, nulls } = vector
  const isText = vector.kind === 'string'
  const nullCount = nulls === undefined ? 0 : countNulls(nulls, 0, rows)
  const restricted = restrictDictionary(codes, nulls, rows, dictionary.length)
  let dictionaryBytes = 0
  let min: Uint8Array | undefined
  let max: Uint8Array | undefined
  for (const code of restricted.used) {
    const entry = dictionary[code] as Uint8Array
    dictionaryBytes += 4 + entry.length
    if (min === undefined || Buffer.compare(entry, min) < 0) min = entry
    if (max === undefined || Buffer.compare(entry, max) > 0) max = entry
  }
  const statistics = bytesStatistics(min, max, nullCount, isText)
  const pageStatistics = (from: number, to: number): Statistics => rangeOfPage(vector, from, to)
  const plainBytes = sumPlainBytes(codes, dictionary, nulls, 0, rows)
  const bitWidth = bitWidthOf(restricted.used.length)
  const codedBytes = dictionaryBytes + ((rows - nullCount) * bitWidth) / 8
  const isCoded =
    restricted.used.length <= MAX_DICTIONARY &&
    (codedBytes < plainBytes || plainBytes === 0) &&
    (dictionaryBytes <= MAX_DICTIONARY_BYTES || codedBytes * PAYS_BY_FAR < plainBytes)
  if (isCoded) {
    return {
      ...codedValues(restricted.codes, nulls, bitWidth),
      dictionary: {
        entries: restricted.used.length,
        body: plainDictionary(dictionary, restricted.used, dictionaryBytes),
      },
      statistics,
      pageStatistics,
    }
  }
  return {
    encoding: ENCODINGS.plain,
    dictionary: undefined,
    statistics,
    pageEnd: (from, limit) => endOfPlainPage(codes, dictionary, nulls, from, limit),
    bound: (from, to) => sumPlainBytes(codes, dictionary, nulls, from, to),
    write(from, to, out, start) {
      let at = start
      for (let i = from; i < to; i++) {
        if (nulls !== undefined && nulls[i] !== 0) continue
        at = writeEntry(dictionary[codes[i] as number] as Uint8Array, out, at)
      }
      return at
    },
    pageStatistics,
  }
}

function writeEntry(entry: Uint8Array, out: Buffer, at: number): number {
  out.writeUInt32LE(entry.length, at)
  out.set(entry, at + 4)
  return at + 4 + entry.length
}

function plainDictionary(dictionary: readonly Uint8Array[], used: Int32Array, bytes: number): Uint8Array {
  const out = Buffer.allocUnsafe(bytes)
  let at = 0
  for (const code of used) at = writeEntry(dictionary[code] as Uint8Array, out, at)
  return out
}

function sumPlainBytes(
  codes: Int32Array,
  dictionary: readonly Uint8Array[],
  nulls: Uint8Array | undefined,
  from: number,
  to: number,
): number {
  let bytes = 0
  for (let i = from; i < to; i++) {
    if (nulls === undefined || nulls[i] === 0) bytes += 4 + (dictionary[codes[i] as number] as Uint8Array).length
  }
  return bytes
}

function endOfPlainPage(
  codes: Int32Array,
  dictionary: readonly Uint8Array[],
  nulls: Uint8Array | undefined,
  from: number,
  limit: number,
): number {
  let bytes = 0
  for (let i = from; i < limit; i++) {
    if (nulls === undefined || nulls[i] === 0) bytes += 4 + (dictionary[codes[i] as number] as Uint8Array).length
    if (bytes >= PAGE_BYTES) return i + 1
  }
  return limit
}

function rangeOfPage(vector: BytesVector, from: number, to: number): Statistics {
  const { codes, dictionary, nulls } = vector
  let nullCount = 0
  let min: Uint8Array | undefined
  let max: Uint8Array | undefined
  for (let i = from; i < to; i++) {
    if (nulls !== undefined && nulls[i] !== 0) {
      nullCount++
      continue
    }
    const entry = dictionary[codes[i] as number] as Uint8Array
    if (min === undefined || Buffer.compare(entry, min) < 0) min = entry
    if (max === undefined || Buffer.compare(entry, max) > 0) max = entry
  }
  return bytesStatistics(min, max, nullCount, vector.kind === 'string')
}
