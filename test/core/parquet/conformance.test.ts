import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { columnarEngine } from '../../../electron/core/parquet/columnar/writer.ts'
import { openParquet } from '../../../electron/core/parquet/decode.ts'
import { parquetEngine } from '../../../electron/core/parquet/engines.ts'
import { COMPRESSIONS, PARQUET_ENGINES } from '../../../shared/domain/settings.ts'
import { openDuckDB, readWithArrow, readWithHyparquet, show } from './readers.ts'
import type { Reader } from './readers.ts'
import { edgeTable, OPTIONS, writeTable } from './tables.ts'
import type { Table } from './tables.ts'

let folder: string
let duckdb: Awaited<ReturnType<typeof openDuckDB>>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fieldgate-parquet-'))
  duckdb = await openDuckDB()
})
afterAll(() => {
  duckdb.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What readers found other than it was meant; empty when all three agree with the table. */
async function disagreements(file: Buffer, table: Table, name: string): Promise<readonly unknown[]> {
  const path = join(folder, `${name}.parquet`)
  writeFileSync(path, file)
  const readers: Readonly<Record<string, Reader>> = {
    hyparquet: readWithHyparquet,
    arrow: readWithArrow,
    duckdb: duckdb.read,
  }
  const wanted = table.columns.map((cells) => cells.map(show))
  const found: unknown[] = []
  for (const [reader, read] of Object.entries(readers)) {
    const columns = (await read(file, path, table)).map((cells) => cells.map(show))
    if (JSON.stringify(columns) !== JSON.stringify(wanted)) found.push({ reader, columns, wanted })
  }
  return found
}

/** Without what parquetjs-lite says it cannot write. */
const PLAIN_TABLE: Table = {
  schema: [
    { name: 'id', kind: 'int64', nullable: false },
    { name: 'real', kind: 'double', nullable: true },
    { name: 'text', kind: 'string', nullable: true },
    { name: 'time', kind: 'timestamp', nullable: true },
    { name: 'blob', kind: 'bytes', nullable: true },
    { name: 'flag', kind: 'boolean', nullable: true },
    { name: 'nothing', kind: 'double', nullable: true },
  ],
  columns: [
    [1n, 2n, 3n, -4n, 9_007_199_254_740_991n],
    [1.5, null, Infinity, -1e300, 0],
    ['a', 'é😀', '', null, 'x'.repeat(5_000)],
    [0n, 1_700_000_000_123_456n, null, 1n, 9_007_199_254_740_991n],
    [Uint8Array.of(1, 0, 255), null, new Uint8Array(0), Uint8Array.of(7), Uint8Array.of(7)],
    [true, false, null, true, false],
    [null, null, null, null, null],
  ],
}

describe.each(PARQUET_ENGINES)('the engine %s', (name) => {
  const engine = parquetEngine(name)

  it('writes files that three independent readers read back equal', async () => {
    for (const compression of COMPRESSIONS) {
      if (name === 'parquetjs-lite' && compression === 'zstd') continue
      const file = await writeTable(engine, PLAIN_TABLE, { ...OPTIONS, compression }, 2)
      expect(await disagreements(file, PLAIN_TABLE, `${name}-${compression}`)).toEqual([])
    }
  })

  it('writes the same bytes for the same rows', async () => {
    const first = await writeTable(engine, PLAIN_TABLE, { ...OPTIONS, metadata: [['k', 'v']] })
    const second = await writeTable(engine, PLAIN_TABLE, { ...OPTIONS, metadata: [['k', 'v']] })
    expect(second.equals(first)).toBe(true)
  })

  it('keeps the metadata, the order of columns and their types', async () => {
    const file = await writeTable(engine, PLAIN_TABLE, { ...OPTIONS, metadata: [['fieldgate.node', 'n 1 é']] })
    const decoded = await openParquet(Uint8Array.from(file).buffer, 'file')
    expect(decoded.metadata).toMatchObject({ 'fieldgate.node': 'n 1 é', closing: 'yes' })
    expect(decoded.columns.map(({ name: column, kind, nullable }) => [column, kind, nullable])).toEqual(
      PLAIN_TABLE.schema.map((spec) => [spec.name, spec.kind, spec.nullable]),
    )
  })
})

describe('the columnar engine', () => {
  it.each(COMPRESSIONS)('writes every troublesome value exactly with %s', async (compression) => {
    const table = edgeTable()
    for (const profile of ['compact', 'compatible'] as const) {
      const file = await writeTable(columnarEngine, table, { ...OPTIONS, compression, profile }, 3)
      expect(await disagreements(file, table, `edge-${compression}-${profile}`)).toEqual([])
    }
  })

  it('writes a file without rows that readers accept', async () => {
    const table: Table = { schema: edgeTable().schema, columns: edgeTable().schema.map(() => []) }
    expect(await disagreements(await writeTable(columnarEngine, table, OPTIONS), table, 'empty')).toEqual([])
  })

  it('writes page indexes that readers accept', async () => {
    const table = edgeTable()
    const file = await writeTable(columnarEngine, table, { ...OPTIONS, pageIndex: true, pageRows: 2 }, 4)
    expect(await disagreements(file, table, 'page-index')).toEqual([])
  })

  it('uses neither DELTA nor version 2 in the compatible profile', async () => {
    const file = await writeTable(columnarEngine, edgeTable(), { ...OPTIONS, profile: 'compatible' })
    const { footer } = await openParquet(Uint8Array.from(file).buffer, 'file')
    const encodings = footer.row_groups.flatMap((group) =>
      group.columns.flatMap((column) => column.meta_data?.encodings),
    )
    expect(new Set(encodings)).toEqual(new Set(['PLAIN', 'RLE', 'RLE_DICTIONARY']))
    expect(footer.version).toBe(1)
  })

  it('refuses a null in a required column', () => {
    const writer = columnarEngine.open(
      [{ name: 'id', kind: 'int64', nullable: false }],
      { write: () => undefined },
      OPTIONS,
    )
    expect(() =>
      writer.writeRowGroup(
        [{ kind: 'int64', values: new Float64Array(1), wide: undefined, nulls: Uint8Array.of(1) }],
        1,
      ),
    ).toThrow('required')
  })
})

describe('parquetjs-lite', () => {
  const engine = parquetEngine('parquetjs-lite')
  const cases = [
    ['NaN', 'double', [Number.NaN]],
    ['-0', 'double', [-0]],
    ['integers beyond', 'int64', [2n ** 53n + 1n]],
    ['times before 1970', 'timestamp', [-1n]],
  ] as const

  it.each(cases)('refuses %s before it writes it wrongly', async (problem, kind, cells) => {
    const table: Table = { schema: [{ name: 'c', kind, nullable: true }], columns: [cells] }
    await expect(writeTable(engine, table, OPTIONS)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(problem),
    })
    expect(engine.limits(table.schema).length).toBeGreaterThan(1)
  })

  it('refuses zstd when it is opened', () => {
    expect(() => engine.open([], { write: () => undefined }, { ...OPTIONS, compression: 'zstd' })).toThrow('zstd')
  })
})
