import { receiveText } from './body.ts'
import type { Call, StoreContext } from './context.ts'
import type { BucketRow } from './objectIndex.ts'
import { emptyReply, Refusal, xmlReply } from './wire.ts'
import type { StoreReply } from './wire.ts'
import { childrenOf, malformed, parseXml, textAt, writeXml } from './xml.ts'

/** Settings the store records and gives back exactly; it does not act on them. */
const SETTINGS: Readonly<Record<string, { readonly root: string | undefined; readonly absent: string }>> = {
  encryption: { root: 'ServerSideEncryptionConfiguration', absent: 'ServerSideEncryptionConfigurationNotFoundError' },
  lifecycle: { root: 'LifecycleConfiguration', absent: 'NoSuchLifecycleConfiguration' },
  publicAccessBlock: { root: 'PublicAccessBlockConfiguration', absent: 'NoSuchPublicAccessBlockConfiguration' },
  tagging: { root: 'Tagging', absent: 'NoSuchTagSet' },
  ownershipControls: { root: 'OwnershipControls', absent: 'OwnershipControlsNotFoundError' },
  policy: { root: undefined, absent: 'NoSuchBucketPolicy' },
}

const BUCKET_NAME = /^(?!xn--|\d+\.\d+\.\d+\.\d+$)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/

/** ListBuckets. */
export function listBuckets(context: StoreContext): StoreReply {
  const rows = context.index.sql('SELECT name, createdMs FROM bucket ORDER BY name').all() as {
    name: string
    createdMs: number
  }[]
  return xmlReply(
    writeXml('ListAllMyBucketsResult', {
      Owner: { ID: 'embedded', DisplayName: 'embedded' },
      Buckets: {
        Bucket: rows.map((row) => ({
          Name: row.name,
          CreationDate: new Date(row.createdMs).toISOString(),
          BucketRegion: context.region,
        })),
      },
    }),
  )
}

/** CreateBucket in the store's one region. */
export async function createBucket(
  context: StoreContext,
  call: Call,
  existing: BucketRow | undefined,
): Promise<StoreReply> {
  if (!BUCKET_NAME.test(call.bucketName))
    throw new Refusal(400, 'InvalidBucketName', 'The specified bucket is not valid.')
  const text = await receiveText(call.request, call.signed)
  const document = text === '' ? undefined : parseXml(text)
  const region = document === undefined ? undefined : textAt(document, 'LocationConstraint')
  if (region !== undefined && region !== '' && region !== context.region) {
    throw new Refusal(
      400,
      'IllegalLocationConstraintException',
      `The ${region} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    )
  }
  const created = context.index
    .sql('INSERT OR IGNORE INTO bucket(name, createdMs) VALUES(?, ?)')
    .run(call.bucketName, context.clock.now())
  if (existing !== undefined || created.changes === 0) {
    throw new Refusal(
      409,
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
    )
  }
  for (const tags of document === undefined ? [] : childrenOf(document, 'Tags')) {
    const tagSet = childrenOf(tags, 'Tag').map((tag) => ({ Key: textAt(tag, 'Key'), Value: textAt(tag, 'Value') }))
    writeSetting(
      context,
      context.index.bucket(call.bucketName),
      'tagging',
      writeXml('Tagging', { TagSet: { Tag: tagSet } }),
    )
  }
  return emptyReply(200, { location: `/${call.bucketName}` })
}

/** DeleteBucket: only an empty one; unfinished uploads do not count. */
export function deleteBucket(context: StoreContext, bucket: BucketRow): StoreReply {
  context.index.write(() => {
    if (context.index.sql('SELECT 1 FROM object WHERE bucket = ? LIMIT 1').get(bucket.id) !== undefined) {
      throw new Refusal(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty')
    }
    context.index.sql('DELETE FROM bucket WHERE id = ?').run(bucket.id)
  })
  return emptyReply(204)
}

/** GetBucketVersioning and PutBucketVersioning. */
export async function versioning(context: StoreContext, call: Call, bucket: BucketRow): Promise<StoreReply> {
  if (call.request.method === 'GET') {
    return xmlReply(writeXml('VersioningConfiguration', { Status: bucket.versioning ?? undefined }))
  }
  if (call.request.method !== 'PUT') throw new Refusal(405, 'MethodNotAllowed')
  const document = parseXml(await receiveText(call.request, call.signed))
  const status = textAt(document, 'Status')
  if (document.name !== 'VersioningConfiguration' || (status !== 'Enabled' && status !== 'Suspended')) throw malformed()
  context.index.sql('UPDATE bucket SET versioning = ? WHERE id = ?').run(status, bucket.id)
  return emptyReply()
}

/** GET, PUT and DELETE of a recorded setting; undefined when `sub` is none. */
export async function setting(context: StoreContext, call: Call, bucket: BucketRow): Promise<StoreReply | undefined> {
  const sub = call.sub ?? ''
  const kind = SETTINGS[sub]
  if (kind === undefined) return undefined
  if (call.request.method === 'GET') {
    const row = context.index.sql('SELECT body FROM setting WHERE bucket = ? AND kind = ?').get(bucket.id, sub)
    if (row === undefined) throw new Refusal(404, kind.absent, `The bucket has no ${sub} setting.`)
    const { body } = row as { body: string }
    return kind.root === undefined
      ? { ...xmlReply(body), headers: { 'content-type': 'application/json' } }
      : xmlReply(body)
  }
  if (call.request.method === 'PUT') {
    const text = await receiveText(call.request, call.signed)
    if (kind.root === undefined) assertJson(text)
    else if (parseXml(text).name !== kind.root) throw malformed()
    writeSetting(context, bucket, sub, text)
    return emptyReply(kind.root === undefined ? 204 : 200)
  }
  if (call.request.method !== 'DELETE') return undefined
  context.index.sql('DELETE FROM setting WHERE bucket = ? AND kind = ?').run(bucket.id, sub)
  return emptyReply(204)
}

function writeSetting(context: StoreContext, bucket: BucketRow | undefined, kind: string, body: string): void {
  if (bucket === undefined) return
  context.index
    .sql('INSERT INTO setting VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body')
    .run(bucket.id, kind, body)
}

function assertJson(text: string): void {
  try {
    JSON.parse(text)
  } catch {
    throw new Refusal(400, 'MalformedPolicy', 'Policies must be valid JSON and the first byte must be {')
  }
}

/** DeleteObjects: up to 1,000 keys, each with its own outcome. */
export async function deleteObjects(context: StoreContext, call: Call, bucket: BucketRow): Promise<StoreReply> {
  const document = parseXml(await receiveText(call.request, call.signed))
  const items = childrenOf(document, 'Object')
  if (document.name !== 'Delete' || items.length === 0 || items.length > 1000) throw malformed()
  const isQuiet = textAt(document, 'Quiet') === 'true'
  const dropped: string[] = []
  const deleted = context.index.write(() =>
    items.map((item) => {
      const key = textAt(item, 'Key') ?? ''
      const version = textAt(item, 'VersionId')
      const removed = context.index.remove(bucket, Buffer.from(key), version, context.clock.now())
      dropped.push(...removed.dropped)
      return {
        Key: key,
        VersionId: version,
        DeleteMarker: removed.isMarker ? true : undefined,
        DeleteMarkerVersionId: removed.isMarker ? removed.version : undefined,
      }
    }),
  )
  await context.blobs.drop(dropped)
  return xmlReply(writeXml('DeleteResult', { Deleted: isQuiet ? [] : deleted }))
}
