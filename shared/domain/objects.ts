export interface BucketInfo {
  readonly name: string
  readonly createdAtMs: number
  /** Pipeline types whose rows go there. */
  readonly routes: readonly string[]
}

export interface ObjectInfo {
  readonly key: string
  readonly bytes: number
  readonly etag: string
  readonly lastModifiedMs: number
}

export interface ObjectPage {
  readonly bucket: string
  readonly prefix: string
  readonly objects: readonly ObjectInfo[]
  readonly prefixes: readonly string[]
  readonly nextToken: string | undefined
}

export interface ObjectDetail extends ObjectInfo {
  readonly bucket: string
  readonly contentType: string | undefined
  readonly metadata: Readonly<Record<string, string>>
  readonly versionId: string | undefined
}

export interface PreviewColumn {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly nulls: number | undefined
  readonly min: string | undefined
  readonly max: string | undefined
}

/** A Parquet object as its footer describes it, with a window of rows on demand. */
export interface ObjectPreview {
  readonly bucket: string
  readonly key: string
  readonly bytes: number
  readonly rows: number
  readonly rowGroups: number
  readonly createdBy: string | undefined
  readonly metadata: Readonly<Record<string, string>>
  readonly columns: readonly PreviewColumn[]
  /** Values as text, numbers or null; times as ISO 8601 UTC with microseconds. */
  readonly values: readonly (readonly (string | number | boolean | null)[])[]
  readonly rowStart: number
}

export interface ObjectVersion {
  readonly key: string
  readonly versionId: string
  readonly isLatest: boolean
  readonly isDeleteMarker: boolean
  readonly bytes: number
  readonly lastModifiedMs: number
}

/** One setting of a bucket as read back; `recorded` means the store keeps it but does not act on it. */
export interface BucketSetting {
  readonly name: string
  readonly value: string
  readonly verdict: 'ok' | 'warn' | 'unknown'
  readonly effect: 'enforced' | 'recorded' | 'unsupported'
  readonly detail: string | undefined
}

/** Several objects read as one table. Rows come in key order, then file order. */
export interface ObjectTable {
  readonly bucket: string
  readonly prefix: string
  readonly objects: number
  readonly rows: number
  readonly bytes: number
  /** True when the prefix holds more objects than were read. */
  readonly isTruncated: boolean
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly values: readonly (readonly (string | number | boolean | null)[])[]
  readonly rowStart: number
}

/** A file handed to a person. */
export interface FileContent {
  readonly name: string
  readonly contentType: string
  readonly bytes: Uint8Array
}
