import type { Compression, NodeConfig, ParquetEngineName, ParquetProfile } from '../../../shared/domain/settings.ts'
import type { QuarantinedRow, TransformContext, TransformCounts } from '../pipelines/port.ts'

/** Everything needed to make the objects of one claim; plain data, so it can cross to a worker thread. */
export interface EncodeRequest {
  readonly node: NodeConfig
  readonly context: TransformContext
  readonly pipelineType: string
  readonly pipelineRevision: number
  readonly epoch: string
  /** Rows with `fromSeq <= rowid <= toSeq`. */
  readonly fromSeq: number
  readonly toSeq: number
  /** Folder for spool files; names inside are derived from the claim. */
  readonly spoolFolder: string
  readonly spoolName: string
  readonly rowsPerStep: number
  readonly targetObjectBytes: number
  readonly compression: Compression
  readonly engine: ParquetEngineName
  readonly profile: ParquetProfile
  /** Rows to encode instead of the source's: those that a replay takes from quarantine, ascending. */
  readonly replayRows?: readonly { readonly sequence: number; readonly row: string }[]
}

/** One finished spool file, fsynced. The key's range is the part of the claim it covers. */
export interface EncodedObject {
  readonly date: string | undefined
  readonly fromSeq: number
  readonly toSeq: number
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
  readonly logicalHash: string
  readonly path: string
}

export interface EncodeResult {
  readonly objects: readonly EncodedObject[]
  readonly counts: TransformCounts
  readonly quarantined: readonly QuarantinedRow[]
  /** Newest event time read, UTC milliseconds; undefined when none was readable. */
  readonly newestEventMs: number | undefined
}

/** Makes the objects of a claim. Same rows, same bytes. Runs in a worker thread, in process in simulations. */
export interface Encoder {
  encode(request: EncodeRequest, signal?: AbortSignal): Promise<EncodeResult>
  close(): Promise<void>
}
