import type {
  BucketChange,
  BucketPlan,
  BucketSettingName,
  BucketSettings,
  ReadBucketSettings,
} from '../../../../shared/domain/buckets.ts'
import { errorToData } from '../../../../shared/domain/errors.ts'
import type { StoreAdmin } from '../port.ts'
import { canonical, canonicalJson } from './canonical.ts'
import { describeSetting, SETTING_NAMES } from './describe.ts'
import { desiredSettings } from './desired.ts'
import type { DesiredBucket } from './desired.ts'

/** What was found of one bucket. */
export interface ObservedBucket {
  readonly desired: DesiredBucket
  readonly exists: boolean
  readonly read: ReadBucketSettings | undefined
  readonly problem: { readonly message: string; readonly hint: string | undefined } | undefined
}

/** Looks at every bucket once; what cannot be read is a problem of that bucket, not a failure of all. */
export async function observeBuckets(
  admin: StoreAdmin,
  desired: readonly DesiredBucket[],
): Promise<readonly ObservedBucket[]> {
  const observed: ObservedBucket[] = []
  for (const one of desired) {
    try {
      const exists = await admin.hasBucket(one.bucket)
      observed.push({
        desired: one,
        exists,
        read: exists ? await admin.readSettings(one.bucket) : undefined,
        problem: undefined,
      })
    } catch (error) {
      const { code, message, hint } = errorToData(error)
      if (code === 'unavailable' || code === 'throttled') throw error
      observed.push({ desired: one, exists: false, read: undefined, problem: { message, hint } })
    }
  }
  return observed
}

/** Decides what to do, without doing it. A plan on buckets that are as they should be only keeps. */
export function planBuckets(region: string, observed: readonly ObservedBucket[]): BucketPlan {
  return {
    region,
    buckets: observed.map(({ desired, exists }) => ({ type: desired.type, bucket: desired.bucket, exists })),
    changes: observed.flatMap((bucket) => (bucket.problem === undefined ? planBucket(bucket) : [])),
    problems: observed.flatMap((bucket) => problemsOf(bucket)),
  }
}

function problemsOf({ desired, problem, read }: ObservedBucket): BucketPlan['problems'] {
  const { bucket } = desired
  if (problem !== undefined) return [{ bucket, ...problem }]
  return SETTING_NAMES.flatMap((name) => {
    const setting = read?.[name]
    if (setting?.state !== 'denied') return []
    const message = `The ${name} setting of ${bucket} cannot be read: ${setting.action} is missing.`
    return [{ bucket, message, hint: `Grant ${setting.action} to these credentials: fieldgate access policy admin.` }]
  })
}

function planBucket({ desired, exists, read }: ObservedBucket): readonly BucketChange[] {
  const { bucket, type } = desired
  const created: BucketChange = {
    bucket,
    type,
    name: 'bucket',
    action: exists ? 'keep' : 'create',
    from: exists ? 'exists' : 'missing',
    to: 'exists',
    note: undefined,
  }
  const wanted = desiredSettings(desired, read)
  return [created, ...SETTING_NAMES.map((name) => planSetting(desired, name, wanted, read))]
}

function planSetting(
  { bucket, type }: DesiredBucket,
  name: BucketSettingName,
  wanted: BucketSettings,
  read: ReadBucketSettings | undefined,
): BucketChange {
  const to = describeSetting(name, wanted[name])
  const setting = read?.[name]
  const change = { bucket, type, name, to, note: undefined }
  if (setting === undefined) return { ...change, action: 'set', from: 'none' }
  if (setting.state === 'unsupported')
    return { ...change, action: 'skip', from: 'not offered', note: 'The store has no such setting.' }
  if (setting.state === 'denied')
    return { ...change, action: 'skip', from: 'not readable', note: `${setting.action} is missing.` }
  const from = describeSetting(name, setting.value)
  return { ...change, from, action: isSame(name, setting.value, wanted[name]) ? 'keep' : 'set' }
}

/** Whether a setting reads as it should. */
export function isSame(name: BucketSettingName, observed: unknown, wanted: unknown): boolean {
  if (name !== 'policy') return canonical(observed) === canonical(wanted)
  if (observed === undefined || wanted === undefined) return observed === wanted
  return typeof observed === 'string' && typeof wanted === 'string' && canonicalJson(observed) === canonicalJson(wanted)
}
