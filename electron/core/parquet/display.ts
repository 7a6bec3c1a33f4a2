import type { DecodedColumn, DecodedValue } from './decode.ts'

/** What a table can show of a value. */
export type DisplayValue = string | number | boolean | null

const SHOWN_BYTES = 32

/**
 * A value for people, without loss: times as ISO 8601 UTC with microseconds, integers beyond ±2^53 and NaN as text, bytes
 * in hex (long ones cut, with their length), nested values as JSON.
 */
export function toDisplay(value: DecodedValue, column: Pick<DecodedColumn, 'kind'>): DisplayValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'bigint') {
    if (column.kind === 'timestamp') return formatBigMicros(value)
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  }
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : formatNumber(value)
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (value instanceof Uint8Array) return formatBytes(value)
  if (value instanceof Date) return value.toISOString()
  return JSON.stringify(value, (_key, nested: unknown) => (typeof nested === 'bigint' ? nested.toString() : nested))
}

function formatNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** ISO 8601 UTC with six digits of fraction; years outside 0..9999 are written with a sign and six digits. */
export function formatBigMicros(micros: bigint): string {
  const rest = ((micros % 1000n) + 1000n) % 1000n
  const millis = Number((micros - rest) / 1000n)
  if (Math.abs(millis) > 8.64e15) return `${micros} us`
  return `${new Date(millis).toISOString().slice(0, -1)}${rest.toString().padStart(3, '0')}Z`
}

function formatBytes(value: Uint8Array): string {
  const shown = value.subarray(0, SHOWN_BYTES)
  const hex = Buffer.from(shown.buffer, shown.byteOffset, shown.byteLength).toString('hex')
  return value.length <= SHOWN_BYTES ? `0x${hex}` : `0x${hex}… (${value.length} bytes)`
}
