import type {
  BucketEncryption,
  BucketSettings,
  LifecycleRule,
  ReadBucketSettings,
} from '../../../../shared/domain/buckets.ts'

/** What a person chose for all buckets of a workspace. */
export interface BucketWishes {
  readonly prefix: string
  readonly encryption: Exclude<BucketEncryption, { kind: 'none' }>
  readonly versioning: boolean
  /** False for stores that mistake it: Ceph up to Pacific refuses every put to a bucket that has it. */
  readonly publicAccessBlock: boolean
  /** Adds the expiry of the seed's relatives: objects are deleted after a year (raw) to seven (emergency). */
  readonly expire: boolean
  /** Tags besides ours. */
  readonly tags: Readonly<Record<string, string>>
}

/** One bucket as it should be. `policy` gives the whole policy text from the one in place; undefined is no policy. */
export interface DesiredBucket {
  readonly type: string
  readonly bucket: string
  readonly wishes: BucketWishes
  readonly policy: (existing: string | undefined) => string | undefined
}

/** The tag that makes a bucket ours: teardown touches no other. */
export const OWNER_TAG = 'managed-by'
export const OWNER_VALUE = 'fieldgate'

/** Rules whose id begins so are ours: a new plan replaces them and leaves all others. */
const OUR_RULES = 'fieldgate-'
const ABORT_DAYS = 7
const NONCURRENT_DAYS = 30

interface Ageing {
  readonly infrequentDays: number
  readonly archiveDays?: number
  readonly expireDays: number
}

/** Days by pipeline type, as the original's set-up had them; archives are the kind that reads at once, or Spark would fail. */
const AGEING: Readonly<Record<string, Ageing>> = {
  raw: { infrequentDays: 30, archiveDays: 90, expireDays: 365 },
  schematized: { infrequentDays: 60, expireDays: 730 },
  aggregated: { infrequentDays: 90, expireDays: 1095 },
  emergency: { infrequentDays: 90, expireDays: 2555 },
}

/** The settings a bucket should have, given those it has: what others set beside ours is kept. Rules are ordered by id: stores return them in any order. */
export function desiredSettings(desired: DesiredBucket, read: ReadBucketSettings | undefined): BucketSettings {
  const { wishes, type } = desired
  const policy = read?.policy.state === 'known' ? read.policy.value : undefined
  const rules = read?.lifecycle.state === 'known' ? read.lifecycle.value : []
  const tags = read?.tags.state === 'known' ? read.tags.value : {}
  const hasVersions = read?.versioning.state === 'known' && read.versioning.value !== 'off'
  return {
    versioning: wishes.versioning ? 'enabled' : hasVersions ? 'suspended' : 'off',
    encryption: wishes.encryption,
    publicAccess: wishes.publicAccessBlock ? 'blocked' : 'open',
    ownership: 'BucketOwnerEnforced',
    policy: desired.policy(policy),
    lifecycle: [...rules.filter((rule) => !rule.id.startsWith(OUR_RULES)), ...lifecycleOf(type, wishes)].toSorted(
      (a, b) => (a.id < b.id ? -1 : 1),
    ),
    tags: {
      ...tags,
      ...wishes.tags,
      [OWNER_TAG]: OWNER_VALUE,
      'fieldgate-prefix': wishes.prefix,
      'fieldgate-type': type,
    },
  }
}

/** Our rules for a type: cheaper storage with age, old versions and unfinished uploads removed, expiry on request. */
function lifecycleOf(type: string, wishes: Pick<BucketWishes, 'expire' | 'versioning'>): readonly LifecycleRule[] {
  const ageing = AGEING[type]
  const transitions = [
    ...(ageing === undefined ? [] : [{ days: ageing.infrequentDays, storageClass: 'STANDARD_IA' }]),
    ...(ageing?.archiveDays === undefined ? [] : [{ days: ageing.archiveDays, storageClass: 'GLACIER_IR' }]),
  ]
  return [
    {
      id: `${OUR_RULES}${type}`,
      prefix: '',
      ...(transitions.length === 0 ? {} : { transitions }),
      ...(wishes.expire && ageing !== undefined ? { expireDays: ageing.expireDays } : {}),
      ...(wishes.versioning ? { noncurrentExpireDays: NONCURRENT_DAYS } : {}),
      abortMultipartDays: ABORT_DAYS,
    },
  ]
}
