import type { SourceRow } from '../../../shared/domain/columns.ts'
import { formatUtcDay, timestampReader, utcDay } from '../../../shared/domain/timestamps.ts'
import type { TimestampReader } from '../../../shared/domain/timestamps.ts'
import { transformFor } from '../pipelines/transforms.ts'
import type { Transform } from '../pipelines/port.ts'
import { readMicros } from './encodeNumbers.ts'
import type { EncodeRequest } from './encodePort.ts'
import type { RowSettings } from './encodeRows.ts'
import { objectSchema } from './encodeSchema.ts'

/** Rows of a row group, at most: what a reader must hold, and what we hold. */
const ROW_GROUP_ROWS = 250_000
const MIN_ROW_GROUP_ROWS = 8_192
/** A compressed row is assumed to be no smaller when small objects are asked for. */
const LEAST_BYTES_PER_ROW = 16
const ROW_GROUP_BYTES = 36 << 20
/** Memory of all dates of a claim together. */
const ALL_PARTITION_BYTES = 44 << 20
/** What becomes of the rows of one event date. */
export interface DayPartition {
  readonly isFull: boolean
  /** Takes in as many of `rows[from..to)` as it has room for; returns the position after the last one taken. */
  append(rows: readonly SourceRow[], from: number, to: number, micros: Float64Array): number
  /** Lets go of the rows it holds. */
  flush(): Promise<void>
  heldBytes(): number
}

export type OpenPartition<P> = (settings: RowSettings, date: string | undefined, isFirst: boolean) => P

/** Sends the output of the transform to the partitions of its event dates and keeps their memory in bounds. */
export class Days<P extends DayPartition> {
  readonly transform: Transform
  readonly settings: RowSettings
  readonly #open: OpenPartition<P>
  readonly #readTime: TimestampReader
  readonly #isSourceTime: boolean
  readonly #byDay = new Map<number, P>()

  constructor(request: EncodeRequest, open: OpenPartition<P>) {
    this.#open = open
    this.transform = transformFor(request.pipelineType, request.context)
    this.#isSourceTime = this.transform.timestamps === 'source'
    const { plan, timeZone } = request.context
    this.#readTime = this.#isSourceTime ? timestampReader(plan.timestampEncoding, timeZone) : readMicros
    const rowsOfTarget = Math.floor(request.targetObjectBytes / LEAST_BYTES_PER_ROW)
    this.settings = {
      request,
      columns: this.transform.schema,
      schema: objectSchema(this.transform.schema),
      eventTimeIndex: this.transform.eventTimeIndex,
      readTime: this.#isSourceTime ? this.#readTime : undefined,
      rowGroupRows: Math.min(ROW_GROUP_ROWS, Math.max(MIN_ROW_GROUP_ROWS, rowsOfTarget)),
      rowGroupBytes: ROW_GROUP_BYTES,
    }
  }

  /** Transforms and takes in source rows, whose event times are known already. */
  async add(rows: readonly SourceRow[], micros: Float64Array): Promise<void> {
    const out = this.transform.push(rows)
    // A transform that changes nothing hands its input back; then the times read once serve for the output, too.
    await this.#take(out, out === rows && this.#isSourceTime ? micros : this.#timesOf(out))
  }

  async addLast(): Promise<void> {
    const out = this.transform.finish()
    await this.#take(out, this.#timesOf(out))
  }

  /** The dates met, in order; rows without a time last. */
  partitions(): readonly P[] {
    const last = (day: number): number => (Number.isNaN(day) ? Number.POSITIVE_INFINITY : day)
    return [...this.#byDay].toSorted(([a], [b]) => last(a) - last(b)).map(([, partition]) => partition)
  }

  #timesOf(rows: readonly SourceRow[]): Float64Array {
    const micros = new Float64Array(rows.length)
    const index = this.settings.eventTimeIndex + 1
    for (let i = 0; i < rows.length; i++) micros[i] = this.#readTime((rows[i] as SourceRow)[index])
    return micros
  }

  async #take(rows: readonly SourceRow[], micros: Float64Array): Promise<void> {
    if (rows.length === 0) return
    const first = utcDay(micros[0] as number)
    if (isOneDay(micros, rows.length, first)) return this.#append(first, rows, micros)
    for (const [day, indexes] of Map.groupBy(rows.keys(), (index) => utcDay(micros[index] as number))) {
      const times = new Float64Array(indexes.length)
      indexes.forEach((index, at) => (times[at] = micros[index] as number))
      await this.#append(
        day,
        indexes.map((index) => rows[index] as SourceRow),
        times,
      )
    }
  }

  async #append(day: number, rows: readonly SourceRow[], micros: Float64Array): Promise<void> {
    let partition = this.#byDay.get(day)
    if (partition === undefined) {
      partition = this.#open(this.settings, Number.isNaN(day) ? undefined : formatUtcDay(day), this.#byDay.size === 0)
      this.#byDay.set(day, partition)
    }
    let from = 0
    while (from < rows.length) {
      from = partition.append(rows, from, rows.length, micros)
      if (partition.isFull) await partition.flush()
    }
    await this.#keepInBounds()
  }

  async #keepInBounds(): Promise<void> {
    if (this.#byDay.size < 2) return
    const held = [...this.#byDay.values()].map((partition) => ({ partition, bytes: partition.heldBytes() }))
    if (held.reduce((sum, { bytes }) => sum + bytes, 0) < ALL_PARTITION_BYTES) return
    const largest = held.reduce((most, candidate) => (candidate.bytes > most.bytes ? candidate : most))
    await largest.partition.flush()
  }
}

function isOneDay(micros: Float64Array, count: number, day: number): boolean {
  if (Number.isNaN(day)) {
    for (let i = 0; i < count; i++) if (micros[i] === micros[i]) return false
    return true
  }
  const start = day * 86_400_000_000
  const end = start + 86_400_000_000
  for (let i = 0; i < count; i++) {
    const time = micros[i] as number
    if (!(time >= start && time < end)) return false
  }
  return true
}
