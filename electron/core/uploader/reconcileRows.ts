import type { ColumnVector } from '../parquet/port.ts'
import type { RowHashes } from './encodeHash.ts'

/** Day number of rows without a readable event time, which no real day has. */
export const NO_DAY = -2_147_483_648

const FIRST_CAPACITY = 1024

/** Rows as a proof needs them: sequence, hash of the content, event day, and a tag that says where they came from. */
export class RowSet {
  sequences = new Float64Array(FIRST_CAPACITY)
  low = new Int32Array(FIRST_CAPACITY)
  high = new Int32Array(FIRST_CAPACITY)
  days = new Int32Array(FIRST_CAPACITY)
  tags = new Int32Array(FIRST_CAPACITY)
  rows = 0

  /** Takes in the rows of a row group. */
  append(sequences: ColumnVector, hashes: RowHashes, count: number, day: number, tag: number): void {
    this.#reserve(this.rows + count)
    if (sequences.kind === 'int64') this.sequences.set(sequences.values.subarray(0, count), this.rows)
    this.low.set(hashes.low.subarray(0, count), this.rows)
    this.high.set(hashes.high.subarray(0, count), this.rows)
    this.days.fill(day, this.rows, this.rows + count)
    this.tags.fill(tag, this.rows, this.rows + count)
    this.rows += count
  }

  /** Positions in order of sequence; ties keep the order in which they came. */
  order(): Uint32Array {
    const order = Uint32Array.from({ length: this.rows }, (_, index) => index)
    for (let i = 1; i < this.rows; i++) {
      if ((this.sequences[i] as number) < (this.sequences[i - 1] as number)) {
        return order.toSorted((a, b) => (this.sequences[a] as number) - (this.sequences[b] as number) || a - b)
      }
    }
    return order
  }

  #reserve(rows: number): void {
    if (rows <= this.sequences.length) return
    const capacity = Math.max(rows, this.sequences.length * 2)
    this.sequences = grown(new Float64Array(capacity), this.sequences)
    this.low = grown(new Int32Array(capacity), this.low)
    this.high = grown(new Int32Array(capacity), this.high)
    this.days = grown(new Int32Array(capacity), this.days)
    this.tags = grown(new Int32Array(capacity), this.tags)
  }
}

/** Number of rows by day among the first `count`. */
export function countDays(days: Int32Array, count: number): ReadonlyMap<number, number> {
  const byDay = new Map<number, number>()
  for (let from = 0; from < count;) {
    const day = days[from] as number
    let to = from + 1
    while (to < count && days[to] === day) to++
    byDay.set(day, (byDay.get(day) ?? 0) + to - from)
    from = to
  }
  return byDay
}

function grown<T extends Float64Array | Int32Array>(larger: T, old: T): T {
  larger.set(old)
  return larger
}

/** Sequences read from the source, ascending, with their event days: whether a row is still there, and when it was. */
export class SequenceList {
  #values = new Float64Array(FIRST_CAPACITY)
  #days = new Int32Array(FIRST_CAPACITY)
  count = 0

  push(sequence: number, day: number): void {
    if (this.count === this.#values.length) {
      this.#values = grown(new Float64Array(this.count * 2), this.#values)
      this.#days = grown(new Int32Array(this.count * 2), this.#days)
    }
    this.#values[this.count] = sequence
    this.#days[this.count++] = day
  }

  has(sequence: number): boolean {
    return this.#find(sequence) >= 0
  }

  /** Event day of a sequence; `NO_DAY` when it has none or is not there. */
  dayOf(sequence: number): number {
    const at = this.#find(sequence)
    return at < 0 ? NO_DAY : (this.#days[at] as number)
  }

  countByDay(): ReadonlyMap<number, number> {
    return countDays(this.#days, this.count)
  }

  #find(sequence: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#values[middle] as number) < sequence) low = middle + 1
      else high = middle
    }
    return low < this.count && this.#values[low] === sequence ? low : -1
  }
}
