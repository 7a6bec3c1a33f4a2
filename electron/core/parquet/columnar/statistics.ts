/** Smallest and largest value of a chunk or page as Parquet spells them; undefined when there is none to give. */
export interface Statistics {
  readonly nulls: number
  readonly min: Uint8Array | undefined
  readonly max: Uint8Array | undefined
  /** False where a long value was shortened to a bound. */
  readonly isMinExact: boolean
  readonly isMaxExact: boolean
}

/** Longer byte values are given as bounds of at most this many bytes. */
const MAX_BOUND_BYTES = 64

/** Result of the last `findRange`; two numbers that would else be allocated per page. */
export const range = { min: 0, max: 0 }

/** Finds min and max of the rows `from..to` that are not null, skipping NaN; `min > max` when there is none. */
export function findRange(values: Float64Array, nulls: Uint8Array | undefined, from: number, to: number): void {
  if (nulls === undefined) rangeOfAll(values, from, to)
  else rangeOfPresent(values, nulls, from, to)
}

function rangeOfAll(values: Float64Array, from: number, to: number): void {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = from; i < to; i++) {
    const value = values[i] as number
    if (value < min) min = value
    if (value > max) max = value
  }
  range.min = min
  range.max = max
}

function rangeOfPresent(values: Float64Array, nulls: Uint8Array, from: number, to: number): void {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = from; i < to; i++) {
    if (nulls[i] !== 0) continue
    const value = values[i] as number
    if (value < min) min = value
    if (value > max) max = value
  }
  range.min = min
  range.max = max
}

/**
 * Statistics of doubles; `min` and `max` come from `findRange`. A zero minimum is written as -0 and a zero maximum as
 * +0, because readers may not tell them apart. Source: apache/parquet-format, parquet.thrift, ColumnOrder.
 */
export function doubleStatistics(min: number, max: number, nulls: number): Statistics {
  if (min > max) return withoutRange(nulls)
  return exact(nulls, doubleBytes(min === 0 ? -0 : min), doubleBytes(max === 0 ? 0 : max))
}

/** Statistics of integers within ±2^53. */
export function integerStatistics(min: number, max: number, nulls: number): Statistics {
  return min > max ? withoutRange(nulls) : exact(nulls, int64Bytes(BigInt(min)), int64Bytes(BigInt(max)))
}

/** Least and greatest of the 64-bit integers in `from..to` that are not null. */
export function wideStatistics(
  values: BigInt64Array,
  nullFlags: Uint8Array | undefined,
  from: number,
  to: number,
  nulls: number,
): Statistics {
  let min: bigint | undefined
  let max: bigint | undefined
  for (let i = from; i < to; i++) {
    if (nullFlags !== undefined && nullFlags[i] !== 0) continue
    const value = values[i] as bigint
    if (min === undefined || value < min) min = value
    if (max === undefined || value > max) max = value
  }
  return min === undefined || max === undefined ? withoutRange(nulls) : exact(nulls, int64Bytes(min), int64Bytes(max))
}

/** Least and greatest of the booleans in `from..to` that are not null; false is less than true. */
export function booleanStatistics(
  values: Uint8Array,
  nullFlags: Uint8Array | undefined,
  from: number,
  to: number,
  nulls: number,
): Statistics {
  let min = 2
  let max = -1
  for (let i = from; i < to; i++) {
    if (nullFlags !== undefined && nullFlags[i] !== 0) continue
    const value = values[i] === 0 ? 0 : 1
    if (value < min) min = value
    if (value > max) max = value
  }
  return max < 0 ? withoutRange(nulls) : exact(nulls, Uint8Array.of(min), Uint8Array.of(max))
}

/** Statistics of byte values in unsigned byte order; long ones become bounds, of text cut between characters. */
export function bytesStatistics(
  min: Uint8Array | undefined,
  max: Uint8Array | undefined,
  nulls: number,
  isText: boolean,
): Statistics {
  if (min === undefined || max === undefined) return withoutRange(nulls)
  const isMinExact = min.length <= MAX_BOUND_BYTES
  const isMaxExact = max.length <= MAX_BOUND_BYTES
  return {
    nulls,
    min: isMinExact ? min : cut(min, isText),
    max: isMaxExact ? max : raise(cut(max, isText), isText),
    isMinExact,
    isMaxExact,
  }
}

function withoutRange(nulls: number): Statistics {
  return { nulls, min: undefined, max: undefined, isMinExact: true, isMaxExact: true }
}

function exact(nulls: number, min: Uint8Array, max: Uint8Array): Statistics {
  return { nulls, min, max, isMinExact: true, isMaxExact: true }
}

function cut(bytes: Uint8Array, isText: boolean): Uint8Array {
  let end = MAX_BOUND_BYTES
  // 10xxxxxx continues a character: the cut goes in front of the character it falls into.
  if (isText) while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end--
  // A copy: the slice of a Buffer would be a view, and raising the bound would change the value itself.
  return Uint8Array.from(bytes.subarray(0, end))
}

/** The next larger value of at most the same length, or undefined when there is none. */
function raise(prefix: Uint8Array, isText: boolean): Uint8Array | undefined {
  if (!isText) {
    for (let i = prefix.length - 1; i >= 0; i--) {
      if ((prefix[i] as number) < 255) {
        const raised = Uint8Array.from(prefix.subarray(0, i + 1))
        raised[i] = (raised[i] as number) + 1
        return raised
      }
    }
    return undefined
  }
  const characters = Array.from(Buffer.from(prefix).toString('utf8'))
  while (characters.length > 0) {
    const code = (characters.pop() as string).codePointAt(0) as number
    if (code < 0x10ffff) {
      const next = code === 0xd7ff ? 0xe000 : code + 1
      return Buffer.from(characters.join('') + String.fromCodePoint(next), 'utf8')
    }
  }
  return undefined
}

function doubleBytes(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}

function int64Bytes(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(value)
  return bytes
}
