import type { SourceColumn } from '../nodePort.ts'

/**
 * Which of the known layouts of `sensor_readings` this is: v0..v6 or narrow; `other` for everything else. v4 and v5 have
 * the same columns and differ in the journal only. For people, never a condition.
 */
export function recogniseShape(table: string, columns: readonly SourceColumn[], journalMode: string): string {
  if (table.toLowerCase() !== 'sensor_readings') return 'other'
  const names = new Set(columns.map((column) => column.name.toLowerCase()))
  const has = (...wanted: readonly string[]): boolean => wanted.every((name) => names.has(name))
  if (has('sensor_id', 'sensor_type', 'value', 'unit', 'timestamp')) return 'narrow'
  if (!has('timestamp', 'sensor_id', 'temperature', 'vibration', 'voltage', 'status_code', 'anomaly_flag'))
    return 'other'
  if (has('serial_number', 'instance_id')) {
    if (!has('synced')) return 'v6'
    return journalMode === 'wal' ? 'v4' : 'v5'
  }
  if (has('original_timezone')) return 'v3'
  const timestamp = columns.find((column) => column.name.toLowerCase() === 'timestamp')
  if (timestamp?.declaredType === 'REAL') return 'v1'
  return has('humidity', 'pressure') ? 'v2' : 'v0'
}
