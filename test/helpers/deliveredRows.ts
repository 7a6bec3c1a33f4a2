import { DuckDBInstance } from '@duckdb/node-api'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createEngine } from '../../electron/core/engine.ts'
import { loadConfig } from '../../electron/core/config/loadConfig.ts'
import { processPorts } from '../../electron/cli/ports.ts'
import { silentLog } from '../../electron/core/support/log.ts'

/** Every Parquet object of the workspace's buckets, copied into a folder. Returns how many. */
export async function downloadObjects(workspace: string, folder: string): Promise<number> {
  mkdirSync(folder, { recursive: true })
  const { config } = loadConfig({ env: {}, cwd: workspace })
  const engine = createEngine(config, processPorts(silentLog))
  let count = 0
  try {
    for (const bucket of await engine.call('objects.buckets', {})) {
      for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
        const page = await engine.call('objects.list', {
          bucket: bucket.name,
          ...(token === undefined ? {} : { token }),
        })
        for (const { key } of page.objects) {
          const { bytes } = await engine.call('objects.download', { bucket: bucket.name, key })
          writeFileSync(join(folder, `${count++}.parquet`), bytes)
        }
        token = page.nextToken
      }
    }
  } finally {
    await engine.stop()
  }
  return count
}

/** What DuckDB makes of the files of a folder. Times come as microseconds since 1970 (UTC), big integers as bigint. */
export interface DuckTable {
  readonly types: Readonly<Record<string, string>>
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

/** Reads all Parquet files of a folder with DuckDB, in the order of `_row_id`. */
export async function readWithDuckDb(folder: string): Promise<DuckTable> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await connection.run("SET TimeZone = 'UTC'")
    const source = `read_parquet('${join(folder, '*.parquet')}', union_by_name = true, hive_partitioning = false)`
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`)
    const types = Object.fromEntries(
      described.getRowObjects().map((row) => [String(row['column_name']), String(row['column_type'])]),
    )
    const columns = Object.entries(types).map(([name, type]) =>
      type.startsWith('TIMESTAMP') ? `epoch_us("${name}") AS "${name}"` : `"${name}"`,
    )
    const read = await connection.runAndReadAll(`SELECT ${columns.join(', ')} FROM ${source} ORDER BY _row_id`)
    return { types, rows: read.getRowObjects() }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
