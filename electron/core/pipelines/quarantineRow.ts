import type { SourceRow } from '../../../shared/domain/columns.ts'
import type { SourceColumn } from '../db/nodePort.ts'

/**
 * A source row as JSON by column name, such that `parseQuarantined` gives back the very values: what JSON cannot hold
 * is wrapped as `{"$int": …}`, `{"$real": …}` or `{"$blob": base64}`.
 */
export function formatQuarantined(columns: readonly SourceColumn[], row: SourceRow): string {
  return JSON.stringify(Object.fromEntries(columns.map((column, index) => [column.name, wrap(row[index + 1])])))
}

/** The values of a quarantined row in the order of `columns`; columns it did not have are null. Throws on invalid JSON. */
export function parseQuarantined(columns: readonly SourceColumn[], sequence: number, json: string): SourceRow {
  const values = JSON.parse(json) as Record<string, unknown>
  return [sequence, ...columns.map((column) => unwrap(values[column.name] ?? null))]
}

function wrap(value: unknown): unknown {
  if (typeof value === 'bigint') return { $int: value.toString() }
  if (typeof value === 'number' && !Number.isFinite(value)) return { $real: String(value) }
  if (typeof value === 'number' && Object.is(value, -0)) return { $real: '-0' }
  if (value instanceof Uint8Array) {
    return { $blob: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
  }
  return value ?? null
}

function unwrap(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('$int' in value) return BigInt(String(value.$int))
  if ('$real' in value) return Number(value.$real)
  return '$blob' in value ? Buffer.from(String(value.$blob), 'base64') : null
}
