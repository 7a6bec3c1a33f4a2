import type { ColumnKind, ColumnSpec } from '../../../shared/domain/columns.ts'
import type { DecodedFile } from '../parquet/decode.ts'
import type { ColumnVector } from '../parquet/port.ts'

/** Names what about the columns of a file is not as they were written; undefined when all is. */
export function schemaProblem(file: Pick<DecodedFile, 'columns'>, schema: readonly ColumnSpec[]): string | undefined {
  for (const [index, spec] of schema.entries()) {
    const column = file.columns[index]
    if (column === undefined) return `column ${spec.name} is missing`
    if (column.name !== spec.name) return `column ${index + 1} is ${column.name}, not ${spec.name}`
    if (column.kind !== spec.kind) return `column ${spec.name} is ${column.type}, not ${spec.kind}`
  }
  return file.columns.length > schema.length ? `it has ${file.columns.length - schema.length} more columns` : undefined
}

/** Columns of one row group as vectors, as the encoder had them: a missing column counts as null. */
export async function readVectors(
  file: DecodedFile,
  schema: readonly ColumnSpec[],
  rowStart: number,
  rowEnd: number,
): Promise<readonly ColumnVector[]> {
  const vectors: ColumnVector[] = []
  for (const spec of schema) {
    const column = file.columns.find((candidate) => candidate.name === spec.name)
    const values = column?.kind === spec.kind ? await file.readColumn(spec.name, rowStart, rowEnd) : []
    vectors.push(toVector(spec.kind, values, rowEnd - rowStart))
  }
  return vectors
}

function toVector(kind: ColumnKind, values: ArrayLike<unknown>, rows: number): ColumnVector {
  switch (kind) {
    case 'double':
      return toDoubles(values, rows)
    case 'int64':
    case 'timestamp':
      return toIntegers(kind, values, rows)
    case 'boolean': {
      const out = new Uint8Array(rows)
      const nulls = nullsOf(values, rows)
      for (let i = 0; i < rows; i++) out[i] = values[i] === true ? 1 : 0
      return { kind, values: out, nulls }
    }
    case 'string':
      return toCodes(
        kind,
        values,
        rows,
        (value) => value as string,
        (value) => Buffer.from(value as string, 'utf8'),
      )
    case 'bytes':
      return toCodes(
        kind,
        values,
        rows,
        (value) => Buffer.from(value as Uint8Array).toString('latin1'),
        (value) => value as Uint8Array,
      )
  }
}

function nullsOf(values: ArrayLike<unknown>, rows: number): Uint8Array | undefined {
  let nulls: Uint8Array | undefined
  for (let i = 0; i < rows; i++) {
    if (values[i] === null || values[i] === undefined) {
      nulls ??= new Uint8Array(rows)
      nulls[i] = 1
    }
  }
  return nulls
}

function toDoubles(values: ArrayLike<unknown>, rows: number): ColumnVector {
  if (values instanceof Float64Array) return { kind: 'double', values, nulls: undefined }
  const out = new Float64Array(rows)
  const nulls = nullsOf(values, rows)
  for (let i = 0; i < rows; i++) out[i] = (values[i] as number | null | undefined) ?? 0
  return { kind: 'double', values: out, nulls }
}

function toIntegers(kind: 'int64' | 'timestamp', values: ArrayLike<unknown>, rows: number): ColumnVector {
  const out = new Float64Array(rows)
  const nulls = nullsOf(values, rows)
  let wide: BigInt64Array | undefined
  for (let i = 0; i < rows; i++) {
    const value = (values[i] as bigint | null | undefined) ?? 0n
    const number = Number(value)
    out[i] = number
    if (wide !== undefined) wide[i] = value
    else if (!Number.isSafeInteger(number)) {
      wide = new BigInt64Array(rows)
      for (let j = 0; j < i; j++) wide[j] = BigInt(out[j] as number)
      wide[i] = value
    }
  }
  return { kind, values: out, wide, nulls }
}

function toCodes(
  kind: 'string' | 'bytes',
  values: ArrayLike<unknown>,
  rows: number,
  keyOf: (value: unknown) => string,
  entryOf: (value: unknown) => Uint8Array,
): ColumnVector {
  const codes = new Int32Array(rows)
  const nulls = nullsOf(values, rows)
  const dictionary: Uint8Array[] = []
  const known = new Map<string, number>()
  for (let i = 0; i < rows; i++) {
    if (nulls !== undefined && nulls[i] !== 0) continue
    const key = keyOf(values[i])
    let code = known.get(key)
    if (code === undefined) {
      code = dictionary.push(entryOf(values[i])) - 1
      known.set(key, code)
    }
    codes[i] = code
  }
  return { kind, codes, dictionary, nulls }
}
