import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A fresh folder for one test's files, gone when the test ends. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-pipelines-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export type ForeignShape = 'singleton' | 'append' | 'active' | 'reason'

/** The four `pipeline_config` tables that earlier tools made, each with the changes it would hold. */
const TABLES: Readonly<Record<ForeignShape, string>> = {
  singleton: `
    CREATE TABLE pipeline_config (id INTEGER PRIMARY KEY CHECK (id = 1),
      pipeline_type TEXT NOT NULL CHECK (pipeline_type IN ('raw', 'schematized', 'filtered', 'emergency')),
      updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_by TEXT, config_json TEXT, is_active BOOLEAN DEFAULT 1);
    INSERT INTO pipeline_config VALUES (1, 'filtered', '2025-07-23 10:00:00', 'ops', '{"keep":true}', 1);
    CREATE TABLE pipeline_executions (id INTEGER PRIMARY KEY AUTOINCREMENT, pipeline_type TEXT NOT NULL,
      started_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, completed_at TIMESTAMP, records_processed INTEGER DEFAULT 0,
      status TEXT CHECK (status IN ('running', 'completed', 'failed')), error_message TEXT);
    INSERT INTO pipeline_executions (pipeline_type, started_at, records_processed, status, error_message)
      VALUES ('raw', '2025-07-23 10:00:00', 500, 'completed', NULL), ('raw', '2025-07-23 10:01:00', 0, 'failed', 'timeout');`,
  append: `
    CREATE TABLE pipeline_config (id INTEGER PRIMARY KEY AUTOINCREMENT,
      pipeline_type TEXT NOT NULL CHECK (pipeline_type IN ('raw', 'schematized', 'aggregated', 'emergency', 'regional')),
      updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_by TEXT, metadata TEXT);
    CREATE INDEX idx_pipeline_config_updated_at ON pipeline_config (updated_at DESC);
    INSERT INTO pipeline_config (pipeline_type, updated_at, updated_by, metadata) VALUES
      ('raw', '2025-07-27 06:00:00', 'system', '{}'), ('schematized', '2025-07-27 06:00:00', 'system', '{}'),
      ('regional', '2025-07-27 06:00:00', 'system', '{"n":3}');`,
  active: `
    CREATE TABLE pipeline_config (id INTEGER PRIMARY KEY, pipeline_type TEXT NOT NULL, created_at TEXT NOT NULL,
      created_by TEXT, is_active INTEGER DEFAULT 1);
    INSERT INTO pipeline_config VALUES (1, 'raw', '2025-08-06T12:00:00.000001+00:00', 'cli', 0),
      (2, 'validated', '2025-08-06T12:00:01.000001+00:00', 'cli', 1);
    CREATE TABLE pipeline_executions (id INTEGER PRIMARY KEY, pipeline_type TEXT NOT NULL, records_processed INTEGER,
      s3_locations TEXT, job_id TEXT, created_at TEXT NOT NULL);
    INSERT INTO pipeline_executions VALUES (1, 'raw', 500, '[]', 'j1', '2025-08-06T12:00:00+00:00');`,
  reason: `
    CREATE TABLE pipeline_config (id INTEGER PRIMARY KEY, pipeline_type TEXT NOT NULL, created_at TEXT NOT NULL,
      created_by TEXT, reason TEXT, is_active INTEGER DEFAULT 1);
    CREATE INDEX idx_pipeline_config_created_at ON pipeline_config (created_at DESC);
    INSERT INTO pipeline_config VALUES (1, 'raw', '2025-09-01 00:00:00', 'system', 'Initial configuration', 0),
      (2, 'anomalies', '2025-09-01 00:00:00', 'ops', 'Storm', 1);`,
}

/** Writes a database with a few readings and, if asked for, the settings of an earlier tool. Returns its path. */
export function writeNodeDatabase(folder: string, shape?: ForeignShape, name = 'node.db'): string {
  const path = join(folder, name)
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.exec(`
    CREATE TABLE sensor_readings (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, sensor_id TEXT NOT NULL,
      temperature REAL, humidity REAL, pressure REAL, voltage REAL, status_code INTEGER, anomaly_flag INTEGER, anomaly_type TEXT);
    INSERT INTO sensor_readings (timestamp, sensor_id, temperature) VALUES ('2026-03-01T00:00:00+00:00', 'SENSOR_TX_001', 20);`)
  if (shape !== undefined) database.exec(TABLES[shape])
  database.close()
  return path
}

/** Runs one statement the way a foreign tool would, and gives its rows. */
export function queryForeign(path: string, sql: string): unknown[][] {
  const database = new Database(path)
  try {
    const statement = database.prepare<unknown[], unknown[]>(sql)
    return statement.reader ? statement.raw(true).all() : (statement.run(), [])
  } finally {
    database.close()
  }
}
