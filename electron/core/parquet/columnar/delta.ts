import { writeVarint } from './levels.ts'

const BLOCK = 128
const MINIBLOCKS = 4
const MINIBLOCK = BLOCK / MINIBLOCKS
/** Integers whose differences and zigzag forms stay exact as doubles. */
const LIMIT = 2 ** 51

const deltas = new Float64Array(BLOCK)

/** True when `writeDelta` represents every value in `min..max` exactly. */
export function fitsDelta(min: number, max: number): boolean {
  return min >= -LIMIT && max <= LIMIT
}

/** Upper bound of the bytes that `writeDelta` appends for `count` values. */
export function maxDeltaBytes(count: number): number {
  return 64 + Math.ceil(count / BLOCK + 1) * (BLOCK * 8 + 32)
}

/**
 * Appends `values[from..to)` as DELTA_BINARY_PACKED: blocks of 128 in four miniblocks. Returns the new position.
 * Values are integers for which `fitsDelta` holds. Source: apache/parquet-format, Encodings.md, DELTA_BINARY_PACKED.
 */
export function writeDelta(values: Float64Array, from: number, to: number, out: Uint8Array, start: number): number {
  const count = to - from
  let at = writeVarint(out, start, BLOCK)
  at = writeVarint(out, at, MINIBLOCKS)
  at = writeVarint(out, at, count)
  at = writeZigzag(out, at, count === 0 ? 0 : (values[from] as number))
  for (let block = from + 1; block < to; block += BLOCK) {
    const size = Math.min(BLOCK, to - block)
    let least = Number.POSITIVE_INFINITY
    for (let i = 0; i < size; i++) {
      const delta = (values[block + i] as number) - (values[block + i - 1] as number)
      deltas[i] = delta
      if (delta < least) least = delta
    }
    at = writeZigzag(out, at, least)
    const widths = at
    at += MINIBLOCKS
    for (let miniblock = 0; miniblock < MINIBLOCKS; miniblock++) {
      const first = miniblock * MINIBLOCK
      const last = Math.min(size, first + MINIBLOCK)
      const width = first < size ? widthOf(first, last, least) : 0
      out[widths + miniblock] = width
      if (width > 0) at = packMiniblock(first, last, least, width, out, at)
    }
  }
  return at
}

function widthOf(first: number, last: number, least: number): number {
  let largest = 0
  for (let i = first; i < last; i++) {
    const value = (deltas[i] as number) - least
    if (value > largest) largest = value
  }
  return largest < 4294967296 ? 32 - Math.clz32(largest) : 64 - Math.clz32(Math.floor(largest / 4294967296))
}

/** Packs one miniblock; a full one is always written, the missing values being zero. */
function packMiniblock(
  first: number,
  last: number,
  least: number,
  width: number,
  out: Uint8Array,
  start: number,
): number {
  let at = start
  let bits = 0
  let filled = 0
  if (width <= 24) {
    for (let i = first; i < first + MINIBLOCK; i++) {
      bits |= (i < last ? (deltas[i] as number) - least : 0) << filled
      filled += width
      while (filled >= 8) {
        out[at++] = bits & 255
        bits >>>= 8
        filled -= 8
      }
    }
    return at
  }
  for (let i = first; i < first + MINIBLOCK; i++) {
    let value = i < last ? (deltas[i] as number) - least : 0
    let left = width
    while (left > 0) {
      const take = Math.min(8 - filled, left)
      const base = 2 ** take
      const part = value % base
      bits |= part << filled
      value = (value - part) / base
      filled += take
      left -= take
      if (filled === 8) {
        out[at++] = bits
        bits = 0
        filled = 0
      }
    }
  }
  return at
}

function writeZigzag(out: Uint8Array, start: number, value: number): number {
  let at = start
  let rest = value < 0 ? -2 * value - 1 : 2 * value
  while (rest >= 128) {
    out[at++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  out[at++] = rest
  return at
}
