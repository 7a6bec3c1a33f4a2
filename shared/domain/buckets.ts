/** Whom a policy is for. `databricks` is the read-only part; the whole role comes with `handoff databricks`. */
export const ACCESS_ROLES = ['uploader', 'viewer', 'admin', 'databricks'] as const
export type AccessRole = (typeof ACCESS_ROLES)[number]

/** One setting of a bucket as it was read: its value, or why there is none. */
export type ReadSetting<T> =
  | { readonly state: 'known'; readonly value: T }
  /** The store does not have such a setting. */
  | { readonly state: 'unsupported' }
  | { readonly state: 'denied'; readonly action: string }

export type BucketEncryption =
  | { readonly kind: 'none' }
  | { readonly kind: 's3' }
  | { readonly kind: 'kms'; readonly keyId: string | undefined }

export interface LifecycleRule {
  readonly id: string
  readonly prefix: string
  readonly expireDays?: number
  readonly noncurrentExpireDays?: number
  readonly abortMultipartDays?: number
  readonly transitions?: readonly { readonly days: number; readonly storageClass: string }[]
}

/** What a bucket is set to. `policy` is canonical JSON: keys sorted, no spaces. */
export interface BucketSettings {
  readonly versioning: 'enabled' | 'suspended' | 'off'
  readonly encryption: BucketEncryption
  readonly publicAccess: 'blocked' | 'partly' | 'open'
  readonly ownership: 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter' | 'unset'
  readonly policy: string | undefined
  readonly lifecycle: readonly LifecycleRule[]
  readonly tags: Readonly<Record<string, string>>
}

export type BucketSettingName = keyof BucketSettings

/** The settings read, each by itself. */
export type ReadBucketSettings = { readonly [Name in BucketSettingName]: ReadSetting<BucketSettings[Name]> }

/** What the plan would do to one bucket. */
export interface BucketChange {
  readonly bucket: string
  readonly type: string
  readonly name: 'bucket' | BucketSettingName | 'marker'
  readonly action: 'create' | 'set' | 'keep' | 'skip'
  readonly from: string
  readonly to: string
  /** Why it is skipped, or what it means. */
  readonly note: string | undefined
}

/** Plan and outcome of setting up the buckets; `problems` stop `buckets.create` before anything is changed. */
export interface BucketPlan {
  readonly region: string
  readonly buckets: readonly { readonly type: string; readonly bucket: string; readonly exists: boolean }[]
  readonly changes: readonly BucketChange[]
  readonly problems: readonly { readonly bucket: string; readonly message: string; readonly hint: string | undefined }[]
}

/** What was done, read back. `differences` are settings that do not read back as they were set. */
export interface BucketOutcome {
  readonly plan: BucketPlan
  readonly applied: number
  readonly differences: readonly BucketChange[]
}

/** A bucket taken down, or why it stayed. */
export interface BucketTeardown {
  readonly bucket: string
  readonly outcome: 'deleted' | 'kept' | 'absent'
  readonly reason: string | undefined
}

/** Who the credentials are. */
export interface StoreIdentity {
  readonly account: string | undefined
  readonly arn: string
  /** When temporary credentials end. */
  readonly expiresAtMs: number | undefined
}

/** What the credentials turned out to be when they were tried. */
export interface CredentialsReport {
  readonly kind: 'embedded' | 'chain' | 'instance' | 'profile' | 'static'
  /** Undefined where the store cannot tell. */
  readonly identity: StoreIdentity | undefined
  readonly detail: string
}
