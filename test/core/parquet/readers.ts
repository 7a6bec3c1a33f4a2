import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection } from '@duckdb/node-api'
import { tableFromIPC } from 'apache-arrow'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { initSync, readParquet } from 'parquet-wasm/esm'
import { openParquet } from '../../../electron/core/parquet/decode.ts'
import type { Cell, Table } from './tables.ts'

/** Reads a file into columns of cells: an independent judge of what was written. */
export type Reader = (file: Buffer, path: string, table: Table) => Promise<readonly (readonly Cell[])[]>

/** hyparquet, through our own decoder. */
export const readWithHyparquet: Reader = async (file, _path, table) => {
  const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer
  const decoded = await openParquet(bytes, 'test file')
  return Promise.all(
    table.schema.map(async (spec) => {
      const cells: Cell[] = []
      for (const group of decoded.rowGroups) {
        const values = await decoded.readColumn(spec.name, group.rowStart, group.rowEnd)
        for (let i = 0; i < values.length; i++) cells.push((values[i] ?? null) as Cell)
      }
      return cells
    }),
  )
}

let isWasmReady = false

/** arrow-rs, the Rust implementation of Parquet. */
export const readWithArrow: Reader = async (file, _path, table) => {
  if (!isWasmReady) {
    const require = createRequire(import.meta.url)
    initSync({ module: readFileSync(require.resolve('parquet-wasm/esm/parquet_wasm_bg.wasm')) })
    isWasmReady = true
  }
  const arrow = tableFromIPC(readParquet(file).intoIPCStream())
  return table.schema.map((spec, index) => {
    const column = arrow.getChildAt(index)
    const cells: Cell[] = []
    if (spec.kind === 'timestamp') {
      // Vector.get would round to milliseconds; the raw values are exact.
      for (const part of column?.data ?? []) {
        for (let i = 0; i < part.length; i++)
          cells.push(part.getValid(i) ? ((part.values as BigInt64Array)[i] ?? null) : null)
      }
      return cells
    }
    for (let i = 0; i < (column?.length ?? 0); i++) cells.push((column?.get(i) ?? null) as Cell)
    return cells
  })
}

/** DuckDB, a reader written in C++. One connection serves all files. */
export async function openDuckDB(): Promise<{ readonly read: Reader; close(): void }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  return {
    read: (_file, path, table) => readOne(connection, path, table),
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

async function readOne(
  connection: DuckDBConnection,
  path: string,
  table: Table,
): Promise<readonly (readonly Cell[])[]> {
  const columns = table.schema.map(({ name, kind }) =>
    kind === 'timestamp' ? `epoch_us("${name}") AS "${name}"` : `"${name}"`,
  )
  const result = await connection.runAndReadAll(
    `SELECT ${columns.join(', ')} FROM read_parquet('${path}', binary_as_string = false)`,
  )
  const cells = result.getColumns()
  return result.columnNames().map((_name, index) => (cells[index] ?? []).map(fromDuckDB))
}

function fromDuckDB(value: unknown): Cell {
  if (typeof value === 'object' && value !== null && 'bytes' in value) return (value as { bytes: Uint8Array }).bytes
  return (value ?? null) as Cell
}

/** A cell as text that tells all values apart: -0 from 0, NaN from null, an integer from the same double. */
export function show(cell: Cell): string {
  if (cell === null) return 'null'
  if (typeof cell === 'bigint') return `${cell}n`
  if (typeof cell === 'number') return Object.is(cell, -0) ? '-0' : String(cell)
  if (cell instanceof Uint8Array) return `0x${Buffer.from(cell).toString('hex')}`
  return JSON.stringify(cell)
}
