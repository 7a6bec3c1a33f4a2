import { FieldgateError } from '../../../shared/domain/errors.ts'
import { BUILT_IN_PIPELINE_TYPES } from '../../../shared/domain/pipelineTypes.ts'
import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import { addAudit } from '../db/ledger/records.ts'
import { adminOf } from '../objects/admin.ts'
import { describeSettings } from '../objects/buckets/describe.ts'
import type { ObjectHead, ObjectStore } from '../objects/port.ts'
import { bucketOf } from '../uploader/claim.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'
import { objectSource, readObjectTable } from './objectTable.ts'
import { previewObject } from './preview.ts'

/** A whole object crosses to the window in memory; larger ones go through an address or the command. */
const MAX_DOWNLOAD_BYTES = 256 * 2 ** 20
const DELETES_AT_ONCE = 8

/** `objects.*`: browsing the buckets one page at a time, reading objects, and the few changes a person may make. */
export function objectHandlers(deps: HandlerDependencies): HandlersOf<'objects', CallContext> {
  return {
    'objects.buckets': async () => {
      const types = [...Object.keys(BUILT_IN_PIPELINE_TYPES), ...deps.config.pipelines.custom.map((type) => type.name)]
      const buckets = await deps.store().listBuckets()
      return buckets.map((bucket) => ({
        name: bucket.name,
        createdAtMs: bucket.createdAtMs,
        routes: types.filter((type) => bucketOf(deps.config, type) === bucket.name),
      }))
    },
    'objects.list': async (query, { signal }) => {
      const page = await deps.store().list({
        bucket: query.bucket,
        prefix: query.prefix ?? '',
        token: query.token,
        signal,
        ...(query.delimiter === undefined ? {} : { delimiter: query.delimiter }),
        ...(query.maxKeys === undefined ? {} : { maxKeys: query.maxKeys }),
      })
      return { bucket: query.bucket, prefix: query.prefix ?? '', ...page }
    },
    'objects.head': async ({ bucket, key }, { signal }) => {
      const head = await headOf(deps.store(), bucket, key, signal)
      return { bucket, contentType: undefined, versionId: undefined, ...head }
    },
    'objects.preview': async ({ bucket, key, rowStart, rowCount }, { signal }) => {
      const store = deps.store()
      const { bytes } = await headOf(store, bucket, key, signal)
      const query = { bucket, key, bytes, rowStart: rowStart ?? 0, rowCount: rowCount ?? 50 }
      return previewObject(objectSource(store, bucket, key, bytes, signal), query)
    },
    'objects.table': ({ bucket, prefix, rowStart, rowCount, maxObjects }, { signal }) => {
      const query = { bucket, prefix, rowStart: rowStart ?? 0, rowCount: rowCount ?? 100, maxObjects: maxObjects ?? 50 }
      return readObjectTable(deps.store(), query, signal)
    },
    'objects.versions': ({ bucket, key }, { signal }) => adminOf(deps.store()).versions(bucket, key, signal),
    'objects.settings': async ({ bucket }) => {
      const admin = adminOf(deps.store())
      return describeSettings(await admin.readSettings(bucket), deps.config.store.kind === 'embedded')
    },
    'objects.download': async ({ bucket, key, start, end }, { signal }) => {
      const store = deps.store()
      const head = await headOf(store, bucket, key, signal)
      const range =
        start === undefined && end === undefined
          ? undefined
          : { start: start ?? 0, end: Math.min(end ?? head.bytes, head.bytes - 1) }
      const bytes = range === undefined ? head.bytes : range.end - range.start + 1
      if (bytes > MAX_DOWNLOAD_BYTES) {
        throw new FieldgateError('invalid', `${key} is too large to fetch here (${bytes} bytes).`, {
          hint: `Use fieldgate objects cat s3://${bucket}/${key} > FILE.`,
        })
      }
      return {
        name: key.split('/').findLast((part) => part !== '') ?? 'object',
        contentType: head.contentType ?? 'application/octet-stream',
        bytes: bytes <= 0 ? new Uint8Array() : await store.get(bucket, key, range, signal),
      }
    },
    'objects.presign': async ({ bucket, key, seconds }, { signal }) => {
      const store = deps.store()
      await headOf(store, bucket, key, signal)
      const expiresAtMs = deps.clock.now() + seconds * 1000
      return { url: await adminOf(store).presign(bucket, key, seconds), expiresAtMs }
    },
    'objects.delete': async ({ bucket, keys, confirm, by }) => {
      if (confirm !== keys.length) {
        throw new FieldgateError('invalid', `${keys.length} objects would be deleted, but ${confirm} were confirmed.`, {
          hint: 'Confirm the exact number of objects.',
        })
      }
      const store = deps.store()
      for (let at = 0; at < keys.length; at += DELETES_AT_ONCE) {
        await Promise.all(keys.slice(at, at + DELETES_AT_ONCE).map((key) => store.delete(bucket, key)))
      }
      addAudit(deps.ledger(), {
        atMs: deps.clock.now(),
        actor: by,
        action: 'objects.delete',
        subject: `${bucket}/${keys[0]}${keys.length === 1 ? '' : ` and ${keys.length - 1} more`}`,
        before: JSON.stringify(keys),
        after: undefined,
        reason: undefined,
      })
      return { deleted: keys.length }
    },
  }
}

async function headOf(store: ObjectStore, bucket: string, key: string, signal: AbortSignal): Promise<ObjectHead> {
  const head = await store.head(bucket, key, signal)
  if (head !== undefined) return head
  throw new FieldgateError('notFound', `There is no object ${key} in bucket ${bucket}.`, {
    hint: 'List the prefix first: fieldgate objects ls s3://BUCKET/PREFIX.',
  })
}
