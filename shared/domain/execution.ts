import type { PipelineType } from './pipelineTypes.ts'

/**
 * Life of an execution. `claimed`: bounds and settings are durable, nothing uploaded. `encoded`: spool files exist and
 * their keys and hashes are durable. `succeeded`: every object is in the bucket, verified, and the cursor has moved.
 * There is no failed state: an execution that failed is tried again, with its cause on it, until it succeeds.
 * `abandoned` is the one other end: the source was replaced before its rows were encoded, and the cursor never moved over it.
 */
export type ExecutionState = 'claimed' | 'encoded' | 'succeeded' | 'abandoned'

/** Why an execution covers its range: the head of the stream, or a range left out earlier and asked for now. */
export type ExecutionKind = 'tail' | 'gap'

/** One stream of one consumer: the rows of a table in one epoch, as one route delivers them. */
export interface Lane {
  readonly nodeId: string
  readonly table: string
  readonly epoch: string
  readonly route: PipelineType
}

export interface ExecutionCounts {
  readonly read: number
  readonly kept: number
  readonly rejected: number
  readonly filtered: number
  readonly aggregated: number
}

/** The last failure of an execution and when it is tried next. */
export interface ExecutionFailure {
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
  readonly atMs: number
  readonly nextRetryMs: number
}

export interface ExecutionObject {
  readonly bucket: string
  readonly key: string
  readonly date: string | undefined
  readonly fromSeq: number
  readonly toSeq: number
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
  readonly logicalHash: string
  readonly state: 'encoded' | 'stored' | 'conflict'
}

/** One claim from start to outcome. */
export interface Execution extends Lane {
  readonly id: number
  readonly kind: ExecutionKind
  readonly state: ExecutionState
  readonly pipelineRevision: number
  readonly bucket: string
  readonly fromSeq: number
  readonly toSeq: number
  readonly attempt: number
  readonly counts: ExecutionCounts
  readonly bytes: number
  readonly claimedAtMs: number
  readonly finishedAtMs: number | undefined
  readonly failure: ExecutionFailure | undefined
}

/** Where a lane stands. `ackedSeq` never moves back within an epoch. */
export interface Cursor extends Lane {
  readonly claimedSeq: number
  readonly ackedSeq: number
  readonly updatedAtMs: number
}

/** A range one route left to another. `pending` once a backfill was asked for. */
export interface Gap extends Lane {
  readonly fromSeq: number
  readonly toSeq: number
  readonly state: 'skipped' | 'pending'
  readonly reason: string
}
