/**
 * Snappy block compression into a buffer that is reused: no allocation per page, and the sizes of libsnappy.
 * Format: google/snappy, format_description.txt; the search follows its compressor (hash of four bytes, skip ahead
 * where nothing matches).
 */
const TABLE_BITS = 14
const BLOCK_BYTES = 65_536
const MARGIN = 15
const HASH_FACTOR = 0x1e35a7bd
/** Larger outputs get a buffer of their own, so that one odd page does not hold memory for ever. */
const KEEP_BYTES = 1 << 22

const table = new Uint16Array(1 << TABLE_BITS)
let kept = Buffer.allocUnsafeSlow(1 << 18)

/** The compressed form of `input`: a view on the reused buffer, valid until the next call. */
export function compressSnappy(input: Uint8Array): Uint8Array {
  const worst = 32 + input.length + Math.ceil(input.length / 6)
  let out = kept
  if (out.length < worst) {
    out = Buffer.allocUnsafeSlow(worst)
    if (worst <= KEEP_BYTES) kept = out
  }
  let at = 0
  let rest = input.length
  while (rest >= 128) {
    out[at++] = (rest & 127) | 128
    rest >>>= 7
  }
  out[at++] = rest
  const view = new DataView(input.buffer, input.byteOffset, input.length)
  for (let from = 0; from < input.length; from += BLOCK_BYTES) {
    at = compressBlock(input, view, from, Math.min(BLOCK_BYTES, input.length - from), out, at)
  }
  return out.subarray(0, at)
}

function compressBlock(
  input: Uint8Array,
  view: DataView,
  base: number,
  length: number,
  out: Uint8Array,
  start: number,
): number {
  let at = start
  let shift = 32 - TABLE_BITS
  let tableSize = 1 << TABLE_BITS
  while (tableSize > 256 && tableSize > length * 2) {
    tableSize >>>= 1
    shift++
  }
  table.fill(0, 0, tableSize)
  let nextEmit = base
  const end = base + length
  if (length >= MARGIN) {
    const limit = end - MARGIN
    let ip = base + 1
    let nextHash = Math.imul(view.getInt32(ip, true), HASH_FACTOR) >>> shift
    search: for (;;) {
      let skip = 32
      let nextIp = ip
      let candidate: number
      let current: number
      do {
        ip = nextIp
        const hash = nextHash
        nextIp = ip + (skip++ >>> 5)
        if (nextIp > limit) break search
        current = view.getInt32(ip, true)
        nextHash = Math.imul(view.getInt32(nextIp, true), HASH_FACTOR) >>> shift
        candidate = base + (table[hash] as number)
        table[hash] = ip - base
      } while (candidate >= ip || current !== view.getInt32(candidate, true))
      at = emitLiteral(input, nextEmit, ip, out, at)
      for (;;) {
        const matchStart = ip
        let matched = 4
        while (matchStart + matched < end && input[matchStart + matched] === input[candidate + matched]) matched++
        ip = matchStart + matched
        at = emitCopy(matchStart - candidate, matched, out, at)
        nextEmit = ip
        if (ip >= limit) break search
        table[Math.imul(view.getInt32(ip - 1, true), HASH_FACTOR) >>> shift] = ip - 1 - base
        current = view.getInt32(ip, true)
        const hash = Math.imul(current, HASH_FACTOR) >>> shift
        candidate = base + (table[hash] as number)
        table[hash] = ip - base
        if (candidate >= ip || view.getInt32(candidate, true) !== current) break
      }
      ip++
      nextHash = Math.imul(view.getInt32(ip, true), HASH_FACTOR) >>> shift
    }
  }
  return nextEmit < end ? emitLiteral(input, nextEmit, end, out, at) : at
}

function emitLiteral(input: Uint8Array, from: number, to: number, out: Uint8Array, start: number): number {
  let at = start
  const length = to - from
  const tag = length - 1
  if (tag < 60) out[at++] = tag << 2
  else if (tag < 256) {
    out[at++] = 60 << 2
    out[at++] = tag
  } else {
    out[at++] = 61 << 2
    out[at++] = tag & 255
    out[at++] = tag >>> 8
  }
  if (length <= 32) {
    for (let i = from; i < to; i++) out[at++] = input[i] as number
    return at
  }
  out.set(input.subarray(from, to), at)
  return at + length
}

function emitCopy(offset: number, matched: number, out: Uint8Array, start: number): number {
  let at = start
  let length = matched
  while (length >= 68) {
    at = emitLongCopy(offset, 64, out, at)
    length -= 64
  }
  if (length > 64) {
    at = emitLongCopy(offset, 60, out, at)
    length -= 60
  }
  if (length < 12 && offset < 2048) {
    out[at++] = ((offset >>> 8) << 5) | ((length - 4) << 2) | 1
    out[at++] = offset & 255
    return at
  }
  return emitLongCopy(offset, length, out, at)
}

function emitLongCopy(offset: number, length: number, out: Uint8Array, at: number): number {
  out[at] = ((length - 1) << 2) | 2
  out[at + 1] = offset & 255
  out[at + 2] = offset >>> 8
  return at + 3
}
