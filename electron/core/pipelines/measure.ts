import type { SourceRow } from '../../../shared/domain/columns.ts'
import type { ContractColumn } from '../../../shared/domain/settings.ts'
import { canonicalUnit, INFER_UNIT, inferPressureUnit, unitConverter } from '../../../shared/domain/units.ts'

/** Where a reader puts what it read: one object for a whole batch, because rows come by the million. */
export interface Measure {
  value: number
  /** The unit the value came in. */
  sourceUnit: string | undefined
}

/** Reads a row into `out`; false when there is no such number. */
export type MeasureReader = (row: SourceRow, out: Measure) => boolean

/**
 * Reads the number in one column in `unit`, converting from the unit that the contract states for the column: its own,
 * one for the whole column, the one named in the row, or inferred from the size. False for anything but a finite number,
 * and for a unit that cannot be converted.
 */
export function measureReader(
  column: ContractColumn | undefined,
  valueIndex: number,
  unitIndex: number,
  unit: string | undefined,
): MeasureReader {
  const fixed = column?.sourceUnit ?? column?.unit
  if (column?.unitColumn !== undefined && unitIndex > 0) {
    const convert = rememberedConverters(unit)
    return (row, out) => {
      const value = finiteNumber(row[valueIndex])
      return value !== undefined && convert(value, String(row[unitIndex]), out)
    }
  }
  if (fixed === INFER_UNIT && unit !== undefined) {
    const convert = rememberedConverters(unit)
    return (row, out) => {
      const value = finiteNumber(row[valueIndex])
      return value !== undefined && convert(value, inferPressureUnit(value), out)
    }
  }
  const convert = fixed === undefined || unit === undefined ? undefined : unitConverter(fixed, unit)
  return (row, out) => {
    const value = finiteNumber(row[valueIndex])
    if (value === undefined) return false
    out.value = convert === undefined ? value : convert(value)
    out.sourceUnit = fixed
    return true
  }
}

/** A number, an integer beyond 2^53 rounded; undefined for text, blobs, null and what is not finite. */
export function finiteNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'bigint' ? Number(value) : undefined
}

interface Conversion {
  readonly sourceUnit: string
  readonly convert: ((value: number) => number) | undefined
}

/** Converts from whatever unit a row names, each looked up once. Without a unit asked for, values stay as they are. */
function rememberedConverters(to: string | undefined): (value: number, from: string, out: Measure) => boolean {
  const known = new Map<string, Conversion>()
  return (value, from, out) => {
    let conversion = known.get(from)
    if (conversion === undefined) {
      const convert = to === undefined ? (same: number): number => same : unitConverter(from, to)
      conversion = { sourceUnit: canonicalUnit(from) ?? from, convert }
      known.set(from, conversion)
    }
    if (conversion.convert === undefined) return false
    out.value = conversion.convert(value)
    out.sourceUnit = conversion.sourceUnit
    return true
  }
}
