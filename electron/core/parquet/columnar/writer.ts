import type { ColumnSpec } from '../../../../shared/domain/columns.ts'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { ColumnVector, ParquetEngine, ParquetOptions, ParquetResult, ParquetSink, ParquetWriter } from '../port.ts'
import { writeColumnChunk } from './columnChunk.ts'
import type { ChunkRecord, ChunkSettings } from './columnChunk.ts'
import { CODEC_IDS, compressorFor } from './compress.ts'
import { writeFooter } from './footer.ts'
import type { IndexLocation, RowGroupRecord } from './footer.ts'
import { canIndexColumn, writeColumnIndex, writeOffsetIndex } from './pageIndex.ts'
import { PageStream } from './pages.ts'
import { ThriftWriter } from './thriftWriter.ts'

/** Changes whenever the bytes for the same rows change. */
export const COLUMNAR_VERSION = 'fieldgate version 1.0.0 (build columnar)'

const MAGIC = Buffer.from('PAR1', 'latin1')
const PAGE_ROWS = 16_384
/** Most rows one row group may hold: bounds what a reader must hold. */
export const MAX_ROW_GROUP_ROWS = 250_000

/**
 * Our own encoder: version 1 pages, dictionaries where they pay, DELTA in the `compact` profile, statistics, column
 * orders. Writes every kind of column exactly, over all of int64 and all doubles. Deterministic.
 */
export const columnarEngine: ParquetEngine = {
  name: 'columnar',
  limits: () => [],
  open: (schema, sink, options) => new ColumnarWriter(schema, sink, options),
}

class ColumnarWriter implements ParquetWriter {
  readonly #schema: readonly ColumnSpec[]
  readonly #options: ParquetOptions
  readonly #settings: ChunkSettings
  readonly #stream: PageStream
  readonly #thrift = new ThriftWriter()
  readonly #rowGroups: { readonly rows: number; readonly chunks: readonly ChunkRecord[] }[] = []
  #isClosed = false

  constructor(schema: readonly ColumnSpec[], sink: ParquetSink, options: ParquetOptions) {
    this.#schema = schema
    this.#options = options
    this.#settings = {
      compress: compressorFor(options.compression),
      profile: options.profile,
      pageRows: options.pageRows ?? PAGE_ROWS,
      pageIndex: options.pageIndex ?? false,
    }
    this.#stream = new PageStream(sink)
    this.#stream.write(MAGIC)
  }

  writeRowGroup(columns: readonly ColumnVector[], rowCount: number): void {
    if (this.#isClosed) throw new FieldgateError('internal', 'A row group was written to a closed Parquet writer.')
    if (columns.length !== this.#schema.length || rowCount > MAX_ROW_GROUP_ROWS) {
      throw new FieldgateError(
        'internal',
        `A row group of ${columns.length} columns and ${rowCount} rows does not fit a schema of ${this.#schema.length} columns and ${MAX_ROW_GROUP_ROWS} rows.`,
      )
    }
    this.#rowGroups.push({
      rows: rowCount,
      chunks: this.#schema.map((spec, column) =>
        writeColumnChunk(this.#stream, spec, columns[column] as ColumnVector, rowCount, this.#settings),
      ),
    })
  }

  close(more: ParquetOptions['metadata'] = []): ParquetResult {
    if (this.#isClosed) throw new FieldgateError('internal', 'A Parquet writer was closed twice.')
    this.#isClosed = true
    const rowGroups = this.#settings.pageIndex ? this.#writeIndexes() : this.#rowGroups.map(withoutIndexes)
    const rows = this.#rowGroups.reduce((total, group) => total + group.rows, 0)
    writeFooter(this.#thrift, {
      schema: this.#schema,
      rowGroups,
      rows,
      codecId: CODEC_IDS[this.#options.compression],
      createdBy: COLUMNAR_VERSION,
      metadata: [...this.#options.metadata, ...more],
    })
    const footer = this.#thrift.bytes()
    this.#stream.write(footer)
    const tail = Buffer.alloc(8)
    tail.writeUInt32LE(footer.length)
    tail.set(MAGIC, 4)
    this.#stream.write(tail)
    return { bytes: this.#stream.offset, rows, rowGroups: rowGroups.length }
  }

  /** Column indexes of all row groups, then offset indexes, in front of the footer. */
  #writeIndexes(): readonly RowGroupRecord[] {
    const columnIndexes = this.#rowGroups.map((group) =>
      group.chunks.map((chunk) => {
        if (!canIndexColumn(chunk)) return undefined
        writeColumnIndex(this.#thrift, chunk)
        return this.#writeIndex()
      }),
    )
    return this.#rowGroups.map((group, index) => ({
      ...group,
      columnIndexes: columnIndexes[index] ?? [],
      offsetIndexes: group.chunks.map((chunk) => {
        writeOffsetIndex(this.#thrift, chunk)
        return this.#writeIndex()
      }),
    }))
  }

  #writeIndex(): IndexLocation {
    const offset = this.#stream.offset
    const bytes = this.#thrift.bytes()
    this.#stream.write(bytes)
    return { offset, length: bytes.length }
  }
}

function withoutIndexes(group: { readonly rows: number; readonly chunks: readonly ChunkRecord[] }): RowGroupRecord {
  return { ...group, columnIndexes: [], offsetIndexes: [] }
}
