import type { ChunkRecord, PageLocation } from './columnChunk.ts'
import { THRIFT } from './thriftWriter.ts'
import type { ThriftWriter } from './thriftWriter.ts'

const UNORDERED = 0

/** Writes OffsetIndex: where the pages of a chunk lie. Source: apache/parquet-format, PageIndex.md. */
export function writeOffsetIndex(out: ThriftWriter, chunk: ChunkRecord): void {
  out.reset()
  out.beginStruct()
  out.list(1, THRIFT.struct, chunk.pages.length)
  for (const page of chunk.pages) {
    out.beginStruct()
    out.i64(1, page.offset)
    out.i32(2, page.bytes)
    out.i64(3, page.firstRow)
    out.endStruct()
  }
  out.endStruct()
}

/** Whether every page with a value also has bounds: pages of NaN alone or of unboundable text have none. */
export function canIndexColumn(chunk: ChunkRecord): boolean {
  return chunk.pages.every(
    (page) => isNullPage(page) || (page.statistics.min !== undefined && page.statistics.max !== undefined),
  )
}

/** Writes ColumnIndex: bounds and null counts of the pages of a chunk for which `canIndexColumn` holds. */
export function writeColumnIndex(out: ThriftWriter, chunk: ChunkRecord): void {
  const nothing = new Uint8Array(0)
  out.reset()
  out.beginStruct()
  out.list(1, THRIFT.boolTrue, chunk.pages.length)
  for (const page of chunk.pages) out.boolElement(isNullPage(page))
  out.list(2, THRIFT.binary, chunk.pages.length)
  for (const page of chunk.pages) out.binaryElement(page.statistics.min ?? nothing)
  out.list(3, THRIFT.binary, chunk.pages.length)
  for (const page of chunk.pages) out.binaryElement(page.statistics.max ?? nothing)
  out.i32(4, UNORDERED)
  out.list(5, THRIFT.i64, chunk.pages.length)
  for (const page of chunk.pages) out.i32Element(page.statistics.nulls)
  out.endStruct()
}

function isNullPage(page: PageLocation): boolean {
  return page.statistics.nulls === page.rows
}
