/** The pipeline type of a node as it holds now. */
export interface PipelineConfig {
  readonly nodeId: string
  readonly type: string
  readonly revision: number
  /** ISO 8601 UTC, or undefined when nothing was ever set. */
  readonly updatedAt: string | undefined
  readonly updatedBy: string | undefined
  readonly reason: string | undefined
  readonly backfill: boolean
  readonly source: 'table' | 'default'
}

/** One entry of the append-only history. */
export interface PipelineChange {
  readonly id: number
  readonly type: string
  readonly at: string | undefined
  readonly by: string | undefined
  readonly reason: string | undefined
  readonly isCurrent: boolean
}

/** Outcome of a set: what holds now, and how many rows each way of switching covers. */
export interface PipelineSetResult {
  readonly changed: boolean
  readonly config: PipelineConfig
  readonly previousType: string
  /** Rows the new type will deliver when it continues at the present position. */
  readonly continueRows: number
  /** Rows it will deliver when it also backfills what it never delivered. */
  readonly backfillRows: number
}

/** What one pipeline type did on a node over the asked time. */
export interface PipelineStats {
  readonly route: string
  readonly executions: number
  readonly failed: number
  readonly rows: number
  readonly kept: number
  readonly rejected: number
  readonly filtered: number
  readonly aggregated: number
  readonly bytes: number
  readonly averageMs: number
  readonly lastFinishedAtMs: number | undefined
}

/** Health in the words of the earlier monitor. */
export type PipelineHealth = 'NO DATA' | 'STALE' | 'RUNNING' | 'STUCK' | 'FAILING' | 'UNSTABLE' | 'HEALTHY'

export interface PipelineStatsReport {
  readonly nodeId: string
  readonly hours: number
  readonly health: PipelineHealth
  readonly totals: { readonly executions: number; readonly failed: number; readonly rows: number }
  readonly byType: readonly PipelineStats[]
  /** Executions recorded in the database by an earlier system. */
  readonly foreignExecutions: number
}

/** What switching some nodes would touch, before it happens. */
export interface PipelinePlan {
  readonly type: string
  readonly nodes: readonly {
    readonly nodeId: string
    readonly fromType: string | undefined
    readonly fromBucket: string | undefined
    readonly toBucket: string
    readonly continueRows: number
    readonly backfillRows: number
    readonly backfillBytes: number
    readonly openClaims: number
    readonly problem: string | undefined
  }[]
}

/** One change with the position at which it took effect. */
export interface PipelineTimelineEntry {
  readonly nodeId: string
  readonly id: number
  readonly type: string
  readonly previousType: string | undefined
  readonly atMs: number | undefined
  readonly by: string | undefined
  readonly reason: string | undefined
  readonly isCurrent: boolean
}

/** What one pipeline type carried over the whole fleet. */
export interface PipelineTotals {
  readonly route: string
  readonly nodes: number
  readonly executions: number
  readonly rows: number
  readonly kept: number
  readonly rejected: number
  readonly filtered: number
  readonly aggregated: number
  readonly bytes: number
  readonly lastFinishedAtMs: number | undefined
}

/** Rows in quarantine that share a reason. */
export interface QuarantineReason {
  readonly reason: string
  readonly rows: number
  readonly nodeIds: readonly string[]
  readonly newestAtMs: number
}
