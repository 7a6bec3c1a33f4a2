/**
 * The proof for one day of one route: rows and content checksum in SQLite against Parquet read back from the bucket.
 * Checksums are order-independent sums of row hashes, as 16 hex digits.
 */
export interface ReconcileDay {
  /** UTC event date; undefined for rows without a readable event time. */
  readonly date: string | undefined
  readonly sourceRows: number
  readonly sourceChecksum: string
  readonly bucketRows: number
  readonly bucketChecksum: string
  readonly objects: number
  /** Rows of the day in quarantine, left out by a filter, or represented in an aggregate. */
  readonly quarantined: number
  readonly filtered: number
  readonly aggregated: number
  readonly missing: number
  readonly duplicated: number
  readonly different: number
}

/** A row that breaks the proof. */
export interface ReconcileFinding {
  readonly kind:
    | 'missing'
    | 'duplicated'
    | 'different'
    | 'unexpected'
    | 'objectMissing'
    | 'objectUnknown'
    | 'objectDiffers'
  readonly route: string
  readonly sequence: number | undefined
  readonly key: string | undefined
  readonly message: string
}

/** The proof of one node, table, epoch and route. */
export interface ReconcileLane {
  readonly nodeId: string
  readonly table: string
  readonly epoch: string
  readonly route: string
  /** False for an epoch whose source rows are gone: then only ledger and bucket are compared. */
  readonly isSourceReadable: boolean
  /** Sequence ranges this route delivered. */
  readonly ranges: readonly { readonly fromSeq: number; readonly toSeq: number }[]
  readonly sourceRows: number
  /** Rows of the route in the bucket: windows, where it aggregates. */
  readonly delivered: number
  readonly quarantined: number
  readonly filtered: number
  readonly aggregated: number
  /** Rows past the acknowledged sequence: not due yet. */
  readonly waiting: number
  /** Rows of the ranges that are gone from the source since, as a purge does; proved by the ledger alone. */
  readonly purged: number
  readonly missing: number
  readonly duplicated: number
  readonly different: number
  readonly days: readonly ReconcileDay[]
  readonly findings: readonly ReconcileFinding[]
}

export interface ReconcileReport {
  readonly takenAtMs: number
  readonly tookMs: number
  /** True when every object was read back; false when unchanged ones were trusted from before. */
  readonly isFull: boolean
  readonly store: string
  readonly lanes: readonly ReconcileLane[]
  readonly totals: {
    /** Rows of the delivered ranges that are in the source still; those waiting are not among them. */
    readonly sourceRows: number
    /** Rows delivered and gone from the source since. */
    readonly purged: number
    /** Source rows that are in the bucket as rows; `sourceRows + purged` is this and the next three, when nothing is missing. */
    readonly delivered: number
    readonly quarantined: number
    readonly filtered: number
    readonly aggregated: number
    readonly waiting: number
    readonly missing: number
    readonly duplicated: number
    readonly different: number
    /** Objects whose content was compared, and those of them that are as they should be. */
    readonly objects: number
    readonly objectsEqual: number
  }
  /** Objects under the prefixes of these nodes that no execution knows of. */
  readonly unknownObjects: readonly string[]
  readonly isClean: boolean
}

export interface ReconcileProgress {
  readonly nodeId: string
  readonly route: string
  readonly objectsDone: number
  readonly objectsTotal: number
  readonly rowsDone: number
}

/** What a repair did, and the proof after it. */
export interface RepairResult {
  /** Objects put back under their names. */
  readonly objects: number
  /** Rows delivered that were in no object of their range. */
  readonly rows: number
  readonly report: ReconcileReport
}

/** How the proof stands: the last report, and the one under way. */
export interface ReconcileState {
  readonly last: ReconcileReport | undefined
  readonly running: ReconcileProgress | undefined
}

/** One reading followed from its row to its place in the bucket. */
export interface ReadingTrace {
  readonly nodeId: string
  readonly table: string
  readonly sequence: number
  readonly route: string
  readonly steps: readonly {
    readonly id: 'source' | 'claim' | 'encode' | 'object' | 'row'
    readonly isFound: boolean
    readonly title: string
    readonly detail: string
    readonly facts: Readonly<Record<string, string>>
  }[]
  /** The reading as it stands in the database and as it was read back. */
  readonly source: Readonly<Record<string, string | null>> | undefined
  readonly delivered: Readonly<Record<string, string | null>> | undefined
  readonly verdict: 'delivered' | 'quarantined' | 'filtered' | 'aggregated' | 'waiting' | 'missing' | 'different'
}
