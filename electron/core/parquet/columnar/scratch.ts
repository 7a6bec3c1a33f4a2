/**
 * Reusable working memory. One set per thread is enough: a page is built, compressed and handed to the sink without
 * anything else running in between. Each returned buffer is valid until the next call of the same function.
 */
let page = Buffer.allocUnsafeSlow(1 << 18)
let compact = new Float64Array(1 << 15)
let compactCodes = new Int32Array(1 << 15)

/** Larger buffers than this are not kept after use: one odd value must not hold memory for ever. */
const KEEP_BYTES = 1 << 22

/** At least `bytes` bytes for a page. */
export function pageScratch(bytes: number): Buffer {
  if (page.length >= bytes) return page
  const fresh = Buffer.allocUnsafeSlow(Math.ceil(bytes * 1.25))
  if (fresh.length <= KEEP_BYTES) page = fresh
  return fresh
}

/** At least `values` doubles, for the values that are not null. */
export function doubleScratch(values: number): Float64Array {
  if (compact.length < values) compact = new Float64Array(values)
  return compact
}

/** At least `values` dictionary codes. */
export function compactCodeScratch(values: number): Int32Array {
  if (compactCodes.length < values) compactCodes = new Int32Array(values)
  return compactCodes
}
