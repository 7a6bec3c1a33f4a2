import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'

export interface TestWorkspace {
  readonly folder: string
  readonly nodes: readonly string[]
  remove(): void
}

interface TestWorkspaceOptions {
  readonly nodes: number
  readonly rowsPerNode: number
  /** Seconds between upload passes; 1 unless said. */
  readonly intervalSeconds?: number
  /** Slows uploads down, so that something is under way when a test strikes. */
  readonly bytesPerSecond?: number
}

/** A workspace of real node databases that nobody writes any more, uploading to the embedded store. */
export function makeWorkspace({
  nodes,
  rowsPerNode,
  bytesPerSecond,
  intervalSeconds = 1,
}: TestWorkspaceOptions): TestWorkspace {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-e2e-workspace-'))
  const ids = Array.from({ length: nodes }, (_, at) => `node-${String(at + 1).padStart(2, '0')}`)
  // All hold the same rows: one is written, the others are copies.
  const [first = '', ...others] = ids.map((id) => join(folder, `${id}.db`))
  fillDatabase(first, rowsPerNode)
  for (const path of others) copyFileSync(first, path)
  const lines = [
    `upload: { interval_seconds: ${intervalSeconds}, max_batch_rows: 2000, target_object_mb: 1 }`,
    ...(bytesPerSecond === undefined ? [] : [`link: { bytes_per_second: ${bytesPerSecond} }`]),
    'nodes:',
    ...ids.map((id) => `  - { id: ${id}, sqlite: ${id}.db }`),
  ]
  writeFileSync(join(folder, 'fieldgate.yaml'), `${lines.join('\n')}\n`)
  return { folder, nodes: ids, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) }
}

function fillDatabase(path: string, rows: number): void {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.exec(
    'CREATE TABLE sensor_readings (id INTEGER PRIMARY KEY, timestamp TEXT NOT NULL, sensor_id TEXT, temperature REAL, humidity REAL)',
  )
  const insert = database.prepare(
    'INSERT INTO sensor_readings (timestamp, sensor_id, temperature, humidity) VALUES (?, ?, ?, ?)',
  )
  database.transaction(() => {
    for (let at = 0; at < rows; at++) {
      insert.run(
        new Date(Date.UTC(2026, 9, 1) + at * 1000).toISOString(),
        's-1',
        20 + Math.sin(at) * 5,
        40 + Math.cos(at) * 9,
      )
    }
  })()
  database.close()
}
