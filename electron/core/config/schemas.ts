import { z } from 'zod'
import { EMERGENCY_PRESET_NAMES } from '../../../shared/domain/emergencyPresets.ts'

const name = z.string().min(1).max(200)
const labels = z.record(z.string().min(1).max(63), z.union([z.string(), z.number(), z.boolean()]).transform(String))

/** `nodes:` one entry per sensor node. Paths are resolved against the file's folder. */
export const nodesSchema = z.array(
  z.strictObject({
    id: z
      .union([z.string(), z.number()])
      .transform(String)
      .refine((id) => /^[^/\\\p{Cc}]{1,128}$/u.test(id), 'must be 1 to 128 characters without slashes'),
    sqlite: z.string().min(1),
    table: name.optional(),
    timestamp_column: name.optional(),
    site: name.optional(),
    location: z
      .strictObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) })
      .optional(),
    labels: labels.optional(),
    time_zone: name.optional(),
  }),
)
export type NodeEntry = z.infer<typeof nodesSchema>[number]

/** `pipelines.custom:` pipeline types declared by configuration. */
export const customSchema = z.array(
  z.strictObject({
    name,
    bucket: z.string().optional(),
    sql: z.string().min(1).optional(),
    transform: z.enum(['raw', 'schematized', 'aggregated', 'emergency']).optional(),
  }),
)
export type CustomEntry = z.infer<typeof customSchema>[number]

const contractColumn = z.strictObject({
  type: z.enum(['number', 'integer', 'string', 'timestamp']),
  required: z.boolean().optional(),
  unit: z.string().optional(),
  /** Unit the source writes, or "infer" for pressure. */
  source_unit: z.string().optional(),
  unit_column: z.string().optional(),
  limits_by_unit: z
    .record(z.string(), z.strictObject({ min: z.number().optional(), max: z.number().optional() }))
    .optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  pattern: z.string().optional(),
  one_of: z.array(z.union([z.string(), z.number()])).optional(),
})

/** `pipelines.contracts:` what rows of a table must satisfy. */
export const contractsSchema = z.array(
  z.strictObject({ table: name, version: z.int().min(1), columns: z.record(z.string(), contractColumn) }),
)
export type ContractEntry = z.infer<typeof contractsSchema>[number]

/** `pipelines.emergency:` which rows are an emergency. */
export const emergencySchema = z.strictObject({
  /** Limits to begin with; what is given beside it wins. */
  preset: z.enum(EMERGENCY_PRESET_NAMES).optional(),
  anomaly_flag: z.boolean().optional(),
  status_codes: z.array(z.int()).optional(),
  thresholds: z
    .array(
      z
        .strictObject({
          column: name,
          unit: z.string().optional(),
          below: z.number().optional(),
          above: z.number().optional(),
        })
        .refine((threshold) => threshold.below !== undefined || threshold.above !== undefined, {
          message: 'needs "below" or "above"',
        }),
    )
    .optional(),
})
export type EmergencyEntry = z.infer<typeof emergencySchema>

/** `pipelines.auto_switch:` when a node goes to emergency by itself. */
export const autoSwitchSchema = z
  .strictObject({
    enabled: z.boolean().optional(),
    column: name,
    on_above: z.number().optional(),
    off_below: z.number().optional(),
    on_below: z.number().optional(),
    off_above: z.number().optional(),
    hold_seconds: z.number().min(0).optional(),
    timeout_seconds: z.number().positive().optional(),
  })
  .refine((rule) => rule.on_above !== undefined || rule.on_below !== undefined, {
    message: 'needs "on_above" or "on_below"',
  })
export type AutoSwitchEntry = z.infer<typeof autoSwitchSchema>

/** The keys a strict object of a schema may have at a path; for naming the nearest one. */
export function knownKeysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let current: unknown = schema
  for (const step of path) current = childOf(unwrap(current), step)
  const shape = unwrap(current)?.shape
  return shape === undefined ? [] : Object.keys(shape)
}

interface SchemaParts {
  readonly shape?: Readonly<Record<string, unknown>>
  readonly element?: unknown
  readonly valueType?: unknown
  unwrap?(): unknown
}

function unwrap(schema: unknown): SchemaParts | undefined {
  const parts = schema as SchemaParts | undefined
  if (parts === undefined || parts.shape !== undefined || parts.element !== undefined) return parts
  return typeof parts.unwrap === 'function' ? unwrap(parts.unwrap()) : parts
}

function childOf(parts: SchemaParts | undefined, step: PropertyKey): unknown {
  if (parts?.shape !== undefined) return parts.shape[String(step)]
  return parts?.element ?? parts?.valueType
}
