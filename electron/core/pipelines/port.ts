import type { ColumnSpec, SourceRow } from '../../../shared/domain/columns.ts'
import type { CustomPipeline, EmergencyRules, TableContract } from '../../../shared/domain/settings.ts'
import type { TablePlan } from '../db/nodePort.ts'

/** A row that could not be delivered as it is: kept, with the reasons, never dropped. */
export interface QuarantinedRow {
  readonly sequence: number
  readonly reasons: readonly string[]
  /** The row as JSON, as it was read. */
  readonly row: string
}

/** What a transform knows about the batch it works on. All of it is pinned by the claim. */
export interface TransformContext {
  readonly nodeId: string
  readonly site: string | undefined
  readonly plan: TablePlan
  readonly timeZone: string
  readonly contract: TableContract | undefined
  readonly emergency: EmergencyRules
  readonly windowSeconds: number
  readonly custom: CustomPipeline | undefined
}

/** How the rows of a batch were accounted for: read = written sources + rejected + filtered + aggregated. */
export interface TransformCounts {
  readonly read: number
  /** Rows that appear in the output one to one. */
  readonly kept: number
  readonly rejected: number
  readonly filtered: number
  /** Source rows that are represented in an aggregate. */
  readonly aggregated: number
}

/**
 * Turns the rows of one batch into output rows of a fixed schema. Pure: same rows in the same order, same output.
 * An output row is `[sequence, ...values in schema order]`; an aggregate's sequence is the last one it covers.
 */
export interface Transform {
  /** Output columns, without lineage and `_extra` (the encoder adds those). */
  readonly schema: readonly ColumnSpec[]
  /** Index into `schema` of the column whose UTC date partitions the output. */
  readonly eventTimeIndex: number
  /** How values of timestamp columns in the output are to be read: by the plan, or already UTC microseconds. */
  readonly timestamps: 'source' | 'micros'
  push(rows: readonly SourceRow[]): readonly SourceRow[]
  /** Rows that only exist once the batch is complete, such as windows. */
  finish(): readonly SourceRow[]
  counts(): TransformCounts
  quarantined(): readonly QuarantinedRow[]
}

/** Guarantee: every type states all its output columns before it sees a row, from the plan alone. */
export type TransformFactory = (context: TransformContext) => Transform
