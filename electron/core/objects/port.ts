import type {
  BucketSettingName,
  BucketSettings,
  ReadBucketSettings,
  StoreIdentity,
} from '../../../shared/domain/buckets.ts'

/** What an object says of itself. All values are plain text; keys are lower-case. */
export type ObjectMetadata = Readonly<Record<string, string>>

/** The facts that decide whether an object in the store is the one meant: hash of bytes, or hash of content. */
export const META_SHA256 = 'fieldgate-sha256'
export const META_LOGICAL_HASH = 'fieldgate-logical-hash'

export type ObjectBody =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly path: string; readonly bytes: number }

export interface PutObject {
  readonly bucket: string
  readonly key: string
  readonly body: ObjectBody
  readonly contentType?: string
  readonly metadata: ObjectMetadata
  readonly signal?: AbortSignal
  /** Hears how many bytes of the body have gone out; a retry starts over. */
  readonly onSent?: (bytes: number) => void
}

/**
 * Outcome of a conditional put. `created` and `alreadyThere` (same hash) both mean: the store durably holds exactly
 * these bytes or this content under the key. `differs` means another object holds the name; nothing was overwritten.
 */
export type PutOutcome =
  | { readonly kind: 'created'; readonly etag: string }
  | { readonly kind: 'alreadyThere'; readonly etag: string }
  | { readonly kind: 'differs'; readonly head: ObjectHead }

export interface ObjectHead {
  readonly key: string
  readonly bytes: number
  readonly etag: string
  readonly lastModifiedMs: number
  readonly contentType?: string
  readonly metadata: ObjectMetadata
  readonly versionId?: string
}

export interface ListedObject {
  readonly key: string
  readonly bytes: number
  readonly etag: string
  readonly lastModifiedMs: number
}

export interface ListPage {
  readonly objects: readonly ListedObject[]
  readonly prefixes: readonly string[]
  /** Pass to the next call; undefined on the last page. */
  readonly nextToken: string | undefined
}

export interface ListObjects {
  readonly bucket: string
  readonly prefix?: string
  readonly delimiter?: string
  readonly token?: string | undefined
  readonly startAfter?: string
  readonly maxKeys?: number
  readonly signal?: AbortSignal
}

/**
 * The one door to S3-like storage. Every failure is a FieldgateError with cause and remedy:
 * `denied`, `throttled`, `unavailable`, `notFound`, `conflict`, `invalid`; secrets never appear in it.
 */
export interface ObjectStore {
  /**
   * Stores the body only if the key is free. Never overwrites. A success that cannot be told from a portal's
   * or proxy's answer is checked with HEAD before it counts.
   */
  putIfAbsent(put: PutObject): Promise<PutOutcome>
  head(bucket: string, key: string, signal?: AbortSignal): Promise<ObjectHead | undefined>
  /** Bytes of the object, or of `range` (inclusive `end`; negative `start` counts from the end). */
  get(bucket: string, key: string, range?: { start: number; end?: number }, signal?: AbortSignal): Promise<Uint8Array>
  list(query: ListObjects): Promise<ListPage>
  listBuckets(): Promise<readonly { readonly name: string; readonly createdAtMs: number }[]>
  /** Makes sure the bucket exists and is ours. Idempotent. */
  ensureBucket(bucket: string): Promise<void>
  delete(bucket: string, key: string, versionId?: string): Promise<void>
  /** Limits what all puts together send; undefined is unlimited. Takes effect at once, also for puts under way. */
  setBytesPerSecond?(bytesPerSecond: number | undefined): void
  /** What the store has shown of itself so far; undefined before the first call. */
  facts?(): StoreFacts | undefined
  /** Buckets, settings, versions, addresses: for setting up and browsing, never for carrying rows. */
  readonly admin?: StoreAdmin
  close(): Promise<void>
}

export interface StoreFacts {
  readonly conditionalWrites: 'enforced' | 'refused' | 'ignored' | 'unknown'
  readonly checksums: 'always' | 'required'
  /** Clock of the store minus the clock of this computer at the last answer. */
  readonly skewMs: number | undefined
}

export interface StoredVersion {
  readonly key: string
  readonly versionId: string
  readonly isLatest: boolean
  readonly isDeleteMarker: boolean
  readonly bytes: number
  readonly lastModifiedMs: number
}

export interface StoreAdmin {
  /** Who the credentials are; undefined where the store has no way to tell. */
  identity(): Promise<StoreIdentity | undefined>
  /** Whether the bucket exists and answers to these credentials. Throws `denied` for one of another account. */
  hasBucket(bucket: string): Promise<boolean>
  /** Idempotent for a bucket of ours. Throws `conflict` when the name is taken by another account. */
  createBucket(bucket: string): Promise<void>
  /** Throws `conflict` unless the bucket is empty. */
  deleteBucket(bucket: string): Promise<void>
  readSettings(bucket: string): Promise<ReadBucketSettings>
  writeSetting<Name extends BucketSettingName>(bucket: string, name: Name, value: BucketSettings[Name]): Promise<void>
  versions(bucket: string, key: string, signal?: AbortSignal): Promise<readonly StoredVersion[]>
  /** Versions and delete markers of every key under a prefix; for prefixes that hold little. */
  versionsUnder(bucket: string, prefix: string, signal?: AbortSignal): Promise<readonly StoredVersion[]>
  /** An address that reads the object without credentials for so many seconds. */
  presign(bucket: string, key: string, seconds: number): Promise<string>
}
