import type { BucketChange, BucketOutcome, BucketSettingName } from '../../../../shared/domain/buckets.ts'
import { errorToData, FieldgateError } from '../../../../shared/domain/errors.ts'
import type { Clock } from '../../support/clock.ts'
import type { ObjectStore, StoreAdmin } from '../port.ts'
import { desiredSettings } from './desired.ts'
import type { DesiredBucket } from './desired.ts'
import { SETTING_NAMES } from './describe.ts'
import { isSame, observeBuckets, planBuckets } from './plan.ts'
import type { ObservedBucket } from './plan.ts'

export interface ApplyPorts {
  readonly admin: StoreAdmin
  readonly store: ObjectStore
  readonly clock: Clock
  /** Hears of each step before it is taken. */
  readonly onStep?: (bucket: string, name: BucketChange['name']) => void
}

const READ_BACKS = 6
const READ_BACK_MS = 1000

/**
 * Makes the buckets as they should be and reads everything back: bucket configuration is eventually consistent, so what does
 * not read back is looked at again for some seconds, then reported. Running it again changes nothing. Throws `denied` or
 * `conflict` before the first change when the plan has problems.
 */
export async function applyBuckets(
  ports: ApplyPorts,
  region: string,
  desired: readonly DesiredBucket[],
  withMarkers: boolean,
): Promise<BucketOutcome> {
  const observed = await observeBuckets(ports.admin, desired)
  const plan = planBuckets(region, observed)
  const [problem] = plan.problems
  if (problem !== undefined)
    throw new FieldgateError('denied', problem.message, { hint: problem.hint, retryable: false })
  let applied = 0
  for (const bucket of observed) {
    applied += await applyBucket(ports, bucket)
    if (withMarkers) applied += await putMarker(ports, bucket.desired)
  }
  return { plan, applied, differences: await readBack(ports, region, desired) }
}

async function applyBucket(ports: ApplyPorts, observed: ObservedBucket): Promise<number> {
  const { desired } = observed
  let applied = 0
  let { read } = observed
  if (!observed.exists) {
    ports.onStep?.(desired.bucket, 'bucket')
    await ports.admin.createBucket(desired.bucket)
    read = await ports.admin.readSettings(desired.bucket)
    applied++
  }
  const wanted = desiredSettings(desired, read)
  for (const name of SETTING_NAMES) {
    const setting = read?.[name]
    if (setting?.state === 'unsupported') continue
    if (setting?.state === 'known' && isSame(name, setting.value, wanted[name])) continue
    if (await write(ports, desired.bucket, name, wanted[name])) applied++
  }
  return applied
}

/** False when the store turns out not to have the setting, although it could be read. */
async function write<Name extends BucketSettingName>(
  ports: ApplyPorts,
  bucket: string,
  name: Name,
  value: ReturnType<typeof desiredSettings>[Name],
): Promise<boolean> {
  ports.onStep?.(bucket, name)
  try {
    await ports.admin.writeSetting(bucket, name, value)
    return true
  } catch (error) {
    if (errorToData(error).code === 'unsupported') return false
    throw error
  }
}

/** A zero-byte `{type}/`, so that tools which show folders show one. */
async function putMarker({ store }: ApplyPorts, { bucket, type }: DesiredBucket): Promise<number> {
  const outcome = await store.putIfAbsent({
    bucket,
    key: `${type}/`,
    body: { kind: 'bytes', bytes: new Uint8Array() },
    metadata: {},
  })
  return outcome.kind === 'created' ? 1 : 0
}

async function readBack(
  ports: ApplyPorts,
  region: string,
  desired: readonly DesiredBucket[],
): Promise<readonly BucketChange[]> {
  for (let attempt = 1; ; attempt++) {
    const plan = planBuckets(region, await observeBuckets(ports.admin, desired))
    const differences = plan.changes.filter((change) => change.action === 'set' || change.action === 'create')
    if (differences.length === 0 || attempt === READ_BACKS) return differences
    await ports.clock.sleep(READ_BACK_MS)
  }
}
