import { openSource } from './node/connection.ts'
import type { SourceConnection } from './node/connection.ts'

/** How a sensor's table stands: for people and monitors, never for upload decisions. */
export interface ReadingsStats {
  readonly rows: number
  readonly anomalies: number
  readonly lastTimestamp: string | undefined
  readonly journalMode: string
  readonly indexes: readonly string[]
}

/** Counts the readings of a database, opened read-only for this call. Throws what `openSource` throws. */
export function readReadingsStats(path: string): ReadingsStats {
  return reading(path, (source) => {
    const [rows, anomalies] =
      source.all('SELECT count(*), coalesce(sum(anomaly_flag = 1), 0) FROM sensor_readings')[0] ?? []
    const last = source.all('SELECT timestamp FROM sensor_readings ORDER BY rowid DESC LIMIT 1')[0]?.[0]
    const indexes = source.all(
      "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'sensor_readings' ORDER BY name",
    )
    return {
      rows: Number(rows),
      anomalies: Number(anomalies),
      lastTimestamp: last as string | undefined,
      journalMode: String(source.all('PRAGMA journal_mode')[0]?.[0]),
      indexes: indexes.map((row) => String(row[0])),
    }
  })
}

/** The newest readings, newest first, as records by column name. Throws what `openSource` throws. */
export function readNewestReadings(
  path: string,
  limit: number,
): readonly Readonly<Record<string, string | number | null>>[] {
  return reading(path, (source) => {
    const columns = source
      .all('SELECT name FROM pragma_table_info(?)', ['sensor_readings'])
      .map((row) => String(row[0]))
    return source
      .all('SELECT * FROM sensor_readings ORDER BY rowid DESC LIMIT ?', [limit])
      .map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i] as string | number | null])))
  })
}

function reading<T>(path: string, work: (source: SourceConnection) => T): T {
  const source = openSource(path)
  try {
    return work(source)
  } finally {
    source.close()
  }
}
