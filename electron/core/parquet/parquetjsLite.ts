import type { ColumnKind, ColumnSpec } from '../../../shared/domain/columns.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { Compression } from '../../../shared/domain/settings.ts'
import type { ColumnVector, ParquetEngine, ParquetOptions, ParquetResult, ParquetSink, ParquetWriter } from './port.ts'
import { findUnwritable } from './parquetjsLimits.ts'

const TYPES: Readonly<Record<ColumnKind, string>> = {
  boolean: 'BOOLEAN',
  int64: 'INT64',
  timestamp: 'TIMESTAMP_MICROS',
  double: 'DOUBLE',
  string: 'UTF8',
  bytes: 'BYTE_ARRAY',
}

const COMPRESSIONS: Readonly<Record<Compression, string | undefined>> = {
  none: 'UNCOMPRESSED',
  snappy: 'SNAPPY',
  gzip: 'GZIP',
  zstd: undefined,
}

const PAGE_ROWS = 16_384

/**
 * The compatible engine: parquetjs-lite behind our port, as its one importer. Version 1 pages without page index, because
 * its version 2 pages and indexes are not read everywhere. What it would write wrongly is refused before it writes.
 */
export const parquetjsLiteEngine: ParquetEngine = {
  name: 'parquetjs-lite',
  limits: (schema) => [
    'It compresses with snappy or gzip only, not zstd.',
    ...(schema.some((spec) => spec.kind === 'double') ? ['NaN and -0 cannot be written.'] : []),
    ...(schema.some((spec) => spec.kind === 'int64') ? ['Integers beyond ±2^53 cannot be written.'] : []),
    ...(schema.some((spec) => spec.kind === 'timestamp') ? ['Times before 1970 cannot be written.'] : []),
  ],
  open: (schema, sink, options) => openWriter(schema, sink, options),
}

interface LibraryWriter {
  appendRow(row: Record<string, unknown>): Promise<void>
  setMetadata(key: string, value: string): void
  close(): Promise<void>
}

function openWriter(schema: readonly ColumnSpec[], sink: ParquetSink, options: ParquetOptions): ParquetWriter {
  const compression = COMPRESSIONS[options.compression]
  if (compression === undefined) {
    throw new FieldgateError('unsupported', `parquetjs-lite cannot compress with ${options.compression}.`, {
      hint: 'Choose snappy or gzip, or the columnar engine.',
    })
  }
  let bytes = 0
  let rows = 0
  let rowGroups = 0
  const opening = openLibraryWriter(schema, compression, options, (part) => {
    bytes += part.length
    sink.write(part)
  })
  // A failure to load shows at the first await below; until then it must not count as unhandled.
  opening.catch(() => undefined)
  return {
    async writeRowGroup(columns, rowCount) {
      refuseUnwritable(schema, columns, rowCount)
      const writer = await opening
      const read = columns.map((vector) => valueReader(vector))
      for (let row = 0; row < rowCount; row++) {
        const record: Record<string, unknown> = {}
        schema.forEach((spec, column) => {
          const value = read[column]?.(row)
          if (value !== undefined) record[spec.name] = value
        })
        await writer.appendRow(record)
      }
      rows += rowCount
      rowGroups++
    },
    async close(more = []): Promise<ParquetResult> {
      const writer = await opening
      for (const [key, value] of [...options.metadata, ...more]) writer.setMetadata(key, value)
      await writer.close()
      return { bytes, rows, rowGroups }
    },
  }
}

async function openLibraryWriter(
  schema: readonly ColumnSpec[],
  compression: string,
  options: ParquetOptions,
  write: (part: Buffer) => void,
): Promise<LibraryWriter> {
  const { ParquetSchema, ParquetWriter: Writer } = (await import('parquetjs-lite')).default
  const fields = Object.fromEntries(
    schema.map((spec) => [spec.name, { type: TYPES[spec.kind], optional: spec.nullable, compression }]),
  )
  const stream = {
    write: (part: Buffer, done: () => void) => {
      write(part)
      done()
    },
    end: (done: () => void) => done(),
  }
  return Writer.openStream(new ParquetSchema(fields), stream, {
    pageIndex: false,
    useDataPageV2: false,
    rowGroupSize: 250_000,
    pageSize: options.pageRows ?? PAGE_ROWS,
  })
}

/** Reads row values the way the library wants them; undefined is null. */
function valueReader(vector: ColumnVector): (row: number) => unknown {
  const { nulls } = vector
  const isNull = (row: number): boolean => nulls !== undefined && nulls[row] !== 0
  switch (vector.kind) {
    case 'double':
    case 'int64':
    case 'timestamp':
      return (row) => (isNull(row) ? undefined : vector.values[row])
    case 'boolean':
      return (row) => (isNull(row) ? undefined : vector.values[row] !== 0)
    case 'string':
    case 'bytes': {
      const entries = vector.dictionary.map((entry) => {
        const bytes = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength)
        return vector.kind === 'string' ? bytes.toString('utf8') : bytes
      })
      return (row) => (isNull(row) ? undefined : entries[vector.codes[row] as number])
    }
  }
}

function refuseUnwritable(schema: readonly ColumnSpec[], columns: readonly ColumnVector[], rows: number): void {
  schema.forEach((spec, column) => {
    const problem = findUnwritable(columns[column] as ColumnVector, rows)
    if (problem === undefined) return
    throw new FieldgateError('unsupported', `parquetjs-lite cannot write column ${spec.name}: ${problem}.`, {
      hint: 'Choose the columnar engine (parquet_engine: columnar); it writes every value exactly.',
    })
  })
}
