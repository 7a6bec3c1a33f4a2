import type { ColumnSpec, SourceRow } from '../../../shared/domain/columns.ts'
import type { TransformCounts } from '../pipelines/port.ts'
import { Days } from './encodeDays.ts'
import type { DayPartition } from './encodeDays.ts'
import { hashRows } from './encodeHash.ts'
import type { EncodeRequest } from './encodePort.ts'
import { RowCollector } from './encodeRows.ts'
import type { RowSettings } from './encodeRows.ts'
import { openRows, readClaim } from './encodeSource.ts'
import type { CheckCancelled } from './encodeSource.ts'
import { dayOf, dayOfMicros } from './reconcileDays.ts'
import { RowSet, SequenceList } from './reconcileRows.ts'

/** What the source says a claim has to have delivered. */
export interface ExpectedRows {
  readonly schema: readonly ColumnSpec[]
  readonly rows: RowSet
  /** How many of the rows, from the front, came from this claim. */
  readonly keptRows: number
  /** Every sequence of the range that is in the source now. */
  readonly present: SequenceList
  readonly counts: TransformCounts
  readonly rejected: readonly number[]
}

/** Reads the rows of a claim again and transforms them as they were then, keeping only hashes. `tag` marks the rows. */
export async function expectedRows(
  request: EncodeRequest,
  rows: RowSet,
  tag: number,
  checkCancelled: CheckCancelled,
): Promise<ExpectedRows> {
  const source = openRows(request)
  const present = new SequenceList()
  const days = new Days(request, (settings, date, isFirst) => new HashedDay(settings, date, isFirst, rows, tag))
  try {
    await readClaim(request, source, days, checkCancelled, (read, micros) => {
      read.forEach((row, index) => present.push(Number(row[0]), dayOfMicros(micros[index] as number)))
    })
    for (const day of days.partitions()) {
      await day.flush()
      day.release()
    }
    return {
      schema: days.settings.schema,
      rows,
      keptRows: rows.rows,
      present,
      counts: days.transform.counts(),
      rejected: days.transform.quarantined().map((row) => row.sequence),
    }
  } finally {
    source.close()
  }
}

/** The columns that the objects of a claim have. */
export function expectedSchema(request: EncodeRequest): readonly ColumnSpec[] {
  return new Days(request, (settings, date, isFirst) => new HashedDay(settings, date, isFirst, new RowSet(), 0))
    .settings.schema
}

class HashedDay implements DayPartition {
  readonly #collector: RowCollector
  readonly #rowIdIndex: number
  readonly #day: number
  readonly #rows: RowSet
  readonly #tag: number

  constructor(settings: RowSettings, date: string | undefined, isFirst: boolean, rows: RowSet, tag: number) {
    this.#collector = new RowCollector(settings, isFirst)
    this.#rowIdIndex = rowIdIndex(settings.schema)
    this.#day = dayOf(date)
    this.#rows = rows
    this.#tag = tag
  }

  get isFull(): boolean {
    return this.#collector.isFull
  }

  append(rows: readonly SourceRow[], from: number, to: number, micros: Float64Array): number {
    return this.#collector.append(rows, from, to, micros)
  }

  heldBytes(): number {
    return this.#collector.heldBytes()
  }

  async flush(): Promise<void> {
    const { rows } = this.#collector
    if (rows === 0) return
    const vectors = this.#collector.vectors()
    const sequences = vectors[this.#rowIdIndex]
    if (sequences !== undefined) this.#rows.append(sequences, hashRows(vectors, rows), rows, this.#day, this.#tag)
    this.#collector.clear()
  }

  release(): void {
    this.#collector.release()
  }
}

/** Where the sequence stands among the columns of an object. */
export function rowIdIndex(schema: readonly ColumnSpec[]): number {
  return schema.findIndex((spec) => spec.name === '_row_id')
}
