import type { ErrorData } from './errors.ts'

/** Position of one route of a node, and how much waits. */
export interface LaneStatus {
  readonly route: string
  readonly isActive: boolean
  readonly epoch: string
  readonly ackedSeq: number
  readonly claimedSeq: number
  /** Sequences past the acknowledged one; exact unless the sequence has holes. */
  readonly backlog: number
  /** Sequences left out and asked for again. */
  readonly pendingBackfill: number
}

/** Everything about a node that fits on one line. Values that could not be read are undefined, never guessed. */
export interface NodeSummary {
  readonly nodeId: string
  readonly site: string | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly path: string
  readonly table: string | undefined
  readonly pipelineType: string | undefined
  readonly lanes: readonly LaneStatus[]
  readonly uploadState: 'idle' | 'uploading' | 'waiting' | 'readOnly' | 'paused'
  /** Who uploads it instead, when `readOnly`. */
  readonly holder: { readonly pid: number; readonly host: string; readonly sinceMs: number } | undefined
  readonly failure: ErrorData | undefined
  readonly failingSinceMs: number | undefined
  readonly nextRetryMs: number | undefined
  readonly rowsDelivered: number
  readonly bytesDelivered: number
  readonly quarantined: number
  readonly lastDeliveryMs: number | undefined
  /** Newest event time readable in the bucket. */
  readonly newestDeliveredMs: number | undefined
  /** Newest sequence in the node's database. */
  readonly newestSeq: number | undefined
  readonly takenAtMs: number
}

/** One reading for people: column names once, values as they are in the database. */
export interface ReadingsPage {
  readonly nodeId: string
  readonly table: string
  readonly columns: readonly string[]
  /** Sequence first, then the values in column order. Blobs come as their size. */
  readonly rows: readonly (readonly (string | number | null)[])[]
}
