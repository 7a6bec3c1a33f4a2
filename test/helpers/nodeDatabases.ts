import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The layouts that sensors have written, see `recogniseShape`; plus other tables met in the field. */
export type ShapeName = 'v0' | 'v1' | 'v2' | 'v3' | 'v4' | 'v5' | 'v6' | 'narrow' | 'sensor_logs' | 'sensor_data'

interface Shape {
  readonly table: string
  readonly journal: 'wal' | 'delete'
  readonly ddl: string
  readonly timestamp: (ms: number) => string | number
  readonly extra?: string
}

const ID = 'id INTEGER PRIMARY KEY AUTOINCREMENT'
const OLD = `status_code INTEGER, anomaly_flag BOOLEAN, anomaly_type TEXT, firmware_version TEXT, model TEXT, manufacturer TEXT, location TEXT`
const MEASURED = 'temperature REAL, humidity REAL, pressure REAL, vibration REAL, voltage REAL'
const PLACE = 'latitude REAL, longitude REAL'
const DEPLOYMENT = `serial_number TEXT, manufacture_date TEXT, deployment_type TEXT, installation_date TEXT, height_meters REAL, orientation_degrees REAL, instance_id TEXT, sensor_type TEXT`

const isoUtc = (ms: number): string => new Date(ms).toISOString().replace('Z', '+00:00')
const isoNaive = (ms: number): string => new Date(ms).toISOString().slice(0, -1)
const isoSpace = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')

export const SHAPES: Readonly<Record<ShapeName, Shape>> = {
  v0: {
    table: 'sensor_readings',
    journal: 'wal',
    timestamp: isoNaive,
    ddl: `${ID}, timestamp TEXT NOT NULL, sensor_id TEXT, temperature REAL, vibration REAL, voltage REAL, ${OLD}, synced BOOLEAN DEFAULT 0`,
  },
  v1: {
    table: 'sensor_readings',
    journal: 'delete',
    timestamp: (ms) => ms / 1000,
    ddl: `${ID}, timestamp REAL, sensor_id TEXT, temperature REAL, vibration REAL, voltage REAL, ${OLD}, humidity REAL, pressure REAL, ${PLACE}, synced BOOLEAN DEFAULT 0`,
  },
  v2: {
    table: 'sensor_readings',
    journal: 'delete',
    timestamp: isoNaive,
    ddl: `${ID}, timestamp TEXT, sensor_id TEXT, ${MEASURED}, ${OLD}, ${PLACE}, synced BOOLEAN DEFAULT 0`,
  },
  v3: {
    table: 'sensor_readings',
    journal: 'wal',
    timestamp: isoUtc,
    ddl: `${ID}, timestamp TEXT NOT NULL, sensor_id TEXT NOT NULL, ${MEASURED}, ${OLD}, ${PLACE}, original_timezone TEXT, synced INTEGER`,
  },
  v4: {
    table: 'sensor_readings',
    journal: 'wal',
    timestamp: isoUtc,
    ddl: `${ID}, timestamp TEXT NOT NULL, sensor_id TEXT NOT NULL, ${MEASURED}, ${OLD}, ${PLACE}, original_timezone TEXT, synced INTEGER, ${DEPLOYMENT}`,
    extra: `CREATE TABLE pipeline_config (id INTEGER PRIMARY KEY AUTOINCREMENT, pipeline_type TEXT NOT NULL, updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_by TEXT, metadata TEXT)`,
  },
  v5: {
    table: 'sensor_readings',
    journal: 'delete',
    timestamp: isoUtc,
    ddl: `${ID}, timestamp TEXT NOT NULL, sensor_id TEXT NOT NULL, ${MEASURED}, ${OLD}, ${PLACE}, original_timezone TEXT, synced INTEGER, ${DEPLOYMENT}`,
  },
  v6: {
    table: 'sensor_readings',
    journal: 'wal',
    timestamp: isoUtc,
    ddl: `${ID}, timestamp TEXT NOT NULL, sensor_id TEXT NOT NULL, ${MEASURED}, ${OLD.replace('anomaly_flag BOOLEAN', 'anomaly_flag BOOLEAN DEFAULT 0')}, ${PLACE}, original_timezone TEXT, ${DEPLOYMENT}`,
  },
  narrow: {
    table: 'sensor_readings',
    journal: 'wal',
    timestamp: isoNaive,
    ddl: `${ID}, sensor_id TEXT NOT NULL, sensor_type TEXT NOT NULL, value REAL NOT NULL, unit TEXT NOT NULL, timestamp TEXT NOT NULL, location TEXT NOT NULL, quality TEXT DEFAULT 'good', metadata TEXT`,
  },
  sensor_logs: {
    table: 'sensor_logs',
    journal: 'delete',
    timestamp: isoSpace,
    ddl: `log_id INTEGER, logged TIMESTAMP, message TEXT`,
  },
  sensor_data: {
    table: 'sensor_data',
    journal: 'delete',
    timestamp: isoUtc,
    ddl: `sensor_id TEXT, location TEXT, ${PLACE}, timestamp TEXT, ${MEASURED}, anomaly_flag INTEGER, anomaly_type TEXT`,
  },
}

/** A database of a shape with its writer open, as a running sensor has it. */
export interface SampleDatabase {
  readonly path: string
  readonly table: string
  readonly writer: Database.Database
  /** Appends rows one second apart from `fromMs`; values depend on the row's number only. Returns the last row id. */
  append(count: number, fromMs?: number): number
  /** Closes the writer; the file stays. */
  close(): void
  /** Closes the writer and removes the folder. */
  remove(): void
}

export const SAMPLE_START_MS = Date.UTC(2025, 6, 27, 6)

/** Makes a database of the shape in a folder of its own and appends `rows` rows. */
export function makeNodeDatabase(
  shape: ShapeName,
  rows = 10,
  folder = mkdtempSync(join(tmpdir(), 'fieldgate-node-')),
): SampleDatabase {
  const { table, journal, ddl, timestamp, extra } = SHAPES[shape]
  const path = join(folder, 'node.db')
  const writer = new Database(path)
  writer.pragma(`journal_mode = ${journal}`)
  writer.exec(`CREATE TABLE ${table} (${ddl})`)
  writer.exec(
    `CREATE INDEX idx_${table} ON ${table} (sensor_id)`.replace(
      '(sensor_id)',
      ddl.includes('sensor_id') ? '(sensor_id)' : '(message)',
    ),
  )
  if (extra !== undefined) writer.exec(extra)
  const columns = (writer.pragma(`table_info(${table})`) as { name: string; type: string }[]).filter(
    (c) => c.name !== 'id',
  )
  const insert = writer.prepare(
    `INSERT INTO ${table} (${columns.map((c) => c.name).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  )
  let written = 0
  const append = writer.transaction((count: number, fromMs: number): number => {
    let last = 0
    for (let i = 0; i < count; i++) {
      const at = timestamp(fromMs + i * 1000)
      written++
      last = Number(insert.run(...columns.map((c) => sampleValue(c.name, c.type, written, at))).lastInsertRowid)
    }
    return last
  })
  const sample: SampleDatabase = {
    path,
    table,
    writer,
    append: (count, fromMs = SAMPLE_START_MS + written * 1000) => append(count, fromMs),
    close: () => writer.close(),
    remove: () => {
      writer.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  if (rows > 0) sample.append(rows)
  return sample
}

function sampleValue(name: string, type: string, number: number, at: string | number): unknown {
  if (name === 'timestamp' || name === 'logged') return at
  if (name === 'sensor_id') return `SENSOR_TX_${String((number % 3) + 1).padStart(4, '0')}`
  if (name === 'anomaly_flag' || name === 'status_code') return number % 10 === 0 ? 1 : 0
  if (name === 'anomaly_type') return number % 10 === 0 ? 'spike' : null
  if (name === 'synced') return 0
  if (name === 'latitude') return 31.9973
  if (name === 'longitude') return -102.0779
  if (type === 'REAL') return Math.round(1000 * (20 + Math.sin(number))) / 1000
  return type === 'INTEGER' ? number : `${name} ${number % 2}`
}
