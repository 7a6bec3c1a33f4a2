import type { ParquetSink } from '../port.ts'
import type { Compressor } from './compress.ts'
import { ThriftWriter } from './thriftWriter.ts'

/** Parquet's numbers of the encodings used. Source: apache/parquet-format, parquet.thrift, Encoding. */
export const ENCODINGS = { plain: 0, rle: 3, delta: 5, dictionary: 8 } as const

const PAGE_TYPES = { data: 0, dictionary: 2 } as const

export interface WrittenPage {
  readonly offset: number
  /** Header and compressed body. */
  readonly compressedBytes: number
  /** Header and body before compression. */
  readonly uncompressedBytes: number
}

/** Writes pages one after the other and knows where in the file they are. */
export class PageStream {
  readonly #sink: ParquetSink
  readonly #header = new ThriftWriter()
  /** Bytes written so far: the offset of whatever comes next. */
  offset = 0

  constructor(sink: ParquetSink) {
    this.#sink = sink
  }

  write(bytes: Uint8Array): void {
    this.#sink.write(bytes)
    this.offset += bytes.length
  }

  dictionaryPage(entries: number, body: Uint8Array, compress: Compressor): WrittenPage {
    const compressed = compress(body)
    const header = this.#beginHeader(PAGE_TYPES.dictionary, body.length, compressed.length)
    header.beginStruct(7)
    header.i32(1, entries)
    header.i32(2, ENCODINGS.plain)
    header.endStruct()
    return this.#emit(compressed, body.length)
  }

  /** A version 1 data page; `body` holds definition levels, if the column is optional, and then values. */
  dataPage(rows: number, encoding: number, body: Uint8Array, compress: Compressor): WrittenPage {
    const compressed = compress(body)
    const header = this.#beginHeader(PAGE_TYPES.data, body.length, compressed.length)
    header.beginStruct(5)
    header.i32(1, rows)
    header.i32(2, encoding)
    header.i32(3, ENCODINGS.rle)
    header.i32(4, ENCODINGS.rle)
    header.endStruct()
    return this.#emit(compressed, body.length)
  }

  #beginHeader(type: number, uncompressed: number, compressed: number): ThriftWriter {
    const header = this.#header
    header.reset()
    header.beginStruct()
    header.i32(1, type)
    header.i32(2, uncompressed)
    header.i32(3, compressed)
    return header
  }

  #emit(compressed: Uint8Array, bodyBytes: number): WrittenPage {
    this.#header.endStruct()
    const header = this.#header.bytes()
    const offset = this.offset
    this.write(header)
    this.write(compressed)
    return {
      offset,
      compressedBytes: header.length + compressed.length,
      uncompressedBytes: header.length + bodyBytes,
    }
  }
}
