import type { ColumnSpec } from '../../../shared/domain/columns.ts'
import type { ColumnVector, ParquetEngine, ParquetOptions } from '../../../electron/core/parquet/port.ts'

/** A cell as the test means it: integers and times as bigint. */
export type Cell = number | bigint | string | boolean | Uint8Array | null

/** A table as the test means it: the oracle that every reader's answer is compared with. */
export interface Table {
  readonly schema: readonly ColumnSpec[]
  readonly columns: readonly (readonly Cell[])[]
}

export const OPTIONS: ParquetOptions = { compression: 'snappy', profile: 'compact', metadata: [] }

/** The vectors of rows `from..to`, made the plain way, one value at a time. */
export function vectorsOf(table: Table, from: number, to: number): readonly ColumnVector[] {
  return table.schema.map((spec, index) => vectorOf(spec, (table.columns[index] as readonly Cell[]).slice(from, to)))
}

function vectorOf(spec: ColumnSpec, cells: readonly Cell[]): ColumnVector {
  const nulls = cells.some((cell) => cell === null)
    ? Uint8Array.from(cells, (cell) => (cell === null ? 1 : 0))
    : undefined
  switch (spec.kind) {
    case 'double':
      return { kind: 'double', values: Float64Array.from(cells, (cell) => (cell as number) ?? 0), nulls }
    case 'int64':
    case 'timestamp': {
      const isWide = cells.some((cell) => cell !== null && !Number.isSafeInteger(Number(cell)))
      return {
        kind: spec.kind,
        values: Float64Array.from(cells, (cell) => Number(cell ?? 0)),
        wide: isWide ? BigInt64Array.from(cells, (cell) => (cell as bigint | null) ?? 0n) : undefined,
        nulls,
      }
    }
    case 'boolean':
      return { kind: 'boolean', values: Uint8Array.from(cells, (cell) => (cell === true ? 1 : 0)), nulls }
    case 'string':
    case 'bytes': {
      const dictionary: Uint8Array[] = []
      const codes = new Map<string, number>()
      const codeOf = (cell: Cell): number => {
        if (cell === null) return 0
        const bytes = typeof cell === 'string' ? Buffer.from(cell, 'utf8') : Buffer.from(cell as Uint8Array)
        const key = bytes.toString('latin1')
        const known = codes.get(key)
        if (known !== undefined) return known
        codes.set(key, dictionary.length)
        return dictionary.push(bytes) - 1
      }
      return { kind: spec.kind, codes: Int32Array.from(cells, codeOf), dictionary, nulls }
    }
  }
}

/** The file an engine makes of a table, in row groups of at most `rowGroupRows`. */
export async function writeTable(
  engine: ParquetEngine,
  table: Table,
  options: ParquetOptions,
  rowGroupRows = 250_000,
): Promise<Buffer> {
  const parts: Buffer[] = []
  const writer = engine.open(table.schema, { write: (bytes) => void parts.push(Buffer.from(bytes)) }, options)
  const rows = table.columns[0]?.length ?? 0
  for (let from = 0; from < rows; from += rowGroupRows) {
    const to = Math.min(rows, from + rowGroupRows)
    await writer.writeRowGroup(vectorsOf(table, from, to), to - from)
  }
  const result = await writer.close([['closing', 'yes']])
  const file = Buffer.concat(parts)
  if (result.bytes !== file.length || result.rows !== rows) {
    throw new Error(`The writer says ${result.bytes} bytes and ${result.rows} rows of ${file.length} and ${rows}`)
  }
  return file
}

/** Columns of every kind with every value that has ever been trouble. */
export function edgeTable(): Table {
  const integers = [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n, 0n, null, -1n, 9007199254740993n]
  return {
    schema: [
      { name: 'id', kind: 'int64', nullable: false },
      { name: 'wide', kind: 'int64', nullable: true },
      { name: 'real', kind: 'double', nullable: true },
      { name: 'text', kind: 'string', nullable: true },
      { name: 'time', kind: 'timestamp', nullable: true },
      { name: 'blob', kind: 'bytes', nullable: true },
      { name: 'flag', kind: 'boolean', nullable: true },
      { name: 'nothing', kind: 'string', nullable: true },
      { name: 'no number', kind: 'double', nullable: true },
    ],
    columns: [
      [1n, 2n, 3n, 4n, 5n, 6n, 7n],
      integers,
      [Number.NaN, Infinity, -Infinity, -0, 5e-324, null, 1.7976931348623157e308],
      ['', '😀é東', 'a\u0000b', 'x'.repeat(100_000), null, '"quoted"', '\u{10ffff}'.repeat(40)],
      [-1n, 1_792_368_000_123_456n, -6_847_804_800_000_001n, 0n, null, 9_007_199_254_740_991n, 1n],
      [
        Uint8Array.of(0, 255, 1),
        new Uint8Array(0),
        null,
        Buffer.from('z'),
        Buffer.alloc(70, 255),
        Buffer.from([7]),
        null,
      ],
      [true, false, null, true, true, null, false],
      [null, null, null, null, null, null, null],
      [Number.NaN, Number.NaN, Number.NaN, Number.NaN, null, null, Number.NaN],
    ],
  }
}
