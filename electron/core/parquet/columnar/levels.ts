/** Runs of one value at least this long are written as a run; shorter ones are cheaper bit-packed. */
const MIN_RUN = 24

/** Appends an unsigned LEB128 number below 2^32; returns the new position. */
export function writeVarint(out: Uint8Array, start: number, value: number): number {
  let at = start
  let rest = value
  while (rest >= 128) {
    out[at++] = (rest & 127) | 128
    rest >>>= 7
  }
  out[at++] = rest
  return at
}

/** Bits needed to tell `count` codes apart. */
export function bitWidthOf(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1)
}

/**
 * Appends `codes[from..to)` in Parquet's RLE/bit-packed hybrid, without length prefix; returns the new position.
 * `bitWidth` is at most 24. Source: apache/parquet-format, Encodings.md, RLE.
 */
export function writeHybrid(
  codes: Int32Array,
  from: number,
  to: number,
  bitWidth: number,
  out: Uint8Array,
  start: number,
): number {
  if (bitWidth === 0) return writeVarint(out, start, (to - from) << 1)
  const runBytes = (bitWidth + 7) >> 3
  let at = start
  let pending = from
  let i = from
  while (i < to) {
    const value = codes[i] as number
    let runEnd = i + 1
    while (runEnd < to && codes[runEnd] === value) runEnd++
    if (runEnd - i >= MIN_RUN) {
      // Only the last bit-packed group may be padded, so a run first gives what the group before it still needs.
      const missing = (i - pending) & 7
      const runStart = missing === 0 ? i : i + 8 - missing
      at = packBits(codes, pending, runStart, bitWidth, out, at)
      at = writeVarint(out, at, (runEnd - runStart) << 1)
      for (let byte = 0; byte < runBytes; byte++) out[at++] = (value >>> (8 * byte)) & 255
      pending = runEnd
    }
    i = runEnd
  }
  return packBits(codes, pending, to, bitWidth, out, at)
}

/** Appends one bit-packed run in groups of eight, the last one padded with zeros. */
function packBits(
  codes: Int32Array,
  from: number,
  to: number,
  bitWidth: number,
  out: Uint8Array,
  start: number,
): number {
  const count = to - from
  if (count <= 0) return start
  const groups = (count + 7) >> 3
  let at = writeVarint(out, start, (groups << 1) | 1)
  const end = at + groups * bitWidth
  let bits = 0
  let filled = 0
  for (let i = from; i < to; i++) {
    bits |= (codes[i] as number) << filled
    filled += bitWidth
    while (filled >= 8) {
      out[at++] = bits & 255
      bits >>>= 8
      filled -= 8
    }
  }
  if (filled > 0) out[at++] = bits & 255
  while (at < end) out[at++] = 0
  return at
}

/**
 * Appends the definition levels of an optional column for rows `from..to`: length prefix, then one bit per row.
 * Returns the new position.
 */
export function writeDefinitionLevels(
  nulls: Uint8Array | undefined,
  from: number,
  to: number,
  out: Buffer,
  start: number,
): number {
  const body = start + 4
  let at: number
  const nullCount = nulls === undefined ? 0 : countNulls(nulls, from, to)
  if (nulls === undefined || nullCount === 0 || nullCount === to - from) {
    at = writeVarint(out, body, (to - from) << 1)
    out[at++] = nullCount === 0 ? 1 : 0
  } else {
    const groups = (to - from + 7) >> 3
    at = writeVarint(out, body, (groups << 1) | 1)
    for (let group = from; group < to; group += 8) {
      const groupEnd = Math.min(to, group + 8)
      let bits = 0
      for (let i = group; i < groupEnd; i++) if (nulls[i] === 0) bits |= 1 << (i - group)
      out[at++] = bits
    }
  }
  out.writeUInt32LE(at - body, start)
  return at
}

/** Number of null rows in `from..to`. */
export function countNulls(nulls: Uint8Array, from: number, to: number): number {
  let count = 0
  for (let i = from; i < to; i++) count += nulls[i] as number
  return count
}
