import type { PipelineType } from './pipelineTypes.ts'

export const COMPRESSIONS = ['none', 'snappy', 'gzip', 'zstd'] as const
export type Compression = (typeof COMPRESSIONS)[number]

export const PARQUET_ENGINES = ['columnar', 'parquetjs-lite'] as const
export type ParquetEngineName = (typeof PARQUET_ENGINES)[number]

/** `compact` uses DELTA_BINARY_PACKED for sequences and times; `compatible` keeps to PLAIN and dictionaries. */
export const PARQUET_PROFILES = ['compact', 'compatible'] as const
export type ParquetProfile = (typeof PARQUET_PROFILES)[number]

/** One node: an edge machine with its own SQLite file of readings. */
export interface NodeConfig {
  readonly id: string
  /** Absolute path of the node's SQLite file. */
  readonly sqlite: string
  readonly table?: string
  readonly timestampColumn?: string
  readonly site?: string
  readonly location?: { readonly latitude: number; readonly longitude: number }
  readonly labels: Readonly<Record<string, string>>
  /** IANA zone of timestamps that carry none. */
  readonly timeZone: string
}

/** Where credentials come from; secrets themselves live only in the `static` case, in memory. */
export type CredentialSource =
  | { readonly kind: 'chain' }
  /** The role of the machine, from its metadata service; asked only when chosen. */
  | { readonly kind: 'instance' }
  | { readonly kind: 'profile'; readonly profile: string }
  | {
      readonly kind: 'static'
      readonly accessKeyId: string
      readonly secretAccessKey: string
      readonly sessionToken?: string
    }

export type StoreConfig =
  | { readonly kind: 'embedded'; readonly folder: string; readonly region: string }
  | {
      readonly kind: 's3'
      readonly region: string
      readonly endpoint?: string
      readonly forcePathStyle: boolean
      readonly credentials: CredentialSource
    }

/** A pipeline type declared by configuration: rows selected by SQL from `batch`, or a built-in transform reused. */
export interface CustomPipeline {
  readonly name: PipelineType
  readonly bucket?: string
  readonly sql?: string
  readonly transform?: 'raw' | 'schematized' | 'aggregated' | 'emergency'
}

/** One threshold of the emergency rules. `unit` says what the limits are measured in; values in other units are converted. */
export interface EmergencyThreshold {
  readonly column: string
  readonly unit?: string
  readonly below?: number
  readonly above?: number
}

export interface EmergencyRules {
  readonly anomalyFlag: boolean
  /** Status codes that count as an emergency. */
  readonly statusCodes: readonly number[]
  readonly thresholds: readonly EmergencyThreshold[]
}

/** What a column of a contract must satisfy. A row that does not goes to quarantine with the reason. */
export interface ContractColumn {
  readonly type: 'number' | 'integer' | 'string' | 'timestamp'
  readonly required?: boolean
  /** Unit of the limits and of delivered values. */
  readonly unit?: string
  /** Unit the source writes when it differs from `unit`; `infer`: each value shows its pressure unit by its size. */
  readonly sourceUnit?: string
  /** Column of the same row that names the unit of the value. */
  readonly unitColumn?: string
  /** Limits by the quantity's own unit, for a column that holds several quantities; used with `unitColumn`. */
  readonly limitsByUnit?: Readonly<Record<string, { readonly min?: number; readonly max?: number }>>
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
  readonly oneOf?: readonly (string | number)[]
}

export interface TableContract {
  readonly table: string
  readonly version: number
  readonly columns: Readonly<Record<string, ContractColumn>>
}

/** Switches a node to emergency by itself when readings stay beyond the rules, and back after they calm down. */
export interface AutoSwitchRule {
  readonly enabled: boolean
  readonly column: string
  readonly onAbove?: number
  readonly offBelow?: number
  readonly onBelow?: number
  readonly offAbove?: number
  /** The condition must hold this long before the switch. */
  readonly holdSeconds: number
  /** Emergency ends by itself after this long. */
  readonly timeoutSeconds: number
}

/** Frozen configuration of an engine: defaults < file < environment < flags, resolved to absolute paths. */
export interface EngineConfig {
  readonly workspace: string
  /** The configuration file, when there is one. */
  readonly file?: string
  /** Present in a demo workspace only. */
  readonly demo?: { readonly seed: string }
  /** Folder of ledger.db, last_upload_state.json and spool. */
  readonly stateDir: string
  readonly nodes: readonly NodeConfig[]
  readonly autoDetect: boolean
  readonly store: StoreConfig
  readonly buckets: {
    readonly prefix: string
    readonly region: string
    /** Explicit names by pipeline type; win over the prefix rule. */
    readonly names: Readonly<Record<string, string>>
  }
  readonly upload: {
    readonly intervalSeconds: number
    /** Rows read per step; never a cap on what one interval may drain. */
    readonly maxBatchRows: number
    /** Target size of one object in bytes. */
    readonly targetObjectBytes: number
    readonly compression: Compression
    readonly parquetEngine: ParquetEngineName
    readonly parquetProfile: ParquetProfile
    /** Encode workers while a backlog drains. */
    readonly workers: number
    /** Bytes per second sent at most; undefined is unlimited. Changeable while it runs through `link.set`. */
    readonly bytesPerSecond?: number
    /** Bytes a calendar month (UTC) may carry; beyond it only priority 1 is sent. */
    readonly monthBudgetBytes?: number
    /** Pipeline types that run beside the active one on every node. */
    readonly alwaysOn: readonly PipelineType[]
  }
  readonly pipelines: {
    readonly custom: readonly CustomPipeline[]
    readonly contracts: readonly TableContract[]
    readonly emergency: EmergencyRules
    readonly windowSeconds: number
    readonly autoSwitch?: AutoSwitchRule
  }
  /** Where row counts are asked for; the token stays in memory. */
  readonly databricks?: { readonly host: string; readonly token?: string }
  /** The orchestrator that drives the fleet; its credential stays in memory. */
  readonly bacalhau?: { readonly url: string; readonly credential: OrchestratorCredential }
}

/** How an orchestrator is told who asks. */
export type OrchestratorCredential =
  | { readonly kind: 'none' }
  | { readonly kind: 'apiKey'; readonly apiKey: string }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
