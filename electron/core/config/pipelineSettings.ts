import {
  BUILT_IN_PIPELINE_TYPES,
  isPipelineTypeName,
  PIPELINE_TYPE_ALIASES,
} from '../../../shared/domain/pipelineTypes.ts'
import type { AutoSwitchRule, CustomPipeline, EmergencyRules, TableContract } from '../../../shared/domain/settings.ts'
import { EMERGENCY_PRESETS } from '../../../shared/domain/emergencyPresets.ts'
import { canonicalUnit } from '../../../shared/domain/units.ts'
import type { Resolved } from './layers.ts'
import { suggest } from './layers.ts'
import type { ProblemList } from './problems.ts'
import type { AutoSwitchEntry, ContractEntry, CustomEntry, EmergencyEntry } from './schemas.ts'

type Values = ReadonlyMap<string, Resolved>

const HOLD_SECONDS = 30
const TIMEOUT_SECONDS = 3600

/** Custom pipeline types as declared; names must be free and fit bucket names and object keys. */
export function readCustom(values: Values, problems: ProblemList): readonly CustomPipeline[] {
  const place = values.get('pipelines.custom')
  if (place === undefined) return []
  const entries = place.value as readonly CustomEntry[]
  const seen = new Set<string>()
  return entries.map((entry, at) => {
    const line = place.lineOf?.([at, 'name']) ?? place.line
    const wrong = nameProblem(entry.name, seen)
    if (wrong !== undefined) problems.add({ path: place.path, file: place.file, line, ...wrong })
    if ((entry.sql === undefined) === (entry.transform === undefined)) {
      problems.add({
        path: place.path,
        file: place.file,
        line,
        message: `The custom pipeline "${entry.name}" needs either "sql" or "transform".`,
        hint: 'sql: SELECT … FROM batch, or transform: raw, schematized, aggregated or emergency.',
      })
    }
    seen.add(entry.name)
    return {
      name: entry.name,
      ...(entry.bucket === undefined ? {} : { bucket: entry.bucket }),
      ...(entry.sql === undefined ? {} : { sql: entry.sql }),
      ...(entry.transform === undefined ? {} : { transform: entry.transform }),
    }
  })
}

function nameProblem(name: string, seen: ReadonlySet<string>): { message: string; hint: string } | undefined {
  if (!isPipelineTypeName(name)) {
    return {
      message: `"${name}" cannot be the name of a pipeline type.`,
      hint: 'Use up to 32 lower-case letters, digits, hyphens and underscores, beginning with a letter.',
    }
  }
  if (name in BUILT_IN_PIPELINE_TYPES || name in PIPELINE_TYPE_ALIASES || seen.has(name)) {
    return { message: `The pipeline type "${name}" exists already.`, hint: 'Choose another name.' }
  }
  return undefined
}

/** Table contracts as the engine uses them. */
export function readContracts(values: Values, problems: ProblemList): readonly TableContract[] {
  const place = values.get('pipelines.contracts')
  if (place === undefined) return []
  return (place.value as readonly ContractEntry[]).map((entry, at) => ({
    table: entry.table,
    version: entry.version,
    columns: Object.fromEntries(
      Object.entries(entry.columns).map(([name, column]) => {
        if (column.pattern !== undefined && !isPattern(column.pattern)) {
          problems.add({
            path: place.path,
            file: place.file,
            line: place.lineOf?.([at, 'columns', name, 'pattern']) ?? place.line,
            message: `The pattern of column "${name}" is not a regular expression.`,
            hint: 'Check brackets and backslashes; quote it with single quotes.',
          })
        }
        const {
          one_of: oneOf,
          source_unit: sourceUnit,
          unit_column: unitColumn,
          limits_by_unit: byUnit,
          ...rest
        } = column
        const limitsByUnit = byUnit === undefined ? undefined : canonicalLimits(byUnit)
        return [name, defined({ ...rest, oneOf, sourceUnit, unitColumn, limitsByUnit })]
      }),
    ),
  }))
}

/** Units under the spelling that values are compared with. */
function canonicalLimits(
  limits: Readonly<Record<string, { readonly min?: number | undefined; readonly max?: number | undefined }>>,
): Readonly<Record<string, { readonly min?: number; readonly max?: number }>> {
  return Object.fromEntries(
    Object.entries(limits).map(([unit, limit]) => [canonicalUnit(unit) ?? unit, defined(limit)]),
  )
}

/** Emergency rules: the anomaly flag alone unless more is said; a threshold of one's own replaces the preset's on its column. */
export function readEmergency(values: Values): EmergencyRules {
  const entry = (values.get('pipelines.emergency')?.value ?? {}) as EmergencyEntry
  const preset: EmergencyRules = EMERGENCY_PRESETS[entry.preset ?? 'flags']
  const own = (entry.thresholds ?? []).map((threshold) => defined(threshold))
  const kept = preset.thresholds.filter((threshold) => !own.some((one) => one.column === threshold.column))
  return {
    anomalyFlag: entry.anomaly_flag ?? preset.anomalyFlag,
    statusCodes: entry.status_codes ?? preset.statusCodes,
    thresholds: [...kept, ...own],
  }
}

/** The automatic switch, when one is configured. */
export function readAutoSwitch(values: Values): AutoSwitchRule | undefined {
  const entry = values.get('pipelines.auto_switch')?.value as AutoSwitchEntry | undefined
  if (entry === undefined) return undefined
  return defined({
    enabled: entry.enabled ?? true,
    column: entry.column,
    onAbove: entry.on_above,
    offBelow: entry.off_below,
    onBelow: entry.on_below,
    offAbove: entry.off_above,
    holdSeconds: entry.hold_seconds ?? HOLD_SECONDS,
    timeoutSeconds: entry.timeout_seconds ?? TIMEOUT_SECONDS,
  })
}

/** Types beside the active one; aliases resolved, unknown names reported. */
export function readAlwaysOn(
  values: Values,
  custom: readonly CustomPipeline[],
  problems: ProblemList,
): readonly string[] {
  const place = values.get('always_on')
  if (place === undefined) return []
  const known = [...Object.keys(BUILT_IN_PIPELINE_TYPES), ...custom.map((pipeline) => pipeline.name)]
  const types = (place.value as readonly string[]).flatMap((word) => {
    const type = known.includes(word) ? word : PIPELINE_TYPE_ALIASES[word]
    if (type !== undefined) return [type]
    problems.add({
      path: place.path,
      file: place.file,
      line: place.line,
      message: `"${word}" in always_on is not a pipeline type.`,
      hint: suggest(word, known),
    })
    return []
  })
  return [...new Set(types)]
}

type Defined<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** The same object without the members that are undefined. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as unknown as Defined<T>
}

function isPattern(text: string): boolean {
  try {
    RegExp(text, 'u')
    return true
  } catch {
    return false
  }
}
