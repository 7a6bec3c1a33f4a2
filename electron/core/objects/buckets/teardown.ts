import type { BucketTeardown } from '../../../../shared/domain/buckets.ts'
import { errorToData } from '../../../../shared/domain/errors.ts'
import type { ListedObject, ObjectStore, StoreAdmin, StoredVersion } from '../port.ts'
import { OWNER_TAG, OWNER_VALUE } from './desired.ts'

/** Names that Fieldgate itself puts beside the data: they do not keep a bucket from going. */
const OWN_OBJECTS = /^(?:_fieldgate-[a-z-]+(?:\/[0-9]+)?|[a-z0-9_-]+\/)$/
const OWN_PREFIX = '_fieldgate-'
const OWN_BYTES = 64

/**
 * Deletes those of the buckets that carry our tag and hold nothing but our own markers and probes. A bucket with data, with
 * old versions, or of somebody else stays, with the reason. Never throws for a single bucket.
 */
export async function teardownBuckets(
  ports: { readonly admin: StoreAdmin; readonly store: ObjectStore },
  buckets: readonly string[],
): Promise<readonly BucketTeardown[]> {
  const outcomes: BucketTeardown[] = []
  for (const bucket of buckets) {
    try {
      outcomes.push(await teardown(ports, bucket))
    } catch (error) {
      const { message, hint } = errorToData(error)
      outcomes.push({ bucket, outcome: 'kept', reason: hint === undefined ? message : `${message} ${hint}` })
    }
  }
  return outcomes
}

async function teardown(
  { admin, store }: { readonly admin: StoreAdmin; readonly store: ObjectStore },
  bucket: string,
): Promise<BucketTeardown> {
  if (!(await admin.hasBucket(bucket))) return { bucket, outcome: 'absent', reason: undefined }
  const { tags } = await admin.readSettings(bucket)
  if (tags.state !== 'known' || tags.value[OWNER_TAG] !== OWNER_VALUE) {
    return { bucket, outcome: 'kept', reason: 'Fieldgate did not make it: the tag managed-by=fieldgate is missing.' }
  }
  const { objects, nextToken } = await store.list({ bucket, maxKeys: 1000 })
  const foreign = objects.find((object) => !OWN_OBJECTS.test(object.key) || object.bytes > OWN_BYTES)
  if (foreign !== undefined || nextToken !== undefined) {
    return {
      bucket,
      outcome: 'kept',
      reason: `It holds objects, such as ${foreign?.key ?? 'more than a thousand'}. Empty it first.`,
    }
  }
  const leftovers = [...(await admin.versionsUnder(bucket, OWN_PREFIX)), ...(await versionsOf(admin, bucket, objects))]
  const removed = new Set<string>()
  for (const { key, versionId } of leftovers) {
    if (!removed.has(`${versionId} ${key}`)) await store.delete(bucket, key, versionId)
    removed.add(`${versionId} ${key}`)
  }
  await admin.deleteBucket(bucket)
  return { bucket, outcome: 'deleted', reason: undefined }
}

async function versionsOf(
  admin: StoreAdmin,
  bucket: string,
  objects: readonly ListedObject[],
): Promise<readonly StoredVersion[]> {
  const versions: StoredVersion[] = []
  for (const object of objects) versions.push(...(await admin.versions(bucket, object.key)))
  return versions
}
