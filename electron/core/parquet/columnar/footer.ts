import type { ColumnKind, ColumnSpec } from '../../../../shared/domain/columns.ts'
import type { ChunkRecord } from './columnChunk.ts'
import { THRIFT } from './thriftWriter.ts'
import type { ThriftWriter } from './thriftWriter.ts'
import type { Statistics } from './statistics.ts'

/** Physical types. Source: apache/parquet-format, parquet.thrift, Type. */
const PHYSICAL: Readonly<Record<ColumnKind, number>> = {
  boolean: 0,
  int64: 2,
  timestamp: 2,
  double: 5,
  string: 6,
  bytes: 6,
}

const CONVERTED = { utf8: 0, timestampMicros: 10 } as const
const REPETITION = { required: 0, optional: 1 } as const
const FORMAT_VERSION = 1

export interface IndexLocation {
  readonly offset: number
  readonly length: number
}

export interface RowGroupRecord {
  readonly rows: number
  readonly chunks: readonly ChunkRecord[]
  /** Per column, when a page index was written. */
  readonly columnIndexes: readonly (IndexLocation | undefined)[]
  readonly offsetIndexes: readonly (IndexLocation | undefined)[]
}

export interface FooterFacts {
  readonly schema: readonly ColumnSpec[]
  readonly rowGroups: readonly RowGroupRecord[]
  readonly rows: number
  readonly codecId: number
  readonly createdBy: string
  readonly metadata: readonly (readonly [key: string, value: string])[]
}

/** Writes FileMetaData. Source: apache/parquet-format, parquet.thrift. */
export function writeFooter(out: ThriftWriter, facts: FooterFacts): void {
  out.reset()
  out.beginStruct()
  out.i32(1, FORMAT_VERSION)
  out.list(2, THRIFT.struct, facts.schema.length + 1)
  out.beginStruct()
  out.binary(4, 'schema')
  out.i32(5, facts.schema.length)
  out.endStruct()
  for (const spec of facts.schema) writeSchemaElement(out, spec)
  out.i64(3, facts.rows)
  out.list(4, THRIFT.struct, facts.rowGroups.length)
  facts.rowGroups.forEach((group, ordinal) => writeRowGroup(out, group, ordinal, facts.codecId))
  if (facts.metadata.length > 0) {
    out.list(5, THRIFT.struct, facts.metadata.length)
    for (const [key, value] of facts.metadata) {
      out.beginStruct()
      out.binary(1, key)
      out.binary(2, value)
      out.endStruct()
    }
  }
  out.binary(6, facts.createdBy)
  out.list(7, THRIFT.struct, facts.schema.length)
  for (let i = 0; i < facts.schema.length; i++) {
    out.beginStruct()
    out.emptyStruct(1)
    out.endStruct()
  }
  out.endStruct()
}

function writeSchemaElement(out: ThriftWriter, spec: ColumnSpec): void {
  out.beginStruct()
  out.i32(1, PHYSICAL[spec.kind])
  out.i32(3, spec.nullable ? REPETITION.optional : REPETITION.required)
  out.binary(4, spec.name)
  if (spec.kind === 'string') {
    out.i32(6, CONVERTED.utf8)
    out.beginStruct(10)
    out.emptyStruct(1)
    out.endStruct()
  } else if (spec.kind === 'timestamp') {
    out.i32(6, CONVERTED.timestampMicros)
    out.beginStruct(10)
    out.beginStruct(8)
    out.bool(1, true)
    out.beginStruct(2)
    out.emptyStruct(2)
    out.endStruct()
    out.endStruct()
    out.endStruct()
  }
  out.endStruct()
}

function writeRowGroup(out: ThriftWriter, group: RowGroupRecord, ordinal: number, codecId: number): void {
  out.beginStruct()
  out.list(1, THRIFT.struct, group.chunks.length)
  group.chunks.forEach((chunk, column) => {
    out.beginStruct()
    out.i64(2, chunk.offset)
    writeColumnMetadata(out, chunk, codecId)
    const offsetIndex = group.offsetIndexes[column]
    const columnIndex = group.columnIndexes[column]
    if (offsetIndex !== undefined) {
      out.i64(4, offsetIndex.offset)
      out.i32(5, offsetIndex.length)
    }
    if (columnIndex !== undefined) {
      out.i64(6, columnIndex.offset)
      out.i32(7, columnIndex.length)
    }
    out.endStruct()
  })
  out.i64(
    2,
    sum(group.chunks, (chunk) => chunk.uncompressedBytes),
  )
  out.i64(3, group.rows)
  out.i64(5, group.chunks[0]?.offset ?? 0)
  out.i64(
    6,
    sum(group.chunks, (chunk) => chunk.compressedBytes),
  )
  if (ordinal < 32_768) out.i16(7, ordinal)
  out.endStruct()
}

function writeColumnMetadata(out: ThriftWriter, chunk: ChunkRecord, codecId: number): void {
  out.beginStruct(3)
  out.i32(1, PHYSICAL[chunk.spec.kind])
  out.list(2, THRIFT.i32, chunk.encodings.length)
  for (const encoding of chunk.encodings) out.i32Element(encoding)
  out.list(3, THRIFT.binary, 1)
  out.binaryElement(chunk.spec.name)
  out.i32(4, codecId)
  out.i64(5, chunk.rows)
  out.i64(6, chunk.uncompressedBytes)
  out.i64(7, chunk.compressedBytes)
  out.i64(9, chunk.dataOffset)
  if (chunk.dictionaryOffset !== undefined) out.i64(11, chunk.dictionaryOffset)
  writeStatistics(out, chunk.statistics)
  out.endStruct()
}

function writeStatistics(out: ThriftWriter, statistics: Statistics): void {
  out.beginStruct(12)
  out.i64(3, statistics.nulls)
  if (statistics.max !== undefined) out.binary(5, statistics.max)
  if (statistics.min !== undefined) out.binary(6, statistics.min)
  if (statistics.max !== undefined && !statistics.isMaxExact) out.bool(7, false)
  if (statistics.min !== undefined && !statistics.isMinExact) out.bool(8, false)
  out.endStruct()
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
