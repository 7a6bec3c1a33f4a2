import { z } from 'zod'
import type { Execution } from '../domain/execution.ts'
import type { NodeSummary, ReadingsPage } from '../domain/node.ts'
import type { BucketInfo, ObjectDetail, ObjectPage, ObjectPreview } from '../domain/objects.ts'
import type { PipelineChange, PipelineConfig, PipelineSetResult, PipelineStatsReport } from '../domain/pipelines.ts'
import type { ReconcileProgress, ReconcileReport } from '../domain/reconcile.ts'

/** A method of the contract: a schema that parses its input at the border, and the type of its output. */
export interface MethodDefinition<Input extends z.ZodType, Output> {
  readonly input: Input
  /** Carries the type only; never set. */
  readonly output?: Output
}

function method<Output>() {
  return <Input extends z.ZodType>(input: Input): MethodDefinition<Input, Output> => ({ input })
}

const nothing = z.strictObject({})
const nodeId = z.string().min(1).max(256)
const limit = z.int().min(1).max(10_000)
const bucket = z.string().min(3).max(63)
const key = z.string().min(1).max(1024)

export interface WorkspaceInfo {
  readonly folder: string
  readonly stateDir: string
  readonly isDemo: boolean
  readonly store: { readonly kind: 'embedded' | 's3'; readonly endpoint: string | undefined; readonly region: string }
  readonly buckets: Readonly<Record<string, string>>
  readonly nodes: number
  readonly version: string
}

/** Outcome of one upload pass over some nodes. */
export interface UploadResult {
  readonly nodes: readonly {
    readonly nodeId: string
    readonly executions: number
    readonly rows: number
    readonly bytes: number
    readonly failure: { readonly code: string; readonly message: string; readonly hint: string | undefined } | undefined
  }[]
  /** Nodes another runner holds; they were left to it. */
  readonly readOnly: readonly {
    readonly nodeId: string
    readonly pid: number
    readonly host: string
    readonly sinceMs: number
  }[]
  readonly rows: number
  readonly bytes: number
  readonly failed: number
}

/** What an upload would do now, without doing it. */
export interface UploadPlan {
  readonly nodes: readonly {
    readonly nodeId: string
    readonly table: string | undefined
    readonly problem: string | undefined
    readonly lanes: readonly {
      readonly route: string
      readonly bucket: string
      readonly fromSeq: number
      readonly toSeq: number
      readonly rows: number
      readonly objects: number
      readonly bytes: number
    }[]
  }[]
}

export interface AuditRecord {
  readonly id: number
  readonly atMs: number
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly before: string | undefined
  readonly after: string | undefined
  readonly reason: string | undefined
}

export interface QuarantineRecord {
  readonly id: number
  readonly nodeId: string
  readonly table: string
  readonly route: string
  readonly sequence: number
  readonly reasons: readonly string[]
  readonly row: string
  readonly atMs: number
}

export interface StoreEndpoint {
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Every method a host may call. Adding one: an entry here, a handler in its noun, a caller, a test. */
export const METHODS = {
  'workspace.get': method<WorkspaceInfo>()(nothing),
  'nodes.list': method<readonly NodeSummary[]>()(z.strictObject({ selector: z.string().max(1000).optional() })),
  'nodes.get': method<NodeSummary>()(z.strictObject({ nodeId })),
  'readings.recent': method<ReadingsPage>()(z.strictObject({ nodeId, limit })),
  'pipelines.get': method<PipelineConfig>()(z.strictObject({ nodeId })),
  'pipelines.set': method<PipelineSetResult>()(
    z.strictObject({
      nodeId,
      type: z.string().min(1).max(64),
      by: z.string().min(1).max(200),
      reason: z.string().max(2000).optional(),
      backfill: z.boolean().optional(),
    }),
  ),
  'pipelines.history': method<readonly PipelineChange[]>()(z.strictObject({ nodeId, limit })),
  'pipelines.stats': method<PipelineStatsReport>()(
    z.strictObject({
      nodeId,
      hours: z
        .number()
        .positive()
        .max(24 * 3660),
    }),
  ),
  'uploads.run': method<UploadResult>()(z.strictObject({ nodeIds: z.array(nodeId).max(100_000).optional() })),
  'uploads.plan': method<UploadPlan>()(z.strictObject({ nodeIds: z.array(nodeId).max(100_000).optional() })),
  'uploads.retry': method<null>()(z.strictObject({ nodeId: nodeId.optional() })),
  'uploads.pause': method<null>()(z.strictObject({ nodeId, paused: z.boolean() })),
  'executions.list': method<readonly Execution[]>()(
    z.strictObject({ nodeId: nodeId.optional(), limit, beforeId: z.int().positive().optional() }),
  ),
  'quarantine.list': method<readonly QuarantineRecord[]>()(z.strictObject({ nodeId: nodeId.optional(), limit })),
  'audit.list': method<readonly AuditRecord[]>()(z.strictObject({ limit })),
  'objects.buckets': method<readonly BucketInfo[]>()(nothing),
  'objects.list': method<ObjectPage>()(
    z.strictObject({
      bucket,
      prefix: z.string().max(1024).optional(),
      delimiter: z.string().max(4).optional(),
      token: z.string().max(4096).optional(),
      maxKeys: z.int().min(1).max(1000).optional(),
    }),
  ),
  'objects.head': method<ObjectDetail>()(z.strictObject({ bucket, key })),
  'objects.preview': method<ObjectPreview>()(
    z.strictObject({
      bucket,
      key,
      rowStart: z.int().min(0).optional(),
      rowCount: z.int().min(0).max(10_000).optional(),
    }),
  ),
  'reconcile.run': method<ReconcileReport>()(
    z.strictObject({
      nodeIds: z.array(nodeId).max(100_000).optional(),
      maxFindings: z.int().min(1).max(100_000).optional(),
    }),
  ),
  'store.listen': method<StoreEndpoint>()(z.strictObject({ port: z.int().min(0).max(65_535).optional() })),
  'store.close': method<null>()(nothing),
} as const

/** Announcements of state after commit. */
export interface Events {
  readonly 'executions.changed': Execution
  readonly 'nodes.changed': { readonly nodeId: string }
  readonly 'pipelines.changed': PipelineConfig
  readonly 'epochs.started': {
    readonly nodeId: string
    readonly table: string
    readonly epoch: string
    readonly replaced: boolean
  }
  readonly 'reconcile.progressed': ReconcileProgress
}

export type Method = keyof typeof METHODS
export type Input<M extends Method> = z.infer<(typeof METHODS)[M]['input']>
export type Output<M extends Method> =
  | NonNullable<(typeof METHODS)[M]['output']>
  | Extract<(typeof METHODS)[M]['output'], null>
/** A handler of one method; `Context` is what its host passes along, such as the caller's abort signal. */
export type Handler<M extends Method, Context> = (input: Input<M>, context: Context) => Output<M> | Promise<Output<M>>
/** One handler for every method: a missing one is a compile error. */
export type Handlers<Context> = { readonly [M in Method]: Handler<M, Context> }
/** The handlers of one noun; an incomplete set is a compile error where it is made. */
export type HandlersOf<Noun extends string, Context> = Pick<Handlers<Context>, Extract<Method, `${Noun}.${string}`>>
