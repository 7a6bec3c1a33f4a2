import Database from 'better-sqlite3'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openNodeDatabase } from '../../../electron/core/db/nodeDatabase.ts'
import { openParquet } from '../../../electron/core/parquet/decode.ts'
import type { EncodedObject, EncodeRequest } from '../../../electron/core/uploader/encodePort.ts'

export interface SeedRow {
  readonly id?: number
  readonly timestamp: unknown
  readonly sensor_id?: unknown
  readonly temperature?: unknown
  readonly status_code?: unknown
  readonly payload?: unknown
}

/** A database with a table of every kind of column; values go in as they are. */
export function createReadings(folder: string, rows: readonly SeedRow[], name = 'node.db'): string {
  const path = join(folder, name)
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.exec(
    `CREATE TABLE sensor_readings (id INTEGER PRIMARY KEY, timestamp TEXT, sensor_id TEXT, temperature REAL, status_code INTEGER, payload BLOB)`,
  )
  const insert = database.prepare('INSERT INTO sensor_readings VALUES (?, ?, ?, ?, ?, ?)')
  database.transaction(() => {
    rows.forEach((row, index) =>
      insert.run(
        row.id ?? index + 1,
        row.timestamp,
        row.sensor_id ?? 'S1',
        row.temperature ?? null,
        row.status_code ?? null,
        row.payload ?? null,
      ),
    )
  })()
  database.close()
  return path
}

/** A claim over all rows of a database. */
export function requestFor(path: string, folder: string, changes: Partial<EncodeRequest> = {}): EncodeRequest {
  const database = openNodeDatabase(path, { timeZone: 'UTC' })
  const plan = database.plan()
  const { maxSeq } = database.identity(plan.table)
  database.close()
  return {
    node: { id: 'node-1', sqlite: path, labels: {}, timeZone: 'UTC' },
    context: {
      nodeId: 'node-1',
      site: undefined,
      plan,
      timeZone: 'UTC',
      contract: undefined,
      emergency: { anomalyFlag: true, statusCodes: [], thresholds: [] },
      windowSeconds: 60,
      custom: undefined,
    },
    pipelineType: 'raw',
    pipelineRevision: 3,
    epoch: 'e0',
    fromSeq: 1,
    toSeq: maxSeq ?? 0,
    spoolFolder: join(folder, 'spool'),
    spoolName: 'execution-1-abc',
    rowsPerStep: 500,
    targetObjectBytes: 50 << 20,
    compression: 'snappy',
    engine: 'columnar',
    profile: 'compact',
    ...changes,
  }
}

/** Everything in a spool file, read back by another implementation. */
export async function readObject(object: Pick<EncodedObject, 'path'>): Promise<{
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly metadata: Readonly<Record<string, string>>
}> {
  const file = await openParquet(Uint8Array.from(readFileSync(object.path)).buffer, object.path)
  const rows: Record<string, unknown>[] = Array.from({ length: file.rows }, () => ({}))
  for (const group of file.rowGroups) {
    for (const column of file.columns) {
      const values = await file.readColumn(column.name, group.rowStart, group.rowEnd)
      for (let i = 0; i < values.length; i++)
        (rows[group.rowStart + i] as Record<string, unknown>)[column.name] = values[i] ?? null
    }
  }
  return { rows, metadata: file.metadata }
}
