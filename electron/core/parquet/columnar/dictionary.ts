/** Most entries a dictionary may have: codes stay within 16 bits. */
export const MAX_DICTIONARY = 65_536

/** What a dictionary made of a column: a code per row (unspecified where null) and how often it paid. */
export interface NumberDictionary {
  readonly codes: Int32Array
  readonly values: Float64Array
}

let slots = new Int32Array(0)
let codes = new Int32Array(0)
let entries = new Float64Array(0)

const SAMPLE = 512

/** Share of distinct values among up to 512 rows spread evenly, between 0 and 1; nulls count as repetitions. */
export function sampleDistinct(values: Float64Array, nulls: Uint8Array | undefined, rows: number): number {
  const size = Math.min(SAMPLE, rows)
  if (size === 0) return 1
  const seen = new Set<number>()
  for (let i = 0; i < size; i++) {
    const row = Math.floor((i * rows) / size)
    if (nulls === undefined || nulls[row] === 0) seen.add(values[row] as number)
  }
  return seen.size / size
}

/**
 * A dictionary of doubles in order of first appearance, or undefined once it would exceed `cap` entries. Values are told
 * apart by their bits: -0 and 0 are two entries, as are NaNs of different payload. The result is valid until the next call.
 */
export function buildNumberDictionary(
  values: Float64Array,
  nulls: Uint8Array | undefined,
  rows: number,
  cap: number,
): NumberDictionary | undefined {
  let size = 1024
  while (size < cap * 2) size *= 2
  if (slots.length < size) slots = new Int32Array(size)
  if (codes.length < rows) codes = new Int32Array(rows)
  if (entries.length < cap) entries = new Float64Array(cap)
  slots.fill(-1, 0, size)
  const count = fillCodes(values, nulls, rows, cap, size - 1)
  return count < 0 ? undefined : { codes, values: entries.subarray(0, count) }
}

/** Returns the number of entries, or -1 when there are more than `cap`. */
function fillCodes(
  values: Float64Array,
  nulls: Uint8Array | undefined,
  rows: number,
  cap: number,
  mask: number,
): number {
  const words = new Int32Array(values.buffer, values.byteOffset, rows * 2)
  const known = new Int32Array(entries.buffer)
  let count = 0
  for (let i = 0; i < rows; i++) {
    if (nulls !== undefined && nulls[i] !== 0) continue
    const low = words[2 * i] as number
    const high = words[2 * i + 1] as number
    let slot = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1)
    slot = (slot ^ (slot >>> 15)) & mask
    for (;;) {
      const code = slots[slot] as number
      if (code < 0) {
        if (count >= cap) return -1
        slots[slot] = count
        known[2 * count] = low
        known[2 * count + 1] = high
        codes[i] = count++
        break
      }
      if (known[2 * code] === low && known[2 * code + 1] === high) {
        codes[i] = code
        break
      }
      slot = (slot + 1) & mask
    }
  }
  return count
}

let remap = new Int32Array(0)
let used = new Int32Array(0)

/** The part of a dictionary that a row group uses, renumbered in order of first appearance. */
export interface UsedDictionary {
  /** Codes of the rows; unspecified where null. */
  readonly codes: Int32Array
  /** Old codes of the entries, by new code. */
  readonly used: Int32Array
}

/** Keeps of a dictionary with `entryCount` entries only what the rows use. Valid until the next call. */
export function restrictDictionary(
  source: Int32Array,
  nulls: Uint8Array | undefined,
  rows: number,
  entryCount: number,
): UsedDictionary {
  if (remap.length < entryCount) {
    remap = new Int32Array(entryCount)
    used = new Int32Array(entryCount)
  }
  if (codes.length < rows) codes = new Int32Array(rows)
  remap.fill(-1, 0, entryCount)
  const count = nulls === undefined ? renumber(source, rows) : renumberNullable(source, nulls, rows)
  return { codes, used: used.subarray(0, count) }
}

function renumber(source: Int32Array, rows: number): number {
  let count = 0
  for (let i = 0; i < rows; i++) {
    const old = source[i] as number
    let code = remap[old] as number
    if (code < 0) {
      code = count
      remap[old] = code
      used[count++] = old
    }
    codes[i] = code
  }
  return count
}

function renumberNullable(source: Int32Array, nulls: Uint8Array, rows: number): number {
  let count = 0
  for (let i = 0; i < rows; i++) {
    if (nulls[i] !== 0) continue
    const old = source[i] as number
    let code = remap[old] as number
    if (code < 0) {
      code = count
      remap[old] = code
      used[count++] = old
    }
    codes[i] = code
  }
  return count
}
