import fc from 'fast-check'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { columnarEngine } from '../../../electron/core/parquet/columnar/writer.ts'
import { createRng } from '../../../electron/core/support/rng.ts'
import type { Rng } from '../../../electron/core/support/rng.ts'
import { COLUMN_KINDS } from './kinds.ts'
import type { ColumnKind } from '../../../shared/domain/columns.ts'
import { COMPRESSIONS, PARQUET_PROFILES } from '../../../shared/domain/settings.ts'
import { openDuckDB, readWithArrow, readWithHyparquet, show } from './readers.ts'
import { writeTable } from './tables.ts'
import type { Cell, Table } from './tables.ts'

const FILES = 600

let folder: string
let duckdb: Awaited<ReturnType<typeof openDuckDB>>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fieldgate-fuzz-'))
  duckdb = await openDuckDB()
})
afterAll(() => {
  duckdb.close()
  rmSync(folder, { recursive: true, force: true })
})

/** How the values of a column are spread: what decides between dictionary, DELTA, plain and runs. */
const column = fc.record({
  kind: fc.constantFrom(...COLUMN_KINDS),
  nullShare: fc.constantFrom(0, 0, 0.01, 0.5, 1),
  distinct: fc.constantFrom(1, 2, 3, 100, 257, 5000),
  repeat: fc.constantFrom(0, 0.9, 0.995),
  spread: fc.constantFrom('small', 'steps', 'wide', 'extreme'),
  isNullable: fc.boolean(),
})

const file = fc.record({
  columns: fc.array(column, { minLength: 1, maxLength: 5 }),
  rows: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: 61, max: 3000 }) },
  ),
  compression: fc.constantFrom(...COMPRESSIONS),
  profile: fc.constantFrom(...PARQUET_PROFILES),
  pageRows: fc.constantFrom(7, 100, 16_384),
  rowGroupRows: fc.constantFrom(50, 777, 100_000),
  pageIndex: fc.boolean(),
  seed: fc.nat(),
})

type FileCase = typeof file extends fc.Arbitrary<infer T> ? T : never
type ColumnCase = FileCase['columns'][number]

it(`writes ${FILES} random files that hyparquet, arrow-rs and DuckDB read back equal`, async () => {
  let count = 0
  await fc.assert(
    fc.asyncProperty(file, async (wanted) => {
      const rng = createRng(wanted.seed)
      const table: Table = {
        schema: wanted.columns.map(({ kind, isNullable, nullShare }, index) => ({
          name: `c${index}`,
          kind,
          nullable: isNullable || nullShare > 0,
        })),
        columns: wanted.columns.map((spec) => makeCells(spec, wanted.rows, rng)),
      }
      const bytes = await writeTable(columnarEngine, table, { ...wanted, metadata: [] }, wanted.rowGroupRows)
      const path = join(folder, `${count++}.parquet`)
      writeFileSync(path, bytes)
      const expected = table.columns.map((cells) => cells.map(show).join('\n'))
      for (const read of [readWithHyparquet, readWithArrow, duckdb.read]) {
        const columns = await read(bytes, path, table)
        expect(columns.map((cells) => cells.map(show).join('\n'))).toEqual(expected)
      }
      rmSync(path)
    }),
    { numRuns: FILES, seed: 20_261_125 },
  )
  expect(count).toBeGreaterThanOrEqual(FILES)
})

function makeCells(spec: ColumnCase, rows: number, rng: Rng): readonly Cell[] {
  const palette = Array.from({ length: Math.min(spec.distinct, rows + 1) }, (_, index) => makeValue(spec, index, rng))
  const cells: Cell[] = []
  let last: Cell = palette[0] as Cell
  for (let row = 0; row < rows; row++) {
    if (row === 0 || rng.next() >= spec.repeat) last = rng.pick(palette)
    cells.push(rng.next() < spec.nullShare ? null : last)
  }
  return cells
}

const DOUBLES = [Number.NaN, Infinity, -Infinity, -0, 0, 5e-324, 1.5]
const EXTREMES = [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n, -(2n ** 53n) - 1n, 2n ** 52n + 1n, 0n]

const VALUES: Readonly<Record<ColumnKind, (spec: ColumnCase, index: number, rng: Rng) => Cell>> = {
  double: (spec, index, rng) => {
    if (spec.spread === 'small') return Math.round(rng.gauss(20, 5) * 10) / 10
    if (spec.spread === 'steps') return index
    return spec.spread === 'wide' ? rng.gauss(0, 1e9) : rng.pick(DOUBLES)
  },
  int64: (spec, index, rng) => makeInteger(spec, index, rng),
  // DuckDB's largest times end before int64 does.
  timestamp: (spec, index, rng) => BigInt.asIntN(62, makeInteger(spec, index, rng)) >> 2n,
  boolean: (_spec, _index, rng) => rng.next() < 0.5,
  string: (spec, index, rng) => makeText(spec, index, rng),
  bytes: (spec, index, rng) => Buffer.from(makeText(spec, index, rng), 'utf16le'),
}

function makeValue(spec: ColumnCase, index: number, rng: Rng): Cell {
  return VALUES[spec.kind](spec, index, rng)
}

function makeInteger(spec: ColumnCase, index: number, rng: Rng): bigint {
  if (spec.spread === 'small') return BigInt(rng.int(-5, 300))
  if (spec.spread === 'steps') return BigInt(index) * 1_000_003n - 40n
  if (spec.spread === 'wide') return BigInt(Math.floor((rng.next() - 0.5) * 2 ** 52))
  return rng.pick(EXTREMES)
}

function makeText(spec: ColumnCase, index: number, rng: Rng): string {
  if (spec.spread === 'small') return index === 0 ? '' : `v${index}`
  if (spec.spread === 'steps') return `é${index}😀`
  if (spec.spread === 'wide') return 'x'.repeat(rng.int(0, 300)) + String(rng.next())
  return rng.pick(['a\u0000b', '\u{10ffff}', '', 'y'.repeat(1000)]) + (index % 7)
}
