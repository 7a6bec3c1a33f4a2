import { mkdirSync } from 'node:fs'
import type { SourceRow } from '../../../shared/domain/columns.ts'
import { formatUtcDay, timestampReader, utcDay } from '../../../shared/domain/timestamps.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { TimestampReader } from '../../../shared/domain/timestamps.ts'
import { openNodeDatabase } from '../db/nodeDatabase.ts'
import type { NodeDatabase, TablePlan } from '../db/nodePort.ts'
import { parquetEngine } from '../parquet/engines.ts'
import { transformFor } from '../pipelines/transforms.ts'
import type { Transform } from '../pipelines/port.ts'
import { readMicros } from './encodeNumbers.ts'
import { Partition } from './encodePartition.ts'
import type { PartitionSettings } from './encodePartition.ts'
import type { EncodedObject, EncodeRequest, EncodeResult } from './encodePort.ts'
import { objectSchema } from './encodeSchema.ts'

/** Rows of a row group, at most: what a reader must hold, and what we hold. */
const ROW_GROUP_ROWS = 250_000
const MIN_ROW_GROUP_ROWS = 8_192
/** A compressed row is assumed to be no smaller when small objects are asked for. */
const LEAST_BYTES_PER_ROW = 16
const ROW_GROUP_BYTES = 36 << 20
/** Memory of all dates of a claim together. */
const ALL_PARTITION_BYTES = 44 << 20
/** Rows read at once: larger steps outgrow the garbage collector's nursery and are slower. */
const MIN_STEP_ROWS = 500
const MAX_STEP_ROWS = 2_000

/** Asked between two steps; throws when the work is not wanted any more. */
export type CheckCancelled = () => void

/**
 * Makes the objects of a claim as spool files, one or more per UTC event date: same rows, same bytes. Reads in short
 * steps through a read-only connection of its own. On failure or cancellation nothing of it is left on disk.
 */
export async function encodeBatch(request: EncodeRequest, checkCancelled: CheckCancelled): Promise<EncodeResult> {
  mkdirSync(request.spoolFolder, { recursive: true })
  const database = openNodeDatabase(request.node.sqlite, { timeZone: request.node.timeZone })
  const partitions = new Partitions(request)
  try {
    const newestEventMs = await readAll(request, database, partitions, checkCancelled)
    const { transform } = partitions
    return {
      objects: await partitions.finish(),
      counts: transform.counts(),
      quarantined: transform.quarantined(),
      newestEventMs,
    }
  } catch (error) {
    partitions.abandon()
    throw error
  } finally {
    database.close()
  }
}

async function readAll(
  request: EncodeRequest,
  database: NodeDatabase,
  partitions: Partitions,
  checkCancelled: CheckCancelled,
): Promise<number | undefined> {
  const { plan } = request.context
  const step = Math.min(MAX_STEP_ROWS, Math.max(MIN_STEP_ROWS, request.rowsPerStep))
  const readTime = timestampReader(plan.timestampEncoding, request.context.timeZone)
  const timeIndex = plan.columns.findIndex((column) => column.name === plan.timestampColumn) + 1
  const micros = new Float64Array(step)
  let newest = Number.NaN
  let after = request.fromSeq - 1
  for (;;) {
    checkCancelled()
    const rows = readPatiently(database, plan, after, request.toSeq, step)
    if (rows.length === 0) break
    after = Number(rows.at(-1)?.[0])
    newest = readTimes(rows, timeIndex, readTime, micros, newest)
    await partitions.add(rows, micros)
  }
  checkCancelled()
  await partitions.addLast()
  return Number.isNaN(newest) ? undefined : Math.floor(newest / 1000)
}

/** A claim of a million rows must not be lost to one moment in which the writer held its lock too long. */
const READ_ATTEMPTS = 10

/** Reads as `NodeDatabase.readRows` does, waiting out a locked database up to ten times its busy timeout. */
export function readPatiently(
  database: NodeDatabase,
  plan: TablePlan,
  afterSeq: number,
  toSeq: number,
  limit: number,
): readonly SourceRow[] {
  for (let attempt = 1; ; attempt++) {
    try {
      return database.readRows(plan, afterSeq, toSeq, limit)
    } catch (error) {
      const isLocked = error instanceof FieldgateError && error.code === 'unavailable'
      if (!isLocked || attempt === READ_ATTEMPTS) throw error
    }
  }
}

/** Reads the event times of the rows into `micros`; returns the newest of them and `newest`, ignoring unreadable ones. */
function readTimes(
  rows: readonly SourceRow[],
  index: number,
  read: TimestampReader,
  micros: Float64Array,
  newest: number,
): number {
  let latest = newest
  for (let i = 0; i < rows.length; i++) {
    const value = read((rows[i] as SourceRow)[index])
    micros[i] = value
    if (!(value <= latest) && value === value) latest = value
  }
  return latest
}

/** Sends the output of the transform to the partitions of its event dates and keeps their memory in bounds. */
class Partitions {
  readonly transform: Transform
  readonly #settings: PartitionSettings
  readonly #readTime: TimestampReader
  readonly #isSourceTime: boolean
  readonly #byDay = new Map<number, Partition>()
  readonly #objects: EncodedObject[] = []

  constructor(request: EncodeRequest) {
    this.transform = transformFor(request.pipelineType, request.context)
    this.#isSourceTime = this.transform.timestamps === 'source'
    const { plan, timeZone } = request.context
    this.#readTime = this.#isSourceTime ? timestampReader(plan.timestampEncoding, timeZone) : readMicros
    const rowsOfTarget = Math.floor(request.targetObjectBytes / LEAST_BYTES_PER_ROW)
    this.#settings = {
      request,
      engine: parquetEngine(request.engine),
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

  async finish(): Promise<readonly EncodedObject[]> {
    for (const [, partition] of [...this.#byDay].toSorted(([a], [b]) =>
      Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a - b,
    )) {
      this.#objects.push(...(await partition.finish()))
    }
    return this.#objects
  }

  abandon(): void {
    for (const partition of this.#byDay.values()) partition.abandon()
  }

  #timesOf(rows: readonly SourceRow[]): Float64Array {
    const micros = new Float64Array(rows.length)
    const index = this.#settings.eventTimeIndex + 1
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
      partition = new Partition(
        this.#settings,
        Number.isNaN(day) ? undefined : formatUtcDay(day),
        this.#byDay.size === 0,
      )
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
