import * as zlib from 'node:zlib'
import { parquetMetadataAsync, parquetScan } from 'hyparquet'
import type { FileMetaData, ParquetParsers, SchemaElement } from 'hyparquet'
import type { ColumnKind } from '../../../shared/domain/columns.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'

/** Bytes that can be read in parts; `end` is exclusive. */
export interface ByteSource {
  readonly byteLength: number
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>
}

/** A decoded value: times are bigint microseconds, int64 bigint, dates text, bytes as they are. */
export type DecodedValue = unknown

export interface DecodedColumn {
  readonly name: string
  /** As people write it: `timestamp[us, UTC]`, `int64`, `string`, … */
  readonly type: string
  /** Our kind of column, or undefined for types only other writers use. */
  readonly kind: ColumnKind | undefined
  readonly nullable: boolean
}

/** A Parquet file whose footer was read; columns are decoded on demand, one row group at a time. */
export interface DecodedFile {
  readonly rows: number
  readonly rowGroups: readonly { readonly rowStart: number; readonly rowEnd: number }[]
  readonly createdBy: string | undefined
  readonly metadata: Readonly<Record<string, string>>
  readonly columns: readonly DecodedColumn[]
  readonly footer: FileMetaData
  /** Values of a top-level column; the range lies within one row group. */
  readColumn(name: string, rowStart: number, rowEnd: number): Promise<ArrayLike<DecodedValue>>
}

const text = new TextDecoder()

/** Keeps everything exact: hyparquet would else round times to milliseconds and parse JSON. */
const EXACT_PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis) => (typeof millis === 'bigint' ? millis * 1000n : undefined),
  timestampFromMicroseconds: (micros) => micros,
  timestampFromNanoseconds: (nanos) => (typeof nanos === 'bigint' ? nanos / 1000n : undefined),
  dateFromDays: (days) => new Date(days * 86_400_000).toISOString().slice(0, 10),
  // Typed as required, yet null for a null value.
  jsonFromBytes: (bytes: Uint8Array | undefined | null) => (bytes ? text.decode(bytes) : undefined),
}

const COMPRESSORS = {
  GZIP: (input: Uint8Array) => zlib.gunzipSync(input),
  ZSTD: (input: Uint8Array) => zlib.zstdDecompressSync(input),
}

/** Reads the footer. Throws `corrupt` naming `label` for bytes that are no Parquet file; failures of `file` pass through. */
export async function openParquet(file: ByteSource, label: string): Promise<DecodedFile> {
  return guarded(label, async () => {
    const footer = await parquetMetadataAsync(file, { parsers: EXACT_PARSERS, geoparquet: false })
    const scan = await parquetScan({
      file,
      metadata: footer,
      parsers: EXACT_PARSERS,
      compressors: COMPRESSORS,
      utf8: false,
      geoparquet: false,
      useOffsetIndex: false,
    })
    return {
      rows: Number(footer.num_rows),
      rowGroups: scan.ranges.map(({ rowStart, rowEnd }) => ({ rowStart, rowEnd })),
      createdBy: footer.created_by,
      metadata: Object.fromEntries((footer.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? ''])),
      columns: topLevel(footer.schema).map(describe),
      footer,
      readColumn: (name, rowStart, rowEnd) => guarded(label, () => scan.readColumn({ column: name, rowStart, rowEnd })),
    }
  })
}

async function guarded<T>(label: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof FieldgateError || (error instanceof DOMException && error.name === 'AbortError')) throw error
    throw new FieldgateError(
      'corrupt',
      `${label} cannot be read as Parquet: ${error instanceof Error ? error.message : String(error)}`,
      {
        hint: 'The object is damaged or no Parquet file. If Fieldgate delivered it, the rows are still in the node database.',
        cause: error,
      },
    )
  }
}

function topLevel(schema: readonly SchemaElement[]): readonly SchemaElement[] {
  const columns: SchemaElement[] = []
  for (let at = 1; at < schema.length; at = endOfElement(schema, at)) columns.push(schema[at] as SchemaElement)
  return columns
}

function endOfElement(schema: readonly SchemaElement[], at: number): number {
  let next = at + 1
  for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) next = endOfElement(schema, next)
  return next
}

function describe(element: SchemaElement): DecodedColumn {
  const { kind, type } = typeOf(element)
  return { name: element.name, type, kind, nullable: element.repetition_type !== 'REQUIRED' }
}

function typeOf(element: SchemaElement): { readonly kind: ColumnKind | undefined; readonly type: string } {
  const { type, logical_type: logical, converted_type: converted } = element
  if (logical?.type === 'TIMESTAMP') {
    const unit = { MILLIS: 'ms', MICROS: 'us', NANOS: 'ns' }[logical.unit]
    return { kind: 'timestamp', type: `timestamp[${unit}${logical.isAdjustedToUTC ? ', UTC' : ''}]` }
  }
  if (converted === 'TIMESTAMP_MICROS') return { kind: 'timestamp', type: 'timestamp[us, UTC]' }
  if (converted === 'TIMESTAMP_MILLIS') return { kind: 'timestamp', type: 'timestamp[ms, UTC]' }
  if (converted === 'UTF8' || logical?.type === 'STRING') return { kind: 'string', type: 'string' }
  if (converted !== undefined && converted !== 'INT_64') return { kind: undefined, type: converted.toLowerCase() }
  return PLAIN_TYPES[type ?? ''] ?? { kind: undefined, type: type?.toLowerCase() ?? 'struct' }
}

const PLAIN_TYPES: Readonly<Record<string, { readonly kind: ColumnKind; readonly type: string }>> = {
  BOOLEAN: { kind: 'boolean', type: 'boolean' },
  INT64: { kind: 'int64', type: 'int64' },
  DOUBLE: { kind: 'double', type: 'double' },
  BYTE_ARRAY: { kind: 'bytes', type: 'bytes' },
}
