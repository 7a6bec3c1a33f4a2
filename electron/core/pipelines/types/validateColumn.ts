import type { SourceRow } from '../../../../shared/domain/columns.ts'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { ContractColumn } from '../../../../shared/domain/settings.ts'
import type { TimestampReader } from '../../../../shared/domain/timestamps.ts'
import { finiteNumber, measureReader } from '../measure.ts'

/** A value that satisfies its column, or the sentence why it does not. `sourceUnit` is what it was converted from. */
type Checked =
  | { readonly value: unknown; readonly reason: undefined; readonly sourceUnit: string | undefined }
  | { readonly value: null; readonly reason: string; readonly sourceUnit: undefined }

export type ColumnCheck = (row: SourceRow) => Checked

const ABSENT: Checked = { value: null, reason: undefined, sourceUnit: undefined }

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
  if (index <= 0) return () => (column.required === true ? rejected(`${name} is missing from the table`) : ABSENT)
  const check = checkOf(name, column, index, unitIndex, readTime)
  return (row) => {
    const value = row[index]
    if (value !== null && value !== undefined) return check(row)
    return column.required === true ? rejected(`${name} is empty but required`) : ABSENT
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
      return (row) => {
        const micros = readTime(row[index])
        return Number.isNaN(micros) ? rejected(`${name} is not a readable time`) : accepted(micros)
      }
  }
}

function numberCheck(name: string, column: ContractColumn, index: number, unitIndex: number): ColumnCheck {
  const read = measureReader(column, index, unitIndex, column.unit)
  const unit = column.unit === undefined ? '' : ` ${column.unit}`
  return (row) => {
    if (finiteNumber(row[index]) === undefined) return rejected(`${name} is ${kindOf(row[index])}, not a number`)
    const measure = read(row)
    if (measure === undefined) return rejected(`${name} has the unit "${String(row[unitIndex])}", which is unknown`)
    const { value, sourceUnit } = measure
    const limits = column.limitsByUnit?.[sourceUnit ?? ''] ?? column
    const label = column.limitsByUnit === undefined ? unit : ` ${sourceUnit ?? ''}`
    if (limits.min !== undefined && value < limits.min) return rejected(`${name} is below ${limits.min}${label}`)
    if (limits.max !== undefined && value > limits.max) return rejected(`${name} is above ${limits.max}${label}`)
    if (column.oneOf !== undefined && !column.oneOf.includes(value))
      return rejected(`${name} is not one of the allowed values`)
    return { value, reason: undefined, sourceUnit }
  }
}

function integerCheck(name: string, column: ContractColumn, index: number): ColumnCheck {
  return (row) => {
    const value = row[index]
    const number = finiteNumber(value)
    if (number === undefined || !Number.isInteger(number))
      return rejected(`${name} is ${kindOf(value)}, not a whole number`)
    if (column.min !== undefined && number < column.min) return rejected(`${name} is below ${column.min}`)
    if (column.max !== undefined && number > column.max) return rejected(`${name} is above ${column.max}`)
    if (column.oneOf !== undefined && !column.oneOf.includes(number))
      return rejected(`${name} is not one of ${column.oneOf.join(', ')}`)
    return accepted(value)
  }
}

function stringCheck(name: string, column: ContractColumn, index: number): ColumnCheck {
  const pattern = compilePattern(name, column.pattern)
  return (row) => {
    const value = row[index]
    if (typeof value !== 'string') return rejected(`${name} is ${kindOf(value)}, not text`)
    if (pattern !== undefined && !pattern.test(value)) return rejected(`${name} does not match ${pattern.source}`)
    if (column.oneOf !== undefined && !column.oneOf.includes(value))
      return rejected(`${name} is not one of ${column.oneOf.join(', ')}`)
    return accepted(value)
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

function accepted(value: unknown): Checked {
  return { value, reason: undefined, sourceUnit: undefined }
}

function rejected(reason: string): Checked {
  return { value: null, reason, sourceUnit: undefined }
}
