import { createHash } from 'node:crypto'
import type { ColumnSpec } from '../../../shared/domain/columns.ts'
import type { ColumnVector } from '../parquet/port.ts'

/** Rows hashed before the next column is looked at: small enough for the first cache. */
const BLOCK = 2048

const NULL_LOW = 0x6e75_6c6c
const NULL_HIGH = 0x4e55_4c4c
const WIDE = 0x5749_4445

/** Hashes of the rows of one row group, as two 32-bit halves. */
export interface RowHashes {
  readonly low: Int32Array
  readonly high: Int32Array
}

let low = new Int32Array(0)
let high = new Int32Array(0)

/**
 * A 64-bit hash of each row over all its columns in order: equal for equal values, whatever engine or codec wrote them,
 * and whether an integer came as a double or as a bigint. NaNs are equal; -0 and 0 are not. Valid until the next call.
 */
export function hashRows(columns: readonly ColumnVector[], rows: number): RowHashes {
  if (low.length < rows) {
    low = new Int32Array(rows)
    high = new Int32Array(rows)
  }
  low.fill(0x5f1d_36f1, 0, rows)
  high.fill(0x2545_f491, 0, rows)
  const entryHashes = columns.map((column) => ('dictionary' in column ? hashEntries(column.dictionary) : undefined))
  for (let from = 0; from < rows; from += BLOCK) {
    const to = Math.min(rows, from + BLOCK)
    columns.forEach((column, index) => mixColumn(column, entryHashes[index], from, to))
    finish(from, to)
  }
  return { low, high }
}

function mixColumn(column: ColumnVector, entryHashes: Int32Array | undefined, from: number, to: number): void {
  switch (column.kind) {
    case 'double':
      return mixDoubles(column.values, column.nulls, from, to)
    case 'int64':
    case 'timestamp':
      return column.wide === undefined
        ? mixDoubles(column.values, column.nulls, from, to)
        : mixWide(column.wide, column.nulls, from, to)
    case 'boolean':
      return mixBooleans(column.values, column.nulls, from, to)
    case 'string':
    case 'bytes':
      return mixCodes(column.codes, entryHashes as Int32Array, column.nulls, from, to)
  }
}

/**
 * One round over one word pair: both halves depend on both words. Written out where it is hot. Constants from MurmurHash3
 * (Austin Appleby, public domain).
 */
function mix(a: Int32Array, b: Int32Array, row: number, wordLow: number, wordHigh: number): void {
  let x = (a[row] as number) ^ Math.imul(wordLow, 0xcc9e2d51)
  x = (Math.imul((x << 13) | (x >>> 19), 5) + 0xe6546b64) | 0
  let y = (b[row] as number) ^ Math.imul(wordHigh ^ x, 0x1b873593)
  y = (Math.imul((y << 15) | (y >>> 17), 9) + 0x38495ab5) | 0
  a[row] = x ^ (y >>> 16)
  b[row] = y
}

const NAN_HIGH = 0x7ff80000
/** High words beyond this, sign aside, are of NaNs or infinities. */
const LAST_FINITE_HIGH = 0x7fefffff

function mixDoubles(values: Float64Array, nulls: Uint8Array | undefined, from: number, to: number): void {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
  const a = low
  const b = high
  for (let row = from; row < to; row++) {
    if (nulls !== undefined && nulls[row] !== 0) {
      mix(a, b, row, NULL_LOW, NULL_HIGH)
      continue
    }
    const wordLow = words[2 * row] as number
    const wordHigh = words[2 * row + 1] as number
    if ((wordHigh & 0x7fffffff) > LAST_FINITE_HIGH && Number.isNaN(values[row])) mix(a, b, row, 0, NAN_HIGH)
    else mix(a, b, row, wordLow, wordHigh)
  }
}

const wideValue = new BigInt64Array(1)
const wideWords = new Int32Array(wideValue.buffer)
const exactValue = new Float64Array(1)
const exactWords = new Int32Array(exactValue.buffer)

function mixWide(values: BigInt64Array, nulls: Uint8Array | undefined, from: number, to: number): void {
  for (let row = from; row < to; row++) {
    const value = values[row] as bigint
    const exact = Number(value)
    if (nulls !== undefined && nulls[row] !== 0) mix(low, high, row, NULL_LOW, NULL_HIGH)
    else if (Number.isSafeInteger(exact)) {
      exactValue[0] = exact
      mix(low, high, row, exactWords[0] as number, exactWords[1] as number)
    } else {
      wideValue[0] = value
      mix(low, high, row, (wideWords[0] as number) ^ WIDE, wideWords[1] as number)
    }
  }
}

function mixBooleans(values: Uint8Array, nulls: Uint8Array | undefined, from: number, to: number): void {
  for (let row = from; row < to; row++) {
    if (nulls !== undefined && nulls[row] !== 0) mix(low, high, row, NULL_LOW, NULL_HIGH)
    else mix(low, high, row, values[row] === 0 ? 1 : 2, 0)
  }
}

function mixCodes(
  codes: Int32Array,
  entryHashes: Int32Array,
  nulls: Uint8Array | undefined,
  from: number,
  to: number,
): void {
  const a = low
  const b = high
  for (let row = from; row < to; row++) {
    if (nulls !== undefined && nulls[row] !== 0) {
      mix(a, b, row, NULL_LOW, NULL_HIGH)
      continue
    }
    const entry = 2 * (codes[row] as number)
    mix(a, b, row, entryHashes[entry] as number, entryHashes[entry + 1] as number)
  }
}

/** Two words per dictionary entry. */
function hashEntries(dictionary: readonly Uint8Array[]): Int32Array {
  const hashes = new Int32Array(dictionary.length * 2)
  dictionary.forEach((entry, code) => {
    let a = 0x811c9dc5 ^ entry.length
    let b = 0x9747b28c
    for (let i = 0; i < entry.length; i++) {
      a = Math.imul(a ^ (entry[i] as number), 0x01000193)
      b = Math.imul(b ^ (entry[i] as number) ^ (a >>> 13), 0x5bd1e995)
    }
    hashes[2 * code] = a
    hashes[2 * code + 1] = b ^ (b >>> 15)
  })
  return hashes
}

/** Avalanche of both halves; source: MurmurHash3, fmix32. */
function finish(from: number, to: number): void {
  for (let row = from; row < to; row++) {
    const a = fmix((low[row] as number) + (high[row] as number))
    low[row] = a
    high[row] = fmix((high[row] as number) ^ Math.imul(a, 0x9e3779b1))
  }
}

function fmix(value: number): number {
  let h = value ^ (value >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** An order-independent checksum: the sum of row hashes modulo 2^64, and how many rows went in. */
export class RowChecksum {
  rows = 0
  #low = 0n
  #high = 0n

  add(hashes: RowHashes, from: number, to: number): void {
    // Sums of up to 2^20 32-bit numbers are exact as doubles.
    let sumLow = 0
    let sumHigh = 0
    for (let row = from; row < to; row++) {
      sumLow += (hashes.low[row] as number) >>> 0
      sumHigh += (hashes.high[row] as number) >>> 0
    }
    this.rows += to - from
    this.#low += BigInt(sumLow)
    this.#high += BigInt(sumHigh)
  }

  addRow(hashLow: number, hashHigh: number): void {
    this.rows++
    this.#low += BigInt(hashLow >>> 0)
    this.#high += BigInt(hashHigh >>> 0)
  }

  /** 16 hex digits. */
  text(): string {
    return BigInt.asUintN(64, this.#low + (this.#high << 32n))
      .toString(16)
      .padStart(16, '0')
  }
}

/** The hash of an object's content apart from its encoding: checksum of its rows, then 16 digits of its schema's hash. */
export function logicalHash(schema: readonly ColumnSpec[], checksum: RowChecksum): string {
  const columns = schema.map((spec) => [spec.name, spec.kind, spec.nullable])
  const hash = createHash('sha256')
    .update(JSON.stringify([columns, checksum.rows]))
    .digest('hex')
  return checksum.text() + hash.slice(0, 16)
}
