import type { ColumnKind, ColumnSpec, SourceRow } from '../../../../shared/domain/columns.ts'
import type { ContractColumn } from '../../../../shared/domain/settings.ts'
import { timestampReader } from '../../../../shared/domain/timestamps.ts'
import { contractFor } from '../contracts.ts'
import type { QuarantinedRow, Transform, TransformContext } from '../port.ts'
import { formatQuarantined } from '../quarantineRow.ts'
import { addedName, outputName, rowIndex, sourceSchema } from '../schema.ts'
import { compileCheck } from './validateColumn.ts'
import type { CheckNote, ColumnCheck } from './validateColumn.ts'

interface OutputColumn {
  readonly spec: ColumnSpec
  /** Undefined for a column that the contract does not mention: delivered as it is. */
  readonly check: ColumnCheck | undefined
  readonly index: number
  /** Says in which unit a value came that was converted. */
  readonly unitSpec: ColumnSpec | undefined
}

/**
 * Rows that satisfy the table's contract, with units normalised, the time in UTC and node, site and contract version
 * added; all others go to quarantine with every reason. A row without a readable time is rejected by any contract.
 */
export function createSchematizedTransform(context: TransformContext): Transform {
  const { plan } = context
  const contract = context.contract ?? contractFor(plan.table, plan.columns, [])
  const readPlanTime = timestampReader(plan.timestampEncoding, context.timeZone)
  const readTextTime = timestampReader('text', context.timeZone)
  const rules = withTime(contract.columns, plan.timestampColumn)
  const columns = sourceSchema(plan).map((spec, position): OutputColumn => {
    const name = (plan.columns[position] as (typeof plan.columns)[number]).name
    const rule = ruleOf(rules, name)
    const index = position + 1
    if (rule === undefined) return { spec, check: undefined, index, unitSpec: undefined }
    const unitIndex = rule.unitColumn === undefined ? 0 : rowIndex(plan, rule.unitColumn)
    const readTime = name === plan.timestampColumn ? readPlanTime : readTextTime
    return {
      spec: { name: outputName(name), kind: kindOfRule(rule), nullable: true },
      check: compileCheck(name, rule, index, unitIndex, readTime),
      index,
      unitSpec:
        rule.sourceUnit === undefined
          ? undefined
          : { name: addedName(`${name.toLowerCase()}_source_unit`, plan.columns), kind: 'string', nullable: true },
    }
  })
  const missing = Object.entries(rules)
    .filter(([name]) => rowIndex(plan, name) < 0)
    .map(([name, rule]) => compileCheck(name, rule, 0, 0, readTextTime))
  const units = columns.flatMap((column) => (column.unitSpec === undefined ? [] : [column.unitSpec]))
  const added: readonly ColumnSpec[] = [
    { name: addedName('node', plan.columns), kind: 'string', nullable: true },
    { name: addedName('site', plan.columns), kind: 'string', nullable: true },
    { name: addedName('contract_version', plan.columns), kind: 'int64', nullable: true },
  ]
  const quarantine: QuarantinedRow[] = []
  let read = 0

  const readUnits: (string | null)[] = units.map(() => null)
  const note: CheckNote = { reason: undefined, sourceUnit: undefined }

  const convert = (row: SourceRow): SourceRow | undefined => {
    const output: unknown[] = [row[0]]
    let unitsRead = 0
    let reasons: string[] | undefined
    for (const column of columns) {
      if (column.check === undefined) {
        output.push(row[column.index])
        continue
      }
      note.reason = undefined
      note.sourceUnit = undefined
      output.push(column.check(row, note))
      if (note.reason !== undefined) (reasons ??= []).push(note.reason)
      if (column.unitSpec !== undefined) readUnits[unitsRead++] = note.sourceUnit ?? null
    }
    for (const check of missing) {
      note.reason = undefined
      check(row, note)
      if (note.reason !== undefined) (reasons ??= []).push(note.reason)
    }
    if (reasons !== undefined) {
      quarantine.push({ sequence: Number(row[0]), reasons, row: formatQuarantined(plan.columns, row) })
      return undefined
    }
    for (const unit of readUnits) output.push(unit)
    output.push(context.nodeId, context.site ?? null, contract.version)
    return output
  }

  return {
    schema: [...columns.map((column) => column.spec), ...units, ...added],
    eventTimeIndex: rowIndex(plan, plan.timestampColumn) - 1,
    timestamps: 'micros',
    push(rows) {
      read += rows.length
      const kept: SourceRow[] = []
      for (const row of rows) {
        const converted = convert(row)
        if (converted !== undefined) kept.push(converted)
      }
      return kept
    },
    finish: () => [],
    counts: () => ({ read, kept: read - quarantine.length, rejected: quarantine.length, filtered: 0, aggregated: 0 }),
    quarantined: () => quarantine,
  }
}

function withTime(
  columns: Readonly<Record<string, ContractColumn>>,
  timestampColumn: string,
): Readonly<Record<string, ContractColumn>> {
  const others = Object.entries(columns).filter(([name]) => name.toLowerCase() !== timestampColumn.toLowerCase())
  return { ...Object.fromEntries(others), [timestampColumn]: { type: 'timestamp', required: true } }
}

function ruleOf(rules: Readonly<Record<string, ContractColumn>>, name: string): ContractColumn | undefined {
  const wanted = name.toLowerCase()
  return Object.entries(rules).find(([key]) => key.toLowerCase() === wanted)?.[1]
}

function kindOfRule(rule: ContractColumn): ColumnKind {
  switch (rule.type) {
    case 'number':
      return 'double'
    case 'integer':
      return 'int64'
    case 'string':
      return 'string'
    case 'timestamp':
      return 'timestamp'
  }
}
