import { FieldgateError } from '../../../shared/domain/errors.ts'
import { BUILT_IN_PIPELINE_TYPES } from '../../../shared/domain/pipelineTypes.ts'
import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import type { ObjectStore } from '../objects/port.ts'
import { bucketOf } from '../uploader/claim.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'
import { previewObject } from './preview.ts'

/** `objects.*`: browsing the buckets, one page at a time. */
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
      return {
        bucket: query.bucket,
        prefix: query.prefix ?? '',
        objects: page.objects,
        prefixes: page.prefixes,
        nextToken: page.nextToken,
      }
    },
    'objects.head': async ({ bucket, key }, { signal }) => {
      const head = await headOf(deps.store(), bucket, key, signal)
      return {
        bucket,
        key,
        bytes: head.bytes,
        etag: head.etag,
        lastModifiedMs: head.lastModifiedMs,
        contentType: head.contentType,
        metadata: head.metadata,
        versionId: head.versionId,
      }
    },
    'objects.preview': async ({ bucket, key, rowStart, rowCount }, { signal }) => {
      const store = deps.store()
      const head = await headOf(store, bucket, key, signal)
      return previewObject(
        {
          byteLength: head.bytes,
          slice: async (start, end) => {
            const bytes = await store.get(bucket, key, { start, end: (end ?? head.bytes) - 1 }, signal)
            return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
          },
        },
        { bucket, key, bytes: head.bytes, rowStart: rowStart ?? 0, rowCount: rowCount ?? 50 },
      )
    },
  }
}

async function headOf(store: ObjectStore, bucket: string, key: string, signal: AbortSignal) {
  const head = await store.head(bucket, key, signal)
  if (head !== undefined) return head
  throw new FieldgateError('notFound', `There is no object ${key} in bucket ${bucket}.`, {
    hint: 'List the prefix first: fieldgate objects ls s3://BUCKET/PREFIX.',
  })
}
