import { FieldgateError } from './errors.ts'

/** What a person needs to know of a pipeline type; screens and commands are built from this table. */
export interface PipelineTypeInfo {
  readonly id: string
  readonly label: string
  readonly description: string
  /** Lower drains first. Emergency rows never wait behind a backlog. */
  readonly priority: number
}

export const BUILT_IN_PIPELINE_TYPES = {
  raw: { id: 'raw', label: 'Raw', description: 'Every row, typed columns, nothing dropped', priority: 2 },
  schematized: {
    id: 'schematized',
    label: 'Schematized',
    description: 'Validated against the table contract, units normalised, rejects quarantined',
    priority: 2,
  },
  aggregated: {
    id: 'aggregated',
    label: 'Aggregated',
    description: 'Event-time windows per sensor, mergeable',
    priority: 3,
  },
  emergency: {
    id: 'emergency',
    label: 'Emergency',
    description: 'Only rows that match the emergency rules, ahead of everything else',
    priority: 1,
  },
} as const satisfies Record<string, PipelineTypeInfo>

export type BuiltInPipelineType = keyof typeof BUILT_IN_PIPELINE_TYPES

/** A built-in type or the name of a custom pipeline declared in the configuration. */
export type PipelineType = string

export const DEFAULT_PIPELINE_TYPE: BuiltInPipelineType = 'raw'

/**
 * Names that earlier systems used for the same thing, accepted on input only.
 * Source: the renames of 2025-08 and the older `processing_mode` values.
 */
export const PIPELINE_TYPE_ALIASES: Readonly<Record<string, BuiltInPipelineType>> = {
  ingestion: 'raw',
  validated: 'schematized',
  sanitized: 'schematized',
  enriched: 'schematized',
  filtered: 'schematized',
  aggregate: 'aggregated',
  anomaly: 'emergency',
  anomalies: 'emergency',
  regional: 'aggregated',
}

const NAME = /^[a-z][a-z0-9_-]{0,31}$/

/** True for a name a pipeline type may have: it becomes part of bucket names and object keys. */
export function isPipelineTypeName(name: string): boolean {
  return NAME.test(name)
}

/**
 * The canonical pipeline type for what a person typed: built-in, declared custom, or an old alias.
 * Throws `invalid` naming the known types.
 */
export function resolvePipelineType(input: string, custom: readonly string[] = []): PipelineType {
  const name = input.trim().toLowerCase()
  if (name in BUILT_IN_PIPELINE_TYPES || custom.includes(name)) return name
  const alias = PIPELINE_TYPE_ALIASES[name]
  if (alias !== undefined) return alias
  const known = [...Object.keys(BUILT_IN_PIPELINE_TYPES), ...custom]
  throw new FieldgateError('invalid', `Unknown pipeline type "${input}".`, {
    hint: `Use one of: ${known.join(', ')}. A custom type is declared under "pipelines" in the configuration.`,
  })
}

/** Draining order of a type: the built-in priority, or that of raw for a custom type. */
export function priorityOf(type: PipelineType): number {
  return (BUILT_IN_PIPELINE_TYPES as Record<string, PipelineTypeInfo>)[type]?.priority ?? 2
}
