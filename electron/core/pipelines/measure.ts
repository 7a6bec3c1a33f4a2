import type { ContractColumn } from '../../../shared/domain/settings.ts'
import { canonicalUnit, INFER_UNIT, inferPressureUnit, unitConverter } from '../../../shared/domain/units.ts'
import type { SourceRow } from '../../../shared/domain/columns.ts'

/** A value in the unit that was asked for, and the unit it was read in. */
export interface Measure {
  readonly value: number
  readonly sourceUnit: string | undefined
}

/**
 * Reads the number in one column in `unit`, converting from the unit that the contract states for the column: its own,
 * one for the whole column, the one named in the row, or inferred from the size. Undefined for anything but a finite
 * number, and for a unit that cannot be converted.
 */
export function measureReader(
  column: ContractColumn | undefined,
  valueIndex: number,
  unitIndex: number,
  unit: string | undefined,
): (row: SourceRow) => Measure | undefined {
  const fixed = column?.sourceUnit ?? column?.unit
  if (column?.unitColumn !== undefined && unitIndex > 0) {
    return (row) => {
      const value = finiteNumber(row[valueIndex])
      return value === undefined ? undefined : inUnit(value, String(row[unitIndex]), unit)
    }
  }
  if (fixed === INFER_UNIT && unit !== undefined) {
    return (row) => {
      const value = finiteNumber(row[valueIndex])
      return value === undefined ? undefined : inUnit(value, inferPressureUnit(value), unit)
    }
  }
  const convert = fixed === undefined || unit === undefined ? undefined : unitConverter(fixed, unit)
  return (row) => {
    const value = finiteNumber(row[valueIndex])
    if (value === undefined) return undefined
    return { value: convert === undefined ? value : convert(value), sourceUnit: fixed }
  }
}

/** A number, an integer beyond 2^53 rounded; undefined for text, blobs, null and what is not finite. */
export function finiteNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'bigint' ? Number(value) : undefined
}

/** With no unit asked for, the unit the value came in is only spelled canonically. */
function inUnit(value: number, from: string, to: string | undefined): Measure | undefined {
  const source = canonicalUnit(from)
  if (to === undefined) return { value, sourceUnit: source ?? from }
  const convert = unitConverter(from, to)
  return convert === undefined ? undefined : { value: convert(value), sourceUnit: source }
}
