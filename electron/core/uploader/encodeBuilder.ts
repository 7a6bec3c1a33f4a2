import type { SourceRow } from '../../../shared/domain/columns.ts'
import type { ColumnVector } from '../parquet/port.ts'

/** Hears of a value that does not fit its column: the position of its row in the builder, and the value. */
export type OnMisfit = (at: number, value: unknown) => void

/**
 * Collects one column of a row group. Each kind has a class of its own with one plain loop, so that the loops stay
 * monomorphic: this is where most of the time of an upload is spent.
 */
export interface ColumnBuilder {
  /** Takes `rows[from..to)` in as positions `at..`; `micros` are their event times, where they were already read. */
  append(rows: readonly SourceRow[], from: number, to: number, at: number, micros: Float64Array | undefined): void
  /** Makes room for this many rows, keeping the first `used`. */
  reserve(capacity: number, used: number): void
  /** The first rows as a vector; valid until `clear`. */
  vector(): ColumnVector
  /** Starts the next row group. */
  clear(): void
  /** Bytes held for each row, and beside the rows. */
  readonly rowBytes: number
  heldBytes(): number
  /** Gives its memory to the next builder; it takes in nothing any more. */
  release(): void
}

/** Null flags that cost nothing while there is no null. */
export class NullFlags {
  #flags: Uint8Array | undefined
  #capacity = 0
  #any = false

  reserve(capacity: number, used: number): void {
    this.#capacity = capacity
    if (this.#flags === undefined) return
    const larger = new Uint8Array(capacity)
    larger.set(this.#flags.subarray(0, used))
    this.#flags = larger
  }

  set(at: number): void {
    this.#flags ??= new Uint8Array(this.#capacity)
    this.#flags[at] = 1
    this.#any = true
  }

  get(): Uint8Array | undefined {
    return this.#any ? this.#flags : undefined
  }

  clear(): void {
    if (this.#any) this.#flags?.fill(0)
    this.#any = false
  }
}
