import type { ErrorData } from './errors.ts'
import type { DrainForecast, NodeLamps } from './lampTypes.ts'

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
  /** Newest event time in the node's database. */
  readonly newestEventMs: number | undefined
  readonly location: { readonly latitude: number; readonly longitude: number } | undefined
  readonly lamps: NodeLamps
  /** Rows past the acknowledged position of the active route, pending backfill included. */
  readonly backlog: number
  readonly drain: DrainForecast
  /** Rows per second written lately, and its last samples oldest first; null is a sample nobody could take. */
  readonly rowsPerSecond: number | undefined
  readonly spark: readonly (number | null)[]
  readonly anomaliesLastHour: number | undefined
  readonly takenAtMs: number
}

/** The whole fleet in the five figures that every screen carries. Counts cover all nodes of the workspace. */
export interface FleetStatus {
  readonly takenAtMs: number
  readonly nodes: number
  readonly sites: number
  readonly nodesWriting: number
  /** Ages of the newest delivered row over the nodes, milliseconds. */
  readonly deliveredAge: {
    readonly medianMs: number | undefined
    readonly p95Ms: number | undefined
    readonly worstMs: number | undefined
  }
  readonly rowsPerSecond: number
  readonly backlogRows: number
  readonly drain: DrainForecast
  readonly anomaliesLastHour: number
  readonly worstAnomalyNode: { readonly nodeId: string; readonly count: number } | undefined
  readonly proof: {
    readonly state: 'unknown' | 'running' | 'clean' | 'broken'
    readonly checkedAtMs: number | undefined
    readonly rows: number
    readonly missing: number
    readonly duplicated: number
  }
  readonly link: {
    readonly capBytesPerSecond: number | undefined
    readonly monthBytes: number
    readonly monthBudgetBytes: number | undefined
    readonly isCut: boolean
  }
  readonly attention: number
  /** Last samples, oldest first, one per `sampleMs`. */
  readonly trends: {
    readonly sampleMs: number
    readonly deliveredAgeMs: readonly (number | null)[]
    readonly rowsPerSecond: readonly (number | null)[]
    readonly backlogRows: readonly (number | null)[]
    readonly anomalies: readonly (number | null)[]
  }
}

/** How a node's database stands as a file; read without touching it. */
export interface DatabaseHealth {
  readonly nodeId: string
  readonly path: string
  readonly bytes: number
  readonly walBytes: number
  readonly journalMode: string
  readonly pageSize: number
  readonly tables: readonly { readonly name: string; readonly rows: number; readonly problem: string | undefined }[]
  readonly shape: string | undefined
  readonly timestampColumn: string | undefined
  readonly timestampEncoding: string | undefined
  /** SQLite version that last changed the file's header; a hint, never proof. */
  readonly lastWriterVersion: string | undefined
  readonly problem: ErrorData | undefined
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
