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
