/**
 * Arrays of row groups, handed from one claim to the next: a backlog of a thousand claims allocates the memory of one.
 * What an array held before is still in it.
 */
const spareDoubles: Float64Array[] = []
const spareCodes: Int32Array[] = []
/** Memory kept for later, at most: one set of columns of one full row group. */
const KEEP_BYTES = 36 << 20

let kept = 0

/** An array of at least `capacity` doubles that begins with the first `used` of `old`, which may not be used any more. */
export function growDoubles(old: Float64Array, capacity: number, used: number): Float64Array {
  const fresh = take(spareDoubles, capacity) ?? new Float64Array(capacity)
  fresh.set(old.subarray(0, used))
  giveDoubles(old)
  return fresh
}

/** As `growDoubles`, for codes. */
export function growCodes(old: Int32Array, capacity: number, used: number): Int32Array {
  const fresh = take(spareCodes, capacity) ?? new Int32Array(capacity)
  fresh.set(old.subarray(0, used))
  giveCodes(old)
  return fresh
}

/** Gives an array back; the caller forgets it. */
export function giveDoubles(array: Float64Array): void {
  if (keep(array.byteLength)) spareDoubles.push(array)
}

/** Gives an array of codes back for the next batch. The giver must not touch it again. */
export function giveCodes(array: Int32Array): void {
  if (keep(array.byteLength)) spareCodes.push(array)
}

function keep(bytes: number): boolean {
  if (bytes === 0 || kept + bytes > KEEP_BYTES) return false
  kept += bytes
  return true
}

/** The smallest spare array that is large enough, unless it would be wasted on so little. */
function take<T extends Float64Array | Int32Array>(spares: T[], capacity: number): T | undefined {
  let best = -1
  for (let i = 0; i < spares.length; i++) {
    const { length } = spares[i] as T
    if (length >= capacity && (best < 0 || length < (spares[best] as T).length)) best = i
  }
  if (best < 0) return undefined
  const [array] = spares.splice(best, 1)
  if (array !== undefined) kept -= array.byteLength
  return array
}
