import { DuckDBInstance } from '@duckdb/node-api'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { inProcessEncoder } from '../../electron/core/uploader/encoder.ts'
import { COMPRESSIONS } from '../../shared/domain/settings.ts'
import { COLUMN_NAMES } from '../data.ts'
import { claimsOf, rate } from '../requests.ts'
import type { Stage } from '../stage.ts'

const MOST_ROWS = 1_000_000

/**
 * Bytes per row of each codec, beside DuckDB writing the table's own columns (ours carry the lineage columns as well), and
 * of parquetjs-lite. DuckDB also says how fast it writes from memory with one thread.
 */
export const bytes: Stage = async ({ path, rows: allRows, folder }) => {
  const rows = Math.min(allRows, MOST_ROWS)
  const results: Record<string, number> = {}
  const encoder = inProcessEncoder()
  let snappy: readonly string[] = []
  for (const compression of COMPRESSIONS) {
    const [claim] = claimsOf(path, rows, folder, { compression, spoolName: compression })
    if (claim === undefined) continue
    const { objects } = await encoder.encode(claim)
    results[compression] = objects.reduce((sum, object) => sum + object.bytes, 0) / rows
    if (compression === 'snappy') snappy = objects.map((object) => object.path)
  }
  const [compatible] = claimsOf(path, rows, folder, { profile: 'compatible', spoolName: 'compatible' })
  if (compatible !== undefined) {
    const { objects } = await encoder.encode(compatible)
    results['compatible'] = objects.reduce((sum, object) => sum + object.bytes, 0) / rows
  }
  const smallRows = Math.min(rows, 20_000)
  const [small] = claimsOf(path, smallRows, folder, { engine: 'parquetjs-lite', spoolName: 'compat' })
  if (small !== undefined) {
    const { objects } = await encoder.encode(small)
    results['parquetjsLite'] = objects.reduce((sum, object) => sum + object.bytes, 0) / smallRows
  }
  return { ...results, ...(await writeWithDuckDB(snappy, rows, folder)) }
}

async function writeWithDuckDB(
  files: readonly string[],
  rows: number,
  folder: string,
): Promise<Readonly<Record<string, number>>> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    const list = files.map((file) => `'${file}'`).join(', ')
    await connection.run(`CREATE TABLE t AS SELECT ${COLUMN_NAMES.join(', ')} FROM read_parquet([${list}]) ORDER BY id`)
    const sizes: Record<string, number> = {}
    for (const codec of ['snappy', 'zstd']) {
      const target = join(folder, `duckdb-${codec}.parquet`)
      const speed = await rate(rows, () =>
        connection.run(`COPY t TO '${target}' (FORMAT parquet, COMPRESSION ${codec})`),
      )
      sizes[`duckdb_${codec}`] = statSync(target).size / rows
      if (codec === 'snappy') sizes['duckdbRowsPerSecond'] = speed
    }
    return sizes
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
