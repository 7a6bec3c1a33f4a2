import type { SourceRow } from '../../../../shared/domain/columns.ts'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { ContractColumn } from '../../../../shared/domain/settings.ts'
import type { TimestampReader } from '../../../../shared/domain/timestamps.ts'
import { finiteNumber, measureReader } from '../measure.ts'
import type { Measure } from '../measure.ts'

/** What checking a value came to, besides the value itself: one object for a whole batch. */
export interface CheckNote {
  /** The sentence why the value does not satisfy its column. */
  reason: string | undefined
  /** The unit the value was converted from. */
  sourceUnit: string | undefined
}

/** Gives the value to deliver. A value that is rejected is null, with the reason in `note`. */
export type ColumnCheck = (row: SourceRow, note: CheckNote) => unknown

/**
 * Compiles one column of a contract. `index` is the value's place in a source row, 0 when the table has no such column;
 * `unitIndex` that of the column which names its unit. Reasons name the column, the value and what was expected, so that
 * equal faults read alike. Throws `invalid` for a pattern that is no regular expression.
 */
export function compileCheck(
  name: string,
  column: ContractColumn,
  index: number,
  unitIndex: number,
  readTime: TimestampReader,
): ColumnCheck {
  const isRequired = column.required === true
  if (index <= 0) return (_row, note) => (isRequired ? reject(note, `${name} is missing from the table`) : null)
  const check = checkOf(name, column, index, unitIndex, readTime)
  return (row, note) => {
    const value = row[index]
    if (value !== null && value !== undefined) return check(row, note)
    return isRequired ? reject(note, `${name} is empty but required`) : null
  }
}

function checkOf(
  name: string,
  column: ContractColumn,
  index: number,
  unitIndex: number,
  readTime: TimestampReader,
): ColumnCheck {
  switch (column.type) {
    case 'number':
      return numberCheck(name, column, index, unitIndex)
    case 'integer':
      return integerCheck(name, column, index)
    case 'string':
      return stringCheck(name, column, index)
    case 'timestamp':
      return (row, note) => {
        const micros = readTime(row[index])
        return Number.isNaN(micros) ? reject(note, `${name} is not a readable time`) : micros
      }
  }
}

function numberCheck(name: string, column: ContractColumn, index: number, unitIndex: number): ColumnCheck {
  const read = measureReader(column, index, unitIndex, column.unit)
  const { limitsByUnit, oneOf } = column
  const measure: Measure = { value: 0, sourceUnit: undefined }
  return (row, note) => {
    if (!read(row, measure)) {
      const isNumber = finiteNumber(row[index]) !== undefined
      return isNumber
        ? reject(note, `${name} has the unit "${String(row[unitIndex])}", which is unknown`)
        : reject(note, `${name} is ${kindOf(row[index])}, not a number`)
    }
    const { value, sourceUnit } = measure
    const { min, max } = limitsByUnit?.[sourceUnit ?? ''] ?? column
    const label = (limitsByUnit === undefined ? column.unit : sourceUnit) ?? ''
    if (min !== undefined && value < min) return reject(note, `${name} is below ${min} ${label}`.trimEnd())
    if (max !== undefined && value > max) return reject(note, `${name} is above ${max} ${label}`.trimEnd())
    if (oneOf !== undefined && !oneOf.includes(value)) return reject(note, `${name} is not one of the allowed values`)
    note.sourceUnit = sourceUnit
    return value
  }
}

function integerCheck(name: string, column: ContractColumn, index: number): ColumnCheck {
  const { min, max, oneOf } = column
  return (row, note) => {
    const value = row[index]
    const number = finiteNumber(value)
    if (number === undefined || !Number.isInteger(number)) {
      return reject(note, `${name} is ${kindOf(value)}, not a whole number`)
    }
    if (min !== undefined && number < min) return reject(note, `${name} is below ${min}`)
    if (max !== undefined && number > max) return reject(note, `${name} is above ${max}`)
    if (oneOf !== undefined && !oneOf.includes(number)) {
      return reject(note, `${name} is not one of ${oneOf.join(', ')}`)
    }
    return value
  }
}

function stringCheck(name: string, column: ContractColumn, index: number): ColumnCheck {
  const pattern = compilePattern(name, column.pattern)
  const { oneOf } = column
  return (row, note) => {
    const value = row[index]
    if (typeof value !== 'string') return reject(note, `${name} is ${kindOf(value)}, not text`)
    if (pattern !== undefined && !pattern.test(value)) return reject(note, `${name} does not match ${pattern.source}`)
    if (oneOf !== undefined && !oneOf.includes(value)) return reject(note, `${name} is not one of ${oneOf.join(', ')}`)
    return value
  }
}

function compilePattern(name: string, pattern: string | undefined): RegExp | undefined {
  if (pattern === undefined) return undefined
  try {
    return new RegExp(pattern, 'u')
  } catch (error) {
    throw new FieldgateError('invalid', `The pattern of ${name} in the contract is no regular expression: ${pattern}`, {
      hint: 'Correct the pattern in the configuration; rows wait until then.',
      cause: error,
    })
  }
}

function kindOf(value: unknown): string {
  if (value instanceof Uint8Array) return 'a blob'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number' && !Number.isFinite(value)) return 'not finite'
  return typeof value === 'number' || typeof value === 'bigint' ? 'a number' : typeof value
}

function reject(note: CheckNote, reason: string): null {
  note.reason = reason
  return null
}
