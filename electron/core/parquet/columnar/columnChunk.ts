import type { ColumnSpec } from '../../../../shared/domain/columns.ts'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { ParquetProfile } from '../../../../shared/domain/settings.ts'
import type { ColumnVector } from '../port.ts'
import { booleanValues } from './booleanValues.ts'
import { bytesValues } from './bytesValues.ts'
import type { Compressor } from './compress.ts'
import { writeDefinitionLevels } from './levels.ts'
import { doubleValues, integerValues } from './numberValues.ts'
import { ENCODINGS } from './pages.ts'
import type { PageStream } from './pages.ts'
import { pageScratch } from './scratch.ts'
import type { Statistics } from './statistics.ts'
import type { ChunkValues } from './values.ts'

export interface ChunkSettings {
  readonly compress: Compressor
  readonly profile: ParquetProfile
  readonly pageRows: number
  readonly pageIndex: boolean
}

export interface PageLocation {
  readonly offset: number
  readonly bytes: number
  readonly firstRow: number
  readonly rows: number
  readonly statistics: Statistics
}

/** Where a column chunk lies and what is in it: what the footer says of it. */
export interface ChunkRecord {
  readonly spec: ColumnSpec
  readonly encodings: readonly number[]
  readonly rows: number
  readonly offset: number
  readonly dictionaryOffset: number | undefined
  readonly dataOffset: number
  readonly compressedBytes: number
  readonly uncompressedBytes: number
  readonly statistics: Statistics
  /** Filled for the page index only. */
  readonly pages: readonly PageLocation[]
}

/** Writes the first `rows` of a column as one column chunk. Throws `internal` for a null in a required column. */
export function writeColumnChunk(
  stream: PageStream,
  spec: ColumnSpec,
  vector: ColumnVector,
  rows: number,
  settings: ChunkSettings,
): ChunkRecord {
  const values = chunkValues(spec, vector, rows, settings.profile)
  if (!spec.nullable && values.statistics.nulls > 0) {
    throw new FieldgateError('internal', `Column ${spec.name} is required but has ${values.statistics.nulls} nulls.`)
  }
  const offset = stream.offset
  let compressedBytes = 0
  let uncompressedBytes = 0
  const encodings = new Set<number>([ENCODINGS.rle])
  if (values.dictionary !== undefined) {
    const page = stream.dictionaryPage(values.dictionary.entries, values.dictionary.body, settings.compress)
    compressedBytes += page.compressedBytes
    uncompressedBytes += page.uncompressedBytes
    encodings.add(ENCODINGS.plain)
  }
  encodings.add(values.encoding)
  const dataOffset = stream.offset
  const pages: PageLocation[] = []
  let from = 0
  do {
    const to = values.pageEnd(from, Math.min(rows, from + settings.pageRows))
    const body = pageBody(values, spec.nullable ? vector.nulls : 'required', from, to)
    const page = stream.dataPage(to - from, values.encoding, body, settings.compress)
    compressedBytes += page.compressedBytes
    uncompressedBytes += page.uncompressedBytes
    if (settings.pageIndex) {
      pages.push({
        offset: page.offset,
        bytes: page.compressedBytes,
        firstRow: from,
        rows: to - from,
        statistics: values.pageStatistics(from, to),
      })
    }
    from = to
  } while (from < rows)
  return {
    spec,
    encodings: [...encodings],
    rows,
    offset,
    dictionaryOffset: values.dictionary === undefined ? undefined : offset,
    dataOffset,
    compressedBytes,
    uncompressedBytes,
    statistics: values.statistics,
    pages,
  }
}

function pageBody(
  values: ChunkValues,
  nulls: Uint8Array | undefined | 'required',
  from: number,
  to: number,
): Uint8Array {
  const levelBytes = nulls === 'required' ? 0 : 16 + ((to - from) >> 3) + 1
  const out = pageScratch(levelBytes + values.bound(from, to))
  const at = nulls === 'required' ? 0 : writeDefinitionLevels(nulls, from, to, out, 0)
  return out.subarray(0, values.write(from, to, out, at))
}

function chunkValues(spec: ColumnSpec, vector: ColumnVector, rows: number, profile: ParquetProfile): ChunkValues {
  if (spec.kind !== vector.kind) {
    throw new FieldgateError('internal', `Column ${spec.name} is ${spec.kind}, but its values are ${vector.kind}.`)
  }
  switch (vector.kind) {
    case 'double':
      return doubleValues(vector, rows)
    case 'int64':
    case 'timestamp':
      return integerValues(vector, rows, profile)
    case 'boolean':
      return booleanValues(vector, rows)
    case 'string':
    case 'bytes':
      return bytesValues(vector, rows)
  }
}
