import type { SourceRow } from '../../../shared/domain/columns.ts'
import type { TimestampEncoding } from '../../../shared/domain/timestamps.ts'

export type { TimestampEncoding } from '../../../shared/domain/timestamps.ts'

/** A column as the table declares it. */
export interface SourceColumn {
  readonly name: string
  /** Declared type, upper-case, as written; empty when none. */
  readonly declaredType: string
  readonly notNull: boolean
}

/** A table that can be uploaded: it has a rowid, and its timestamp column is known. */
export interface TablePlan {
  readonly table: string
  readonly columns: readonly SourceColumn[]
  readonly timestampColumn: string
  readonly timestampEncoding: TimestampEncoding
  /** Which of the known sensor_readings shapes this is: v0..v6, narrow; or `other`. */
  readonly shape: string
  readonly autoIncrement: boolean
  /** SHA-256 (hex, 16 characters) over names and declared types in order. */
  readonly fingerprint: string
}

/** What identifies a table's life; see `decideEpoch`. */
export interface TableIdentity {
  readonly minSeq: number | undefined
  readonly maxSeq: number | undefined
  /** `sqlite_sequence` value; undefined without AUTOINCREMENT. */
  readonly sequenceCounter: number | undefined
  /** Device and inode plus birth time where the platform has them; a hint, never proof. */
  readonly file: string
}

/** The newest row of a table and what is anomalous among its last rows; values as they are in the database. */
export interface NodeGlance {
  readonly newestSeq: number | undefined
  readonly newestTime: unknown
  readonly place: { readonly latitude: number; readonly longitude: number } | undefined
  /** Times of rows with a raised `anomaly_flag`; undefined when the table has no such column. */
  readonly anomalyTimes: readonly unknown[] | undefined
}

/** Hash of one row's lasting columns, or undefined when the row is gone. */
export type RowAnchor = (sequence: number) => string | undefined

/**
 * A node's database, opened read-only. Guarantees P6: no read transaction outlives a call, no call takes a lock
 * that stops the writer, nothing is checkpointed, created or deleted that belongs to somebody else.
 * Every failure is a FieldgateError (`unavailable` locked, `corrupt`, `notFound`, `unsupported`).
 */
export interface NodeDatabase {
  readonly path: string
  /** Tables a person could mean, with the reason for those that cannot be uploaded. */
  tables(): readonly { readonly name: string; readonly rows: number; readonly problem: string | undefined }[]
  /**
   * The table to upload: the named one, else detected. Throws `invalid` naming the candidates and how to choose
   * when several fit, `unsupported` with a sentence for views and WITHOUT ROWID tables.
   */
  plan(wanted?: { table?: string | undefined; timestampColumn?: string | undefined }): TablePlan
  identity(table: string): TableIdentity
  anchor(plan: TablePlan, sequence: number): string | undefined
  /** Rows with `afterSeq < rowid <= toSeq`, ascending, at most `limit`. Each row: rowid first, then plan.columns. */
  readRows(plan: TablePlan, afterSeq: number, toSeq: number, limit: number): readonly SourceRow[]
  /** Number of rows with `afterSeq < rowid <= toSeq`. */
  countRows(table: string, afterSeq: number, toSeq: number): number
  /** Newest rows first, for people. */
  recentRows(plan: TablePlan, limit: number): readonly SourceRow[]
  /** Runs several of the other calls on one state of the database, however much is written meanwhile. Keep it short. */
  snapshot<T>(read: () => T): T
  /** The newest row, and anomalies among the last `limit` rows past `afterSeq`: for watching many nodes cheaply. */
  glance(plan: TablePlan, afterSeq: number, limit: number): NodeGlance
  /** `wal`, `delete`, … */
  journalMode(): string
  /** Bytes per page. */
  pageSize(): number
  /** Changes whenever anybody commits to the database. */
  dataVersion(): number
  close(): void
}
