import type { SourceRow } from '../../../shared/domain/columns.ts'
import type { TimestampReader } from '../../../shared/domain/timestamps.ts'
import type { ColumnVector } from '../parquet/port.ts'
import { giveDoubles, growDoubles } from './encodeArrays.ts'
import { NullFlags } from './encodeBuilder.ts'
import type { ColumnBuilder, OnMisfit } from './encodeBuilder.ts'

const NO_VALUES: Float64Array = new Float64Array(0)

/** REAL columns: any number, and integers beyond ±2^53 that a double holds exactly. */
export class DoubleBuilder implements ColumnBuilder {
  readonly rowBytes = 8
  readonly #index: number
  readonly #onMisfit: OnMisfit
  readonly #nulls = new NullFlags()
  #values = NO_VALUES

  constructor(index: number, onMisfit: OnMisfit) {
    this.#index = index
    this.#onMisfit = onMisfit
  }

  append(rows: readonly SourceRow[], from: number, to: number, at: number): void {
    const index = this.#index
    const values = this.#values
    let k = at
    for (let i = from; i < to; i++) {
      const value = (rows[i] as SourceRow)[index]
      if (typeof value === 'number') values[k] = value
      else this.#appendOther(k, value)
      k++
    }
  }

  #appendOther(at: number, value: unknown): void {
    if (typeof value === 'bigint' && BigInt(Number(value)) === value) {
      this.#values[at] = Number(value)
      return
    }
    this.#values[at] = 0
    this.#nulls.set(at)
    if (value !== null && value !== undefined) this.#onMisfit(at, value)
  }

  reserve(capacity: number, used: number): void {
    this.#values = growDoubles(this.#values, capacity, used)
    this.#nulls.reserve(capacity, used)
  }

  vector(): ColumnVector {
    return { kind: 'double', values: this.#values, nulls: this.#nulls.get() }
  }

  clear(): void {
    this.#nulls.clear()
  }

  heldBytes(): number {
    return 0
  }

  release(): void {
    giveDoubles(this.#values)
    this.#values = NO_VALUES
  }
}

/** Exact doubles that become a BigInt64Array at the first integer beyond ±2^53. */
class IntegerValues {
  values = NO_VALUES
  wide: BigInt64Array | undefined

  reserve(capacity: number, used: number): void {
    this.values = growDoubles(this.values, capacity, used)
    if (this.wide === undefined) return
    const larger = new BigInt64Array(capacity)
    larger.set(this.wide.subarray(0, used))
    this.wide = larger
  }

  set(at: number, value: number): void {
    this.values[at] = value
    if (this.wide !== undefined) this.wide[at] = BigInt(value)
  }

  setWide(at: number, value: bigint): void {
    if (this.wide === undefined) {
      this.wide = new BigInt64Array(this.values.length)
      for (let i = 0; i < at; i++) this.wide[i] = BigInt(this.values[i] as number)
    }
    this.values[at] = Number(value)
    this.wide[at] = value
  }
}

/** INTEGER columns: all of int64. A number with a fraction, or one too large to be an exact integer, does not fit. */
export class IntegerBuilder implements ColumnBuilder {
  readonly rowBytes = 8
  readonly #index: number
  readonly #onMisfit: OnMisfit
  readonly #nulls = new NullFlags()
  readonly #integers = new IntegerValues()

  constructor(index: number, onMisfit: OnMisfit) {
    this.#index = index
    this.#onMisfit = onMisfit
  }

  append(rows: readonly SourceRow[], from: number, to: number, at: number): void {
    const index = this.#index
    const { values } = this.#integers
    const isWide = this.#integers.wide !== undefined
    let k = at
    for (let i = from; i < to; i++) {
      const value = (rows[i] as SourceRow)[index]
      if (typeof value === 'number' && !isWide && ((value | 0) === value || Number.isSafeInteger(value)))
        values[k] = value + 0
      else this.#appendOther(k, value)
      k++
    }
  }

  #appendOther(at: number, value: unknown): void {
    if (typeof value === 'number' && Number.isSafeInteger(value)) this.#integers.set(at, value + 0)
    else if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) {
      if (Number.isSafeInteger(Number(value))) this.#integers.set(at, Number(value))
      else this.#integers.setWide(at, value)
    } else {
      this.#integers.set(at, 0)
      this.#nulls.set(at)
      if (value !== null && value !== undefined) this.#onMisfit(at, value)
    }
  }

  reserve(capacity: number, used: number): void {
    this.#integers.reserve(capacity, used)
    this.#nulls.reserve(capacity, used)
  }

  vector(): ColumnVector {
    return { kind: 'int64', values: this.#integers.values, wide: this.#integers.wide, nulls: this.#nulls.get() }
  }

  clear(): void {
    this.#nulls.clear()
    this.#integers.wide = undefined
  }

  heldBytes(): number {
    return this.#integers.wide === undefined ? 0 : this.#integers.wide.byteLength
  }

  release(): void {
    giveDoubles(this.#integers.values)
    this.#integers.values = NO_VALUES
  }
}

/** Times as UTC microseconds. What holds no time is null here and kept aside. */
export class TimestampBuilder implements ColumnBuilder {
  readonly rowBytes = 8
  readonly #index: number
  readonly #readTime: TimestampReader
  readonly #onMisfit: OnMisfit
  readonly #nulls = new NullFlags()
  #values = NO_VALUES

  constructor(index: number, readTime: TimestampReader | undefined, onMisfit: OnMisfit) {
    this.#index = index
    this.#readTime = readTime ?? readMicros
    this.#onMisfit = onMisfit
  }

  append(rows: readonly SourceRow[], from: number, to: number, at: number, micros: Float64Array | undefined): void {
    const values = this.#values
    let k = at
    for (let i = from; i < to; i++) {
      const value = micros === undefined ? this.#readTime((rows[i] as SourceRow)[this.#index]) : (micros[i] as number)
      if (value === value) values[k] = value
      else this.#appendUnreadable(k, (rows[i] as SourceRow)[this.#index])
      k++
    }
  }

  #appendUnreadable(at: number, value: unknown): void {
    this.#values[at] = 0
    this.#nulls.set(at)
    if (value !== null && value !== undefined) this.#onMisfit(at, value)
  }

  reserve(capacity: number, used: number): void {
    this.#values = growDoubles(this.#values, capacity, used)
    this.#nulls.reserve(capacity, used)
  }

  vector(): ColumnVector {
    return { kind: 'timestamp', values: this.#values, wide: undefined, nulls: this.#nulls.get() }
  }

  clear(): void {
    this.#nulls.clear()
  }

  heldBytes(): number {
    return 0
  }

  release(): void {
    giveDoubles(this.#values)
    this.#values = NO_VALUES
  }
}

/** Reads a value that is microseconds already; NaN for anything but an exact integer. */
export function readMicros(value: unknown): number {
  if (typeof value === 'bigint') return readMicros(Number(value))
  return typeof value === 'number' && Number.isSafeInteger(value) ? value + 0 : Number.NaN
}

/** Booleans: true and false, or 1 and 0. */
export class BooleanBuilder implements ColumnBuilder {
  readonly rowBytes = 1
  readonly #index: number
  readonly #onMisfit: OnMisfit
  readonly #nulls = new NullFlags()
  #values = new Uint8Array(0)

  constructor(index: number, onMisfit: OnMisfit) {
    this.#index = index
    this.#onMisfit = onMisfit
  }

  append(rows: readonly SourceRow[], from: number, to: number, at: number): void {
    let k = at
    for (let i = from; i < to; i++) {
      const value = (rows[i] as SourceRow)[this.#index]
      if (value === 1 || value === true || value === 1n) this.#values[k] = 1
      else {
        this.#values[k] = 0
        if (value !== 0 && value !== false && value !== 0n) {
          this.#nulls.set(k)
          if (value !== null && value !== undefined) this.#onMisfit(k, value)
        }
      }
      k++
    }
  }

  reserve(capacity: number, used: number): void {
    const larger = new Uint8Array(capacity)
    larger.set(this.#values.subarray(0, used))
    this.#values = larger
    this.#nulls.reserve(capacity, used)
  }

  vector(): ColumnVector {
    return { kind: 'boolean', values: this.#values, nulls: this.#nulls.get() }
  }

  clear(): void {
    this.#nulls.clear()
  }

  heldBytes(): number {
    return 0
  }

  release(): void {
    this.#values = new Uint8Array(0)
  }
}
