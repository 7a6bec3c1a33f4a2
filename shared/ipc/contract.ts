import { z } from 'zod'
import type { Execution } from '../domain/execution.ts'
import type { AttentionEntry, DoctorReport } from '../domain/attention.ts'
import { ACCESS_ROLES } from '../domain/buckets.ts'
import type { AccessRole, BucketOutcome, BucketPlan, BucketTeardown, CredentialsReport } from '../domain/buckets.ts'
import { DEMO_FAULTS } from '../domain/demo.ts'
import type { DemoState } from '../domain/demo.ts'
import type {
  EngineConnection,
  EngineEvent,
  EngineJob,
  EngineNode,
  JobPreview,
  MissingDaemon,
  NodeResult,
} from '../domain/fleetEngine.ts'
import type { DeployedMachine, GeneratedFile, IngestedComparison } from '../domain/handoff.ts'
import type { DatabaseHealth, FleetStatus, NodeSummary, ReadingsPage } from '../domain/node.ts'
import { TIME_OF_DAY } from '../domain/notifications.ts'
import type { NotificationChoices } from '../domain/notifications.ts'
import type {
  BucketInfo,
  BucketSetting,
  FileContent,
  ObjectDetail,
  ObjectPage,
  ObjectPreview,
  ObjectTable,
  ObjectVersion,
} from '../domain/objects.ts'
import type {
  PipelineChange,
  PipelineConfig,
  PipelinePlan,
  PipelineSetResult,
  PipelineStatsReport,
  PipelineTimelineEntry,
  PipelineTotals,
  QuarantineReason,
} from '../domain/pipelines.ts'
import type {
  ReadingTrace,
  ReconcileProgress,
  ReconcileReport,
  ReconcileState,
  RepairResult,
} from '../domain/reconcile.ts'
import type { SeriesWindow } from '../domain/series.ts'
import type { AutoSwitchRule, EmergencyRules, TableContract } from '../domain/settings.ts'
import type { AccessStep, ScannedDatabase, SettingsPreview, SettingsView } from '../domain/settingsForm.ts'
import { ANOMALY_TYPES } from '../domain/simulator.ts'
import type { ScenarioInfo, SimulatedNode } from '../domain/simulator.ts'

/** A method of the contract: a schema that parses its input at the border, and the type of its output. */
export interface MethodDefinition<In extends z.ZodType, Out> {
  readonly input: In
  /** Carries the type only; never set. */
  readonly output?: Out
}

function method<Out>() {
  return <In extends z.ZodType>(input: In): MethodDefinition<In, Out> => ({ input })
}

const nothing = z.strictObject({})
const nodeId = z.string().min(1).max(256)
const limit = z.int().min(1).max(10_000)
const nodeIds = z.array(nodeId).min(1).max(100_000)
const person = z.string().min(1).max(200)
const changes = z.record(
  z.string().max(200),
  z.union([z.string().max(4000), z.number(), z.boolean(), z.array(z.string().max(400)).max(1000), z.null()]),
)
const jobRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('simulator'),
    ratePerSecond: z.number().positive().max(1000),
    scenario: z.string().min(1).max(64),
  }),
  z.strictObject({ kind: z.literal('uploader') }),
  z.strictObject({
    kind: z.literal('setPipeline'),
    type: z.string().min(1).max(64),
    by: person,
    reason: z.string().min(1).max(2000),
    backfill: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('status') }),
  z.strictObject({ kind: z.literal('uploadNow') }),
  z.strictObject({ kind: z.literal('doctor'), reportBucket: z.string().max(63).optional() }),
])
/** Where a job runs and what it needs there; labels and names are ANDed, one of them at least. */
const jobTarget = z.strictObject({
  labels: z.record(z.string().min(1).max(63), z.string().max(63)).optional(),
  names: z.array(z.string().min(1).max(63)).max(10_000).optional(),
})
const jobSettings = z.strictObject({
  image: z.string().min(1).max(500),
  namespace: z.string().min(1).max(63),
  dataFolder: z.string().startsWith('/'),
  stateFolder: z.string().startsWith('/'),
  databaseFile: z.string().min(1).max(255),
  credentialVariables: z.strictObject({
    accessKeyId: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
    secretAccessKey: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
    sessionToken: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/)
      .optional(),
  }),
})
const jobOrder = z.strictObject({ request: jobRequest, target: jobTarget, settings: jobSettings })
const handoffNames = {
  catalog: z.string().min(1).max(64).optional(),
  accountId: z.string().max(12).optional(),
  roleName: z.string().max(64).optional(),
  credentialName: z.string().max(64).optional(),
  ingestPrincipal: z.string().max(128).optional(),
}
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
  readonly demoSeed: string | undefined
  readonly pipelineTypes: readonly string[]
  readonly alwaysOn: readonly string[]
  readonly intervalSeconds: number
  readonly enginePid: number
  readonly startedAtMs: number
}

/** What the host can do for a person; a browser on a headless box can do less than the desktop app. */
export interface HostInfo {
  readonly kind: 'desktop' | 'browser'
  readonly platform: string
  readonly canPickFiles: boolean
  readonly canKeepSecrets: boolean
  /** Why secrets cannot be kept, or how they are kept. */
  readonly secretsNote: string | undefined
  readonly notices: readonly string[]
  /** What it interrupts for; absent where the host cannot notify. */
  readonly notifications?: NotificationChoices
  /** Set while the workspace cannot run; the window then shows nothing but the ways out. */
  readonly recovery?: RecoveryView
}

/** Why a workspace could not be opened, and what each `host.recover` choice would do. Nothing was changed yet. */
export interface RecoveryView {
  readonly part: 'settings' | 'ledger'
  readonly file: string
  readonly message: string
  readonly hint: string | undefined
  readonly atMs: number
  /** An unchanged copy of the broken file, made when it was found. */
  readonly setAside: string | undefined
  /** When the last good snapshot was taken; undefined when there is none, and then `snapshot` is not a choice. */
  readonly snapshotAtMs: number | undefined
  readonly choices: readonly ('snapshot' | 'fresh' | 'retry')[]
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

const bucketWishes = z.strictObject({
  /** Only these pipeline types; all when absent. */
  types: z.array(z.string().min(1).max(64)).max(100).optional(),
  versioning: z.boolean().optional(),
  /** SSE-KMS instead of SSE-S3; '' is the key AWS manages. */
  kmsKeyId: z.string().max(2048).optional(),
  conditionalWrites: z.boolean().optional(),
  publicAccessBlock: z.boolean().optional(),
  expire: z.boolean().optional(),
  markers: z.boolean().optional(),
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).optional(),
})
const accessRole = z.enum(ACCESS_ROLES)

/** One bucket of the configuration as it is. */
export interface BucketState {
  readonly type: string
  readonly bucket: string
  readonly exists: boolean
  readonly settings: readonly BucketSetting[]
  readonly problem: string | undefined
}

/** A policy put on an IAM user or role; `kept` when it was there already. */
export interface AccessGrant {
  readonly outcome: 'created' | 'replaced' | 'kept'
  readonly policyName: string
  readonly text: string
}

/** Every method a host may call. Adding one: an entry here, a handler in its noun, a caller, a test. */
export const METHODS = {
  'workspace.get': method<WorkspaceInfo>()(nothing),
  'nodes.list': method<readonly NodeSummary[]>()(z.strictObject({ selector: z.string().max(1000).optional() })),
  'nodes.get': method<NodeSummary>()(z.strictObject({ nodeId })),
  'nodes.health': method<DatabaseHealth>()(z.strictObject({ nodeId })),
  'nodes.scan': method<readonly ScannedDatabase[]>()(z.strictObject({ folder: z.string().min(1).max(4096) })),
  'nodes.add': method<null>()(
    z.strictObject({
      nodes: z
        .array(
          z.strictObject({
            id: nodeId,
            sqlite: z.string().min(1).max(4096),
            table: z.string().max(200).optional(),
            timestampColumn: z.string().max(200).optional(),
            site: z.string().max(200).optional(),
            labels: z.record(z.string().max(63), z.string().max(200)).optional(),
          }),
        )
        .min(1)
        .max(10_000),
    }),
  ),
  'nodes.remove': method<null>()(z.strictObject({ nodeId })),
  'fleet.status': method<FleetStatus>()(nothing),
  /** For health checks from another process: whether an uploader runs here, and what has been failing for how long. */
  'fleet.heartbeat': method<{
    readonly atMs: number
    readonly pid: number
    readonly failing: readonly {
      readonly nodeId: string
      readonly sinceMs: number
      readonly message: string
      readonly nextRetryMs?: number | undefined
    }[]
  } | null>()(nothing),
  'attention.list': method<readonly AttentionEntry[]>()(nothing),
  'readings.recent': method<ReadingsPage>()(z.strictObject({ nodeId, limit })),
  'readings.series': method<SeriesWindow>()(
    z.strictObject({
      nodeId,
      fromMs: z.number().optional(),
      toMs: z.number().optional(),
      points: z.int().min(10).max(4000),
      fields: z.array(z.string().max(200)).max(200).optional(),
    }),
  ),
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
  'pipelines.plan': method<PipelinePlan>()(z.strictObject({ nodeIds, type: z.string().min(1).max(64) })),
  'pipelines.setMany': method<
    readonly {
      readonly nodeId: string
      readonly result: PipelineSetResult | undefined
      readonly problem: string | undefined
    }[]
  >()(
    z.strictObject({
      nodeIds,
      type: z.string().min(1).max(64),
      by: person,
      reason: z.string().max(2000).optional(),
      backfill: z.boolean().optional(),
    }),
  ),
  'pipelines.timeline': method<readonly PipelineTimelineEntry[]>()(
    z.strictObject({ fromMs: z.number().optional(), nodeIds: z.array(nodeId).optional(), limit }),
  ),
  'pipelines.totals': method<readonly PipelineTotals[]>()(z.strictObject({ hours: z.number().positive().max(87_840) })),
  'rules.get': method<{ readonly emergency: EmergencyRules; readonly autoSwitch: AutoSwitchRule | undefined }>()(
    nothing,
  ),
  'contracts.list': method<readonly TableContract[]>()(nothing),
  'quarantine.summary': method<readonly QuarantineReason[]>()(z.strictObject({ nodeId: nodeId.optional() })),
  'quarantine.replay': method<{ readonly replayed: number; readonly rejected: number }>()(
    z.strictObject({ nodeId: nodeId.optional(), ids: z.array(z.int().positive()).max(100_000).optional(), by: person }),
  ),
  'link.set': method<null>()(
    z.strictObject({
      bytesPerSecond: z.int().min(128).nullable().optional(),
      monthBudgetBytes: z.int().min(0).nullable().optional(),
      by: person,
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
  'objects.versions': method<readonly ObjectVersion[]>()(z.strictObject({ bucket, key })),
  'objects.settings': method<readonly BucketSetting[]>()(z.strictObject({ bucket })),
  'objects.table': method<ObjectTable>()(
    z.strictObject({
      bucket,
      prefix: z.string().max(1024),
      rowStart: z.int().min(0).optional(),
      rowCount: z.int().min(0).max(10_000).optional(),
      maxObjects: z.int().min(1).max(500).optional(),
    }),
  ),
  /** The object, or its bytes `start..end` inclusive. */
  'objects.download': method<FileContent>()(
    z.strictObject({ bucket, key, start: z.int().min(0).optional(), end: z.int().min(0).optional() }),
  ),
  'objects.presign': method<{ readonly url: string; readonly expiresAtMs: number }>()(
    z.strictObject({ bucket, key, seconds: z.int().min(1).max(604_800) }),
  ),
  'objects.delete': method<{ readonly deleted: number }>()(
    z.strictObject({ bucket, keys: z.array(key).min(1).max(1000), confirm: z.int(), by: person }),
  ),
  'reconcile.state': method<ReconcileState>()(nothing),
  'reconcile.trace': method<ReadingTrace>()(
    z.strictObject({ nodeId, sequence: z.int(), route: z.string().max(64).optional() }),
  ),
  'reconcile.export': method<FileContent>()(z.strictObject({ format: z.enum(['html', 'json']) })),
  'doctor.run': method<DoctorReport>()(z.strictObject({ nodeId: nodeId.optional() })),
  'doctor.fix': method<DoctorReport>()(z.strictObject({ id: z.string().min(1).max(400), by: person })),
  'simulator.list': method<readonly SimulatedNode[]>()(nothing),
  'simulator.scenarios': method<readonly ScenarioInfo[]>()(nothing),
  'simulator.start': method<null>()(z.strictObject({ nodeIds })),
  'simulator.stop': method<null>()(z.strictObject({ nodeIds })),
  'simulator.setRate': method<null>()(z.strictObject({ nodeIds, ratePerSecond: z.number().min(0.001).max(1000) })),
  'simulator.setScenario': method<null>()(z.strictObject({ nodeIds, scenario: z.string().min(1).max(64) })),
  'simulator.inject': method<null>()(
    z.strictObject({
      nodeIds,
      type: z.enum(ANOMALY_TYPES),
      seconds: z.number().positive().max(86_400),
      field: z.string().max(64).optional(),
    }),
  ),
  'demo.get': method<DemoState | null>()(nothing),
  'demo.next': method<null>()(nothing),
  'demo.hold': method<null>()(z.strictObject({ isHeld: z.boolean() })),
  'demo.reset': method<null>()(nothing),
  'demo.setSpeed': method<null>()(z.strictObject({ speed: z.number().min(1).max(60) })),
  'demo.setFault': method<null>()(z.strictObject({ fault: z.enum(DEMO_FAULTS), isActive: z.boolean() })),
  'settings.get': method<SettingsView>()(nothing),
  'settings.preview': method<SettingsPreview>()(z.strictObject({ changes })),
  'settings.save': method<null>()(z.strictObject({ changes, by: person })),
  'buckets.plan': method<BucketPlan>()(bucketWishes),
  'buckets.create': method<BucketOutcome>()(bucketWishes.extend({ by: person })),
  'buckets.show': method<readonly BucketState[]>()(nothing),
  /** `confirm` is the bucket prefix of the configuration, typed by a person. */
  'buckets.teardown': method<readonly BucketTeardown[]>()(z.strictObject({ confirm: z.string().max(64), by: person })),
  'access.test': method<readonly AccessStep[]>()(nothing),
  /** Tries the credentials without touching a bucket. Throws `denied` when they are missing, wrong or expired. */
  'access.whoami': method<CredentialsReport>()(nothing),
  'access.policy': method<{ readonly role: AccessRole; readonly text: string }>()(
    z.strictObject({ role: accessRole, kmsKeyArns: z.array(z.string().max(2048)).max(20).optional() }),
  ),
  'access.grant': method<AccessGrant>()(
    z.strictObject({
      role: accessRole,
      kind: z.enum(['user', 'role']),
      name: z.string().regex(/^[\w+=,.@-]{1,128}$/),
      kmsKeyArns: z.array(z.string().max(2048)).max(20).optional(),
      by: person,
    }),
  ),
  'support.bundle': method<FileContent>()(nothing),
  'handoff.databricks': method<readonly GeneratedFile[]>()(z.strictObject(handoffNames)),
  'handoff.check': method<readonly IngestedComparison[]>()(
    z.strictObject({ ...handoffNames, warehouseId: z.string().min(1).max(64) }),
  ),
  /** Text to make edge machines from; nothing is executed. */
  'handoff.machine': method<readonly GeneratedFile[]>()(
    z.strictObject({
      region: z.string().min(1).max(64),
      architecture: z.enum(['amd64', 'arm64']),
      instanceType: z.string().min(1).max(64),
      bacalhauVersion: z.string().min(1).max(32),
      bacalhauSha256: z.string().max(64),
      orchestrator: z.string().min(1).max(300),
      joinTokenParameter: z.string().min(1).max(500),
      instanceProfile: z.string().min(1).max(128),
      image: z.string().min(1).max(500),
      labels: z.record(z.string().min(1).max(63), z.string().max(63)),
      dataFolder: z.string().max(1000),
      stateFolder: z.string().max(1000),
      maxMachines: z.int(),
    }),
  ),
  'handoff.instances': method<readonly DeployedMachine[]>()(
    z.strictObject({ text: z.string().max(10_000_000), path: z.string().max(4096) }),
  ),
  'fleetEngine.connect': method<EngineConnection>()(nothing),
  'fleetEngine.nodes': method<readonly EngineNode[]>()(z.strictObject({ selector: z.string().max(1000).optional() })),
  'fleetEngine.decide': method<null>()(
    z.strictObject({
      nodeId: z.string().min(1).max(256),
      decision: z.enum(['approve', 'reject', 'remove']),
      reason: z.string().max(2000),
      by: person,
    }),
  ),
  'fleetEngine.preview': method<JobPreview>()(jobOrder),
  'fleetEngine.submit': method<{ readonly jobName: string; readonly warnings: readonly string[] }>()(
    z.strictObject({ ...jobOrder.shape, by: person }),
  ),
  /** Sends a job from YAML that a person reviewed or wrote; checked as strictly as a generated one. */
  'fleetEngine.submitYaml': method<{ readonly jobName: string; readonly warnings: readonly string[] }>()(
    z.strictObject({ yaml: z.string().min(1).max(200_000), by: person }),
  ),
  'fleetEngine.jobs': method<readonly EngineJob[]>()(nothing),
  'fleetEngine.results': method<readonly NodeResult[]>()(
    z.strictObject({
      jobName: z.string().min(1).max(256),
      selected: z.array(z.string().min(1).max(256)).max(10_000).optional(),
    }),
  ),
  'fleetEngine.missing': method<readonly MissingDaemon[]>()(nothing),
  'fleetEngine.history': method<readonly EngineEvent[]>()(
    z.strictObject({ jobName: z.string().min(1).max(256), limit }),
  ),
  'fleetEngine.rerun': method<null>()(z.strictObject({ jobName: z.string().min(1).max(256), by: person })),
  'fleetEngine.stop': method<null>()(z.strictObject({ jobName: z.string().min(1).max(256), by: person })),
  'fleetEngine.rollout': method<{
    readonly results: readonly NodeResult[]
    readonly halted: string | undefined
    readonly notReached: readonly string[]
  }>()(
    z.strictObject({
      request: jobRequest,
      settings: jobSettings,
      names: z.array(z.string().min(1).max(63)).min(1).max(10_000),
      canary: z.array(z.string().min(1).max(63)).max(1000),
      waveSize: z.int().min(1).max(10_000),
      errorThreshold: z.number().min(0).max(1),
      waveTimeoutSeconds: z.number().positive().max(86_400),
      by: person,
    }),
  ),
  'reconcile.run': method<ReconcileReport>()(
    z.strictObject({
      nodeIds: z.array(nodeId).max(100_000).optional(),
      maxFindings: z.int().min(1).max(100_000).optional(),
      /** Trust objects read back before and unchanged since; the full proof reads every one. */
      quick: z.boolean().optional(),
      /** Leave out claims found clean before in this process: new rows only, for a proof that repeats by itself. */
      onlyNew: z.boolean().optional(),
    }),
  ),
  /** Delivers what a proof finds missing, then proves once more. */
  'reconcile.repair': method<RepairResult>()(
    z.strictObject({ nodeIds: z.array(nodeId).max(100_000).optional(), by: person }),
  ),
  'store.listen': method<StoreEndpoint>()(z.strictObject({ port: z.int().min(0).max(65_535).optional() })),
  'store.close': method<null>()(nothing),
} as const

/**
 * Methods the host answers itself, because they concern the machine a person sits at. `null` from a picker: nothing was
 * chosen. A secret goes in here and never comes out.
 */
export const HOST_METHODS = {
  'host.info': method<HostInfo>()(nothing),
  'host.pickFile': method<string | null>()(z.strictObject({ title: z.string().max(200) })),
  'host.pickFolder': method<string | null>()(z.strictObject({ title: z.string().max(200) })),
  'host.setCredentials': method<null>()(
    z.strictObject({
      accessKeyId: z.string().min(1).max(256),
      secretAccessKey: z.string().min(1).max(512),
      sessionToken: z.string().max(8192).optional(),
      keep: z.enum(['keychain', 'session']),
    }),
  ),
  'host.clearCredentials': method<null>()(nothing),
  'host.openWorkspace': method<null>()(z.strictObject({ folder: z.string().min(1).max(4096).nullable() })),
  'host.setNotifications': method<null>()(
    z.strictObject({
      emergency: z.boolean(),
      stalls: z.boolean(),
      quiet: z.strictObject({ from: z.string().regex(TIME_OF_DAY), to: z.string().regex(TIME_OF_DAY) }).nullable(),
    }),
  ),
  'host.recover': method<null>()(z.strictObject({ choice: z.enum(['snapshot', 'fresh', 'retry']) })),
} as const

/** Announcements of state after commit. */
export interface Events {
  readonly 'executions.changed': Execution
  /** What the engine says for one node, before hosts coalesce. */
  readonly 'nodes.changed': { readonly nodeId: string }
  /** The fleet's figures, at most four a second. */
  readonly 'fleet.changed': FleetStatus
  /** Nodes whose summary changed since the last announcement, at most four a second. */
  readonly 'nodes.updated': { readonly nodes: readonly NodeSummary[] }
  readonly 'attention.changed': readonly AttentionEntry[]
  readonly 'simulator.changed': readonly SimulatedNode[]
  readonly 'demo.changed': DemoState
  /** The workspace was changed so that the engine has to be started anew; hosts do it. */
  readonly 'workspace.changed': { readonly reason: string }
  readonly 'reconcile.finished': ReconcileReport
  readonly 'pipelines.changed': PipelineConfig
  readonly 'epochs.started': {
    readonly nodeId: string
    readonly table: string
    readonly epoch: string
    readonly replaced: boolean
  }
  readonly 'reconcile.progressed': ReconcileProgress
}

export type HostMethod = keyof typeof HOST_METHODS
export type HostInput<M extends HostMethod> = z.infer<(typeof HOST_METHODS)[M]['input']>
export type HostOutput<M extends HostMethod> =
  | NonNullable<(typeof HOST_METHODS)[M]['output']>
  | Extract<(typeof HOST_METHODS)[M]['output'], null>

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
