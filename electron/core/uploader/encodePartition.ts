import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceRow } from '../../../shared/domain/columns.ts'
import type { ParquetEngine, ParquetWriter } from '../parquet/port.ts'
import type { DayPartition } from './encodeDays.ts'
import { hashRows, logicalHash, RowChecksum } from './encodeHash.ts'
import { objectMetadata } from './encodeMetadata.ts'
import type { EncodedObject } from './encodePort.ts'
import { RowCollector } from './encodeRows.ts'
import type { RowSettings } from './encodeRows.ts'
import { SpoolFile } from './encodeSpool.ts'

interface OpenObject {
  readonly file: SpoolFile
  readonly writer: ParquetWriter
  readonly checksum: RowChecksum
  readonly fromSeq: number
}

/**
 * Makes the objects of one event date. An object covers the claim's sequences from where the one before ended to where it
 * ends itself, so the objects of a date tile the claim.
 */
export class Partition implements DayPartition {
  readonly #settings: RowSettings
  readonly #engine: ParquetEngine
  readonly #date: string | undefined
  readonly #collector: RowCollector
  readonly #done: EncodedObject[] = []
  #open: OpenObject | undefined
  #nextFromSeq: number

  constructor(settings: RowSettings, engine: ParquetEngine, date: string | undefined, isFirst: boolean) {
    this.#settings = settings
    this.#engine = engine
    this.#date = date
    this.#collector = new RowCollector(settings, isFirst)
    this.#nextFromSeq = settings.request.fromSeq
  }

  heldBytes(): number {
    return this.#collector.heldBytes()
  }

  get isFull(): boolean {
    return this.#collector.isFull
  }

  append(rows: readonly SourceRow[], from: number, to: number, micros: Float64Array): number {
    return this.#collector.append(rows, from, to, micros)
  }

  /** Writes the rows collected as a row group, and ends the object when another one like it would exceed the target size. */
  async flush(): Promise<void> {
    const before = this.#open?.file.bytes ?? 0
    await this.#writeRows()
    const bytes = this.#open?.file.bytes ?? 0
    const { targetObjectBytes, toSeq } = this.#settings.request
    const isLarge = bytes + (bytes - before) > targetObjectBytes
    const { isAscending, lastSeq } = this.#collector
    if (isLarge && isAscending && lastSeq < toSeq) await this.#closeObject(lastSeq)
  }

  /** Writes what is left; the objects of the date, in sequence order. */
  async finish(): Promise<readonly EncodedObject[]> {
    await this.#writeRows()
    if (this.#open !== undefined) await this.#closeObject(this.#settings.request.toSeq)
    this.#collector.release()
    return this.#done
  }

  /** Removes every file this partition made. */
  abandon(): void {
    this.#open?.file.abandon()
    for (const object of this.#done) rmSync(object.path, { force: true })
    this.#collector.release()
  }

  async #writeRows(): Promise<void> {
    const { rows } = this.#collector
    if (rows === 0) return
    const object = (this.#open ??= this.#openObject())
    const vectors = this.#collector.vectors()
    object.checksum.add(hashRows(vectors, rows), 0, rows)
    const writing = object.writer.writeRowGroup(vectors, rows)
    if (writing !== undefined) await writing
    this.#collector.clear()
  }

  #openObject(): OpenObject {
    const { request, schema } = this.#settings
    const name = `${request.spoolName}-${this.#date ?? 'nodate'}-${this.#done.length + 1}.parquet`
    const file = new SpoolFile(join(request.spoolFolder, name))
    try {
      const writer = this.#engine.open(schema, file, {
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
