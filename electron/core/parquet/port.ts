import type { ColumnSpec } from '../../../shared/domain/columns.ts'
import type { Compression, ParquetProfile } from '../../../shared/domain/settings.ts'

/**
 * Values of one column for one row group, already typed.
 * `nulls[i]` is 1 where row i is null; undefined means no null at all. Value slots of nulls are unspecified.
 */
export type ColumnVector =
  | { readonly kind: 'double'; readonly values: Float64Array; readonly nulls: Uint8Array | undefined }
  /** Integers and UTC microseconds: exact doubles, or `wide` once a value leaves ±2^53. */
  | {
      readonly kind: 'int64' | 'timestamp'
      readonly values: Float64Array
      readonly wide: BigInt64Array | undefined
      readonly nulls: Uint8Array | undefined
    }
  | { readonly kind: 'boolean'; readonly values: Uint8Array; readonly nulls: Uint8Array | undefined }
  /** Dictionary codes into `dictionary`; entries are UTF-8 for strings, arbitrary for bytes. */
  | {
      readonly kind: 'string' | 'bytes'
      readonly codes: Int32Array
      readonly dictionary: readonly Uint8Array[]
      readonly nulls: Uint8Array | undefined
    }

export interface ParquetOptions {
  readonly compression: Compression
  readonly profile: ParquetProfile
  /** Footer key-value metadata, written in the given order. */
  readonly metadata: readonly (readonly [key: string, value: string])[]
  /** Rows per data page. */
  readonly pageRows?: number
  /** Writes column and offset indexes. */
  readonly pageIndex?: boolean
}

/** Where the bytes go, in order. `write` must not keep the buffer: it is reused. */
export interface ParquetSink {
  write(bytes: Uint8Array): void
}

export interface ParquetWriter {
  /** Appends the first `rowCount` rows of the vectors as one row group. Vectors follow the schema's order. */
  writeRowGroup(columns: readonly ColumnVector[], rowCount: number): void | Promise<void>
  /** Writes the footer, with more metadata known only now. The writer is unusable afterwards. */
  close(metadata?: ParquetOptions['metadata']): ParquetResult | Promise<ParquetResult>
}

export interface ParquetResult {
  readonly bytes: number
  readonly rows: number
  readonly rowGroups: number
}

/** A Parquet encoder. Guarantee of every engine: the same calls give the same bytes. */
export interface ParquetEngine {
  readonly name: string
  /** Says what this engine cannot write, before anything is written; empty when it can write everything. */
  limits(schema: readonly ColumnSpec[]): readonly string[]
  open(schema: readonly ColumnSpec[], sink: ParquetSink, options: ParquetOptions): ParquetWriter
}
