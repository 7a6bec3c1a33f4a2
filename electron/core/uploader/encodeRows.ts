import type { ColumnSpec, SourceRow } from '../../../shared/domain/columns.ts'
import type { TimestampReader } from '../../../shared/domain/timestamps.ts'
import type { ColumnVector } from '../parquet/port.ts'
import { createColumnBuilder } from './encodeColumns.ts'
import type { ColumnBuilder } from './encodeBuilder.ts'
import { ExtraColumn } from './encodeExtra.ts'
import { constantColumns } from './encodeLineage.ts'
import type { EncodeRequest } from './encodePort.ts'

/** What all event dates of a claim share. */
export interface RowSettings {
  readonly request: EncodeRequest
  /** The transform's columns, and those of the whole object. */
  readonly columns: readonly ColumnSpec[]
  readonly schema: readonly ColumnSpec[]
  readonly eventTimeIndex: number
  readonly readTime: TimestampReader | undefined
  readonly rowGroupRows: number
  readonly rowGroupBytes: number
}

const FIRST_CAPACITY = 1024

/** Collects rows of one event date into the vectors of a row group. */
export class RowCollector {
  readonly #settings: RowSettings
  readonly #builders: readonly ColumnBuilder[]
  readonly #extra = new ExtraColumn()
  readonly #rowBytes: number
  readonly #isFirst: boolean
  /** Rows of a row group: fewer than the settings allow where a row is wide. */
  readonly #maxRows: number
  #capacity = 0
  rows = 0
  /** Highest sequence taken in, and whether they came in ascending order. */
  lastSeq = Number.NEGATIVE_INFINITY
  isAscending = true

  constructor(settings: RowSettings, isFirst: boolean) {
    this.#settings = settings
    this.#isFirst = isFirst
    const builderOf = (spec: ColumnSpec, index: number): ColumnBuilder =>
      createColumnBuilder(spec, index, settings.readTime, (at, value) => this.#extra.add(at, spec.name, value))
    // The sequence stands in front of the row's columns; it becomes a lineage column behind them.
    this.#builders = [
      ...settings.columns.map((spec, column) => builderOf(spec, column + 1)),
      builderOf({ name: '_row_id', kind: 'int64', nullable: false }, 0),
    ]
    this.#rowBytes = this.#builders.reduce((sum, builder) => sum + builder.rowBytes + 1, 0)
    const rowsOfBytes = Math.floor(settings.rowGroupBytes / this.#rowBytes)
    this.#maxRows = Math.min(settings.rowGroupRows, Math.max(FIRST_CAPACITY, rowsOfBytes))
  }

  /** Memory that the rows collected hold. */
  heldBytes(): number {
    const ofRows = this.rows * this.#rowBytes + this.#extra.heldBytes()
    return this.#builders.reduce((sum, builder) => sum + builder.heldBytes(), ofRows)
  }

  get isFull(): boolean {
    return this.rows >= this.#maxRows || this.heldBytes() >= this.#settings.rowGroupBytes
  }

  /** Takes in as many of `rows[from..to)` as there is room for; returns the position after the last one taken. */
  append(rows: readonly SourceRow[], from: number, to: number, micros: Float64Array | undefined): number {
    const end = Math.min(to, from + this.#maxRows - this.rows)
    this.#reserve(this.rows + end - from)
    const eventTimeBuilder = this.#settings.eventTimeIndex
    this.#builders.forEach((builder, column) =>
      builder.append(rows, from, end, this.rows, column === eventTimeBuilder ? micros : undefined),
    )
    for (let i = from; i < end; i++) {
      const sequence = Number((rows[i] as SourceRow)[0])
      if (sequence <= this.lastSeq) this.isAscending = false
      else this.lastSeq = sequence
    }
    this.rows += end - from
    return end
  }

  /** The rows collected, in the object's schema; valid until `clear`. */
  vectors(): readonly ColumnVector[] {
    const built = this.#builders.map((builder) => builder.vector())
    const lineage = constantColumns(this.#settings.request, this.rows)
    return [
      ...built.slice(0, -1),
      lineage.nodeId,
      built.at(-1) as ColumnVector,
      lineage.pipelineType,
      lineage.pipelineRevision,
      this.#extra.vector(this.rows),
    ]
  }

  clear(): void {
    for (const builder of this.#builders) builder.clear()
    this.#extra.clear()
    this.rows = 0
  }

  /** Gives its memory back; it takes in nothing any more. */
  release(): void {
    for (const builder of this.#builders) builder.release()
    this.#capacity = 0
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return
    const { request } = this.#settings
    const most = Math.min(this.#maxRows, request.toSeq - request.fromSeq + 1)
    // The first date of a claim usually holds most of it; the others grow fourfold, which leaves little garbage behind.
    const next = this.#isFirst ? most : Math.max(FIRST_CAPACITY, this.#capacity * 4)
    const wanted = Math.max(rows, Math.min(most, next))
    for (const builder of this.#builders) builder.reserve(wanted, this.rows)
    this.#capacity = wanted
  }
}
