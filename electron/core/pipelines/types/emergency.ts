import type { SourceRow } from '../../../../shared/domain/columns.ts'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { EmergencyThreshold } from '../../../../shared/domain/settings.ts'
import { canonicalUnit } from '../../../../shared/domain/units.ts'
import { anomalyFlagReader } from '../anomalyFlag.ts'
import { finiteNumber, measureReader } from '../measure.ts'
import type { Measure } from '../measure.ts'
import type { Transform, TransformContext } from '../port.ts'
import { addedName, rowIndex, sourceSchema } from '../schema.ts'

/** One reason why a row is an emergency, or undefined when this rule does not match it. */
type EmergencyRule = (row: SourceRow) => string | undefined

/** Rows that match the emergency rules, unchanged, with the reasons beside them; all others are counted as filtered. */
export function createEmergencyTransform(context: TransformContext): Transform {
  const { plan } = context
  const rules = compileEmergencyRules(context)
  let read = 0
  let kept = 0
  return {
    schema: [
      ...sourceSchema(plan),
      { name: addedName('emergency_reasons', plan.columns), kind: 'string', nullable: true },
    ],
    eventTimeIndex: rowIndex(plan, plan.timestampColumn) - 1,
    timestamps: 'source',
    push(rows) {
      read += rows.length
      const matching: SourceRow[] = []
      for (const row of rows) {
        const reasons = matchEmergency(rules, row)
        if (reasons !== undefined) matching.push([...row, reasons])
      }
      kept += matching.length
      return matching
    },
    finish: () => [],
    counts: () => ({ read, kept, rejected: 0, filtered: read - kept, aggregated: 0 }),
    quarantined: () => [],
  }
}

/** All reasons that hold for a row, joined by "; ", or undefined when none does. */
function matchEmergency(rules: readonly EmergencyRule[], row: SourceRow): string | undefined {
  let reasons: string | undefined
  for (const rule of rules) {
    const reason = rule(row)
    if (reason !== undefined) reasons = reasons === undefined ? reason : `${reasons}; ${reason}`
  }
  return reasons
}

/** The rules of a table: flag, status codes, then thresholds in their order. Rules on columns it lacks never match. */
function compileEmergencyRules(context: TransformContext): readonly EmergencyRule[] {
  const { plan, emergency } = context
  const rules: EmergencyRule[] = []
  if (emergency.anomalyFlag) {
    const isFlagged = anomalyFlagReader(plan)
    const type = rowIndex(plan, 'anomaly_type')
    rules.push((row) =>
      isFlagged(row) ? `anomaly ${typeof row[type] === 'string' ? row[type] : 'flagged'}` : undefined,
    )
  }
  const status = rowIndex(plan, 'status_code')
  if (emergency.statusCodes.length > 0 && status > 0) {
    const codes = new Set(emergency.statusCodes)
    rules.push((row) => {
      const code = finiteNumber(row[status])
      return code !== undefined && codes.has(code) ? `status ${code}` : undefined
    })
  }
  for (const threshold of emergency.thresholds) {
    const rule = thresholdRule(context, threshold)
    if (rule !== undefined) rules.push(rule)
  }
  return rules
}

/** In a table with one quantity per row, a threshold on `temperature` is one on rows whose sensor type it is. */
function thresholdRule(context: TransformContext, threshold: EmergencyThreshold): EmergencyRule | undefined {
  if (threshold.unit !== undefined && canonicalUnit(threshold.unit) === undefined) {
    throw new FieldgateError(
      'invalid',
      `The emergency threshold on ${threshold.column} has an unknown unit "${threshold.unit}".`,
      {
        hint: 'Use a unit such as °C, %, hPa, kPa, bar, Pa, V or m/s².',
      },
    )
  }
  const { plan } = context
  const own = rowIndex(plan, threshold.column)
  if (own > 0) return limitRule(threshold, reader(context, threshold.column, own, threshold.unit))
  const type = rowIndex(plan, 'sensor_type')
  const value = rowIndex(plan, 'value')
  if (type < 0 || value < 0) return undefined
  const wanted = threshold.column.toLowerCase()
  const rule = limitRule(threshold, reader(context, 'value', value, threshold.unit))
  return (row) => (String(row[type]).toLowerCase() === wanted ? rule(row) : undefined)
}

function reader(
  context: TransformContext,
  name: string,
  index: number,
  unit: string | undefined,
): (row: SourceRow) => number | undefined {
  const wanted = name.toLowerCase()
  const column = Object.entries(context.contract?.columns ?? {}).find(([key]) => key.toLowerCase() === wanted)?.[1]
  const unitIndex = column?.unitColumn === undefined ? 0 : rowIndex(context.plan, column.unitColumn)
  const read = measureReader(column, index, unitIndex, unit)
  const measure: Measure = { value: 0, sourceUnit: undefined }
  return (row) => (read(row, measure) ? measure.value : undefined)
}

function limitRule(threshold: EmergencyThreshold, read: (row: SourceRow) => number | undefined): EmergencyRule {
  const { above, below } = threshold
  const unit = threshold.unit === undefined ? '' : ` ${threshold.unit}`
  return (row) => {
    const value = read(row)
    if (value === undefined) return undefined
    if (above !== undefined && value > above) return `${threshold.column} above ${above}${unit}`
    return below !== undefined && value < below ? `${threshold.column} below ${below}${unit}` : undefined
  }
}
