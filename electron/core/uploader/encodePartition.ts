import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ColumnSpec, SourceRow } from '../../../shared/domain/columns.ts'
import type { TimestampReader } from '../../../shared/domain/timestamps.ts'
import type { ColumnVector, ParquetEngine, ParquetWriter } from '../parquet/port.ts'
import { createColumnBuilder } from './encodeColumns.ts'
import type { ColumnBuilder } from './encodeBuilder.ts'
import { ExtraColumn } from './encodeExtra.ts'
import { hashRows, logicalHash, RowChecksum } from './encodeHash.ts'
import type { EncodedObject, EncodeRequest } from './encodePort.ts'
import { constantColumns } from './encodeLineage.ts'
import { objectMetadata } from './encodeMetadata.ts'
import { SpoolFile } from './encodeSpool.ts'

/** What all partitions of a batch share. */
export interface PartitionSettings {
  readonly request: EncodeRequest
  readonly engine: ParquetEngine
  /** The transform's columns, and those of the whole object. */
  readonly columns: readonly ColumnSpec[]
  readonly schema: readonly ColumnSpec[]
  readonly eventTimeIndex: number
  readonly readTime: TimestampReader | undefined
  readonly rowGroupRows: number
  readonly rowGroupBytes: number
}

interface OpenObject {
  readonly file: SpoolFile
  readonly writer: ParquetWriter
  readonly checksum: RowChecksum
  readonly fromSeq: number
}

const FIRST_CAPACITY = 1024

/**
 * Collects the rows of one event date into row groups and these into objects. An object covers the claim's sequences from
 * where the one before ended to where it ends itself, so the objects of a date tile the claim.
 */
export class Partition {
  readonly #settings: PartitionSettings
  readonly #date: string | undefined
  readonly #builders: readonly ColumnBuilder[]
  readonly #extra = new ExtraColumn()
  readonly #done: EncodedObject[] = []
  readonly #rowBytes: number
  readonly #isFirst: boolean
  /** Rows of a row group: fewer than the settings allow where a row is wide. */
  readonly #maxRows: number
  #open: OpenObject | undefined
  #capacity = 0
  #rows = 0
  #lastSeq = Number.NEGATIVE_INFINITY
  #isAscending = true
  #nextFromSeq: number

  constructor(settings: PartitionSettings, date: string | undefined, isFirst: boolean) {
    this.#settings = settings
    this.#isFirst = isFirst
    this.#date = date
    this.#nextFromSeq = settings.request.fromSeq
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

  /** Memory that the rows not yet written hold. */
  heldBytes(): number {
    return this.#builders.reduce(
      (sum, builder) => sum + builder.heldBytes(),
      this.#capacity * this.#rowBytes + this.#extra.heldBytes(),
    )
  }

  get isFull(): boolean {
    return this.#rows >= this.#maxRows || this.heldBytes() >= this.#settings.rowGroupBytes
  }

  /** Takes in as many of `rows[from..to)` as the row group has room for; returns the position after the last one taken. */
  append(rows: readonly SourceRow[], from: number, to: number, micros: Float64Array | undefined): number {
    const end = Math.min(to, from + this.#maxRows - this.#rows)
    this.#reserve(this.#rows + end - from)
    const eventTimeBuilder = this.#settings.eventTimeIndex
    this.#builders.forEach((builder, column) =>
      builder.append(rows, from, end, this.#rows, column === eventTimeBuilder ? micros : undefined),
    )
    for (let i = from; i < end; i++) {
      const sequence = Number((rows[i] as SourceRow)[0])
      if (sequence <= this.#lastSeq) this.#isAscending = false
      else this.#lastSeq = sequence
    }
    this.#rows += end - from
    return end
  }

  /** Writes the rows collected as a row group, and ends the object when another one like it would exceed the target size. */
  async flush(): Promise<void> {
    const before = this.#open?.file.bytes ?? 0
    await this.#writeRows()
    const bytes = this.#open?.file.bytes ?? 0
    const { targetObjectBytes, toSeq } = this.#settings.request
    const isLarge = bytes + (bytes - before) > targetObjectBytes
    if (isLarge && this.#isAscending && this.#lastSeq < toSeq) await this.#closeObject(this.#lastSeq)
  }

  /** Writes what is left; the objects of the date, in sequence order. */
  async finish(): Promise<readonly EncodedObject[]> {
    await this.#writeRows()
    if (this.#open !== undefined) await this.#closeObject(this.#settings.request.toSeq)
    this.#release()
    return this.#done
  }

  /** Removes every file this partition made. */
  abandon(): void {
    this.#open?.file.abandon()
    for (const object of this.#done) rmSync(object.path, { force: true })
    this.#release()
  }

  async #writeRows(): Promise<void> {
    if (this.#rows === 0) return
    const object = (this.#open ??= this.#openObject())
    const vectors = this.#vectors()
    object.checksum.add(hashRows(vectors, this.#rows), 0, this.#rows)
    const writing = object.writer.writeRowGroup(vectors, this.#rows)
    if (writing !== undefined) await writing
    for (const builder of this.#builders) builder.clear()
    this.#extra.clear()
    this.#rows = 0
  }

  #release(): void {
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
    for (const builder of this.#builders) builder.reserve(wanted, this.#rows)
    this.#capacity = wanted
  }

  #vectors(): readonly ColumnVector[] {
    const built = this.#builders.map((builder) => builder.vector())
    const lineage = constantColumns(this.#settings.request, this.#rows)
    return [
      ...built.slice(0, -1),
      lineage.nodeId,
      built.at(-1) as ColumnVector,
      lineage.pipelineType,
      lineage.pipelineRevision,
      this.#extra.vector(this.#rows),
    ]
  }

  #openObject(): OpenObject {
    const { request, engine, schema } = this.#settings
    const name = `${request.spoolName}-${this.#date ?? 'nodate'}-${this.#done.length + 1}.parquet`
    const file = new SpoolFile(join(request.spoolFolder, name))
    try {
      const writer = engine.open(schema, file, {
        compression: request.compression,
        profile: request.profile,
        metadata: objectMetadata(request, this.#date),
      })
      return { file, writer, checksum: new RowChecksum(), fromSeq: this.#nextFromSeq }
    } catch (error) {
      file.abandon()
      throw error
    }
  }

  async #closeObject(toSeq: number): Promise<void> {
    const object = this.#open
    if (object === undefined) return
    const hash = logicalHash(this.#settings.schema, object.checksum)
    await object.writer.close([
      ['fieldgate.range', `${object.fromSeq}..${toSeq}`],
      ['fieldgate.rows', String(object.checksum.rows)],
      ['fieldgate.logical_hash', hash],
    ])
    const { bytes, sha256 } = object.file.finish()
    this.#open = undefined
    this.#nextFromSeq = toSeq + 1
    this.#done.push({
      date: this.#date,
      fromSeq: object.fromSeq,
      toSeq,
      rows: object.checksum.rows,
      bytes,
      sha256,
      logicalHash: hash,
      path: object.file.path,
    })
  }
}
