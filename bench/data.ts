import Database from 'better-sqlite3'
import { existsSync, rmSync } from 'node:fs'
import { createRng } from '../electron/core/support/rng.ts'

/** `full`: doubles as a simulator draws them; `rounded`: two decimals, as most sensors report them. */
export type Flavour = 'full' | 'rounded'

const CITIES = [
  ['Berlin', 52.52, 13.405],
  ['München', 48.1351, 11.582],
  ['São Paulo', -23.5505, -46.6333],
  ['東京', 35.6762, 139.6503],
  ['New York', 40.7128, -74.006],
  ['Zürich', 47.3769, 8.5417],
  ['Seattle', 47.6062, -122.3321],
  ['Denver', 39.7392, -104.9903],
] as const
const MAKERS = ['SensorTech', 'DataLogger', 'DataSense', 'MonitorPro']
const MODELS = ['TempVibe-1000', 'EnvMonitor-3000', 'TempVibe-2000', 'EnvMonitor-2000']
const FIRMWARE = ['1.3.0', '1.4.0', '1.4.1', '2.0.0-beta']
const ANOMALIES = ['spike', 'trend', 'pattern', 'missing_data', 'noise']
const SENSORS = 100
const ROWS_PER_COMMIT = 50_000
const COLUMNS = 17

/** The columns of the seed's table, in order. */
export const COLUMN_NAMES = [
  'id',
  'timestamp',
  'sensor_id',
  'temperature',
  'humidity',
  'pressure',
  'vibration',
  'voltage',
  'status_code',
  'anomaly_flag',
  'anomaly_type',
  'firmware_version',
  'model',
  'manufacturer',
  'location',
  'latitude',
  'longitude',
] as const

/** Makes a database of seed-shape rows: 100 sensors, a reading every 11 ms or so, 1 % null humidity, 2 % anomalies. */
export function createDatabase(path: string, rows: number, flavour: Flavour): void {
  if (existsSync(path)) return
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = OFF')
  database.exec(
    `CREATE TABLE sensor_readings (id INTEGER PRIMARY KEY, timestamp TEXT NOT NULL, sensor_id TEXT NOT NULL, temperature REAL,
       humidity REAL, pressure REAL, vibration REAL, voltage REAL, status_code INTEGER, anomaly_flag INTEGER, anomaly_type TEXT,
       firmware_version TEXT, model TEXT, manufacturer TEXT, location TEXT, latitude REAL, longitude REAL)`,
  )
  const rng = createRng(`bench-${flavour}`)
  const round = flavour === 'full' ? (value: number) => value : (value: number) => Math.round(value * 100) / 100
  const sensors = Array.from({ length: SENSORS }, (_, i) => {
    const city = CITIES[i % CITIES.length] as (typeof CITIES)[number]
    const place = [city[0], city[1] + rng.gauss(0, 0.01), city[2] + rng.gauss(0, 0.01)]
    return [`SENSOR_${100_000 + i * 37}`, FIRMWARE[i % 4], MODELS[(i >> 1) % 4], MAKERS[(i >> 2) % 4], ...place]
  })
  const insert = database.prepare(`INSERT INTO sensor_readings VALUES (${Array(COLUMNS).fill('?').join(', ')})`)
  let micros = Date.UTC(2026, 9, 1) * 1000
  const addRow = (id: number): void => {
    micros += rng.int(1_000, 21_000)
    const text = new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1) + String(micros % 1000).padStart(3, '0')
    const [name, firmware, model, maker, ...place] = rng.pick(sensors)
    const isOdd = rng.next() < 0.02
    const measured = [
      round(rng.gauss(65, 10)),
      rng.next() < 0.01 ? null : round(rng.gauss(50, 10)),
      round(rng.gauss(1013, 5)),
      round(Math.abs(rng.gauss(2.5, 0.5))),
      round(rng.gauss(12, 0.5)),
    ]
    const flags = [isOdd ? 1 : 0, isOdd ? 1 : 0, isOdd ? rng.pick(ANOMALIES) : null]
    insert.run(id, `${text}+00:00`, name, ...measured, ...flags, firmware, model, maker, ...place)
  }
  for (let first = 1; first <= rows; first += ROWS_PER_COMMIT) {
    database.transaction(() => {
      for (let id = first; id < Math.min(rows + 1, first + ROWS_PER_COMMIT); id++) addRow(id)
    })()
  }
  database.pragma('wal_checkpoint(TRUNCATE)')
  database.close()
}
