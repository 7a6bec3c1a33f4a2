import { createHash } from 'node:crypto'
import type { TablePlan } from '../nodePort.ts'

const TIME_DIGITS = 12
const VALUE_DIGITS = 4
/** Set in place by collectors once a row was sent: says nothing about the row. */
const CHANGING_COLUMNS = new Set(['synced'])
/** A row with this many values may have one of them corrected and is still the same row. */
const TOLERANT_FROM = 8

/**
 * What a row is recognised by later: a hash of its time, then a short hash of every other value in column order, without
 * columns that change in place. Separate hashes, so that a column added later, or one value corrected in every row, is
 * not taken for another table.
 */
export function anchorOfRow(plan: TablePlan, values: readonly unknown[]): string {
  let time = ''
  let others = ''
  plan.columns.forEach((column, index) => {
    if (column.name === plan.timestampColumn) time = hashValue(values[index], TIME_DIGITS)
    else if (!CHANGING_COLUMNS.has(column.name.toLowerCase())) others += hashValue(values[index], VALUE_DIGITS)
  })
  return `${time}:${others}`
}

function hashValue(value: unknown, digits: number): string {
  const hash = createHash('sha256')
  if (value instanceof Uint8Array) hash.update('blob:').update(value)
  else hash.update(`${typeof value === 'bigint' ? 'number' : typeof value}:${String(value)}`)
  return hash.digest('hex').slice(0, digits)
}

/** True when two anchors are of one row: the same time, and the same values as far as both know them. */
export function isSameRow(remembered: string, found: string): boolean {
  const [timeBefore, before = ''] = remembered.split(':')
  const [timeNow, now = ''] = found.split(':')
  if (timeBefore !== timeNow) return false
  const known = Math.min(before.length, now.length) / VALUE_DIGITS
  let different = 0
  for (let index = 0; index < known; index++) {
    const at = index * VALUE_DIGITS
    if (before.slice(at, at + VALUE_DIGITS) !== now.slice(at, at + VALUE_DIGITS)) different++
  }
  return different <= (known >= TOLERANT_FROM ? 1 : 0)
}
