import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { META_SHA256 } from '../../../electron/core/objects/port.ts'
import type { ObjectStore } from '../../../electron/core/objects/port.ts'

export interface StoredBytes {
  bytes: Uint8Array
  readonly metadata: Readonly<Record<string, string>>
}

/** A store whose objects a test can damage; entity tags follow the bytes, as S3's do. */
export interface MemoryStore extends ObjectStore {
  /** By `bucket/key`. */
  readonly objects: Map<string, StoredBytes>
  /** Number of `get` calls so far. */
  reads(): number
}

export function createMemoryStore(): MemoryStore {
  const objects = new Map<string, StoredBytes>()
  let reads = 0
  const etagOf = (object: StoredBytes): string => createHash('md5').update(object.bytes).digest('hex')
  const headOf = (key: string, object: StoredBytes) => ({
    key,
    bytes: object.bytes.length,
    etag: etagOf(object),
    lastModifiedMs: 0,
    metadata: object.metadata,
  })
  const store: Pick<MemoryStore, 'objects' | 'reads' | 'putIfAbsent' | 'head' | 'get' | 'list' | 'close'> = {
    objects,
    reads: () => reads,
    async putIfAbsent(put) {
      const name = `${put.bucket}/${put.key}`
      const existing = objects.get(name)
      if (existing !== undefined) {
        return existing.metadata[META_SHA256] === put.metadata[META_SHA256]
          ? { kind: 'alreadyThere', etag: etagOf(existing) }
          : { kind: 'differs', head: headOf(put.key, existing) }
      }
      const bytes = put.body.kind === 'bytes' ? put.body.bytes : readFileSync(put.body.path)
      const object = { bytes: Uint8Array.from(bytes), metadata: put.metadata }
      objects.set(name, object)
      return { kind: 'created', etag: etagOf(object) }
    },
    async head(bucket, key) {
      const object = objects.get(`${bucket}/${key}`)
      return object === undefined ? undefined : headOf(key, object)
    },
    async get(bucket, key, range) {
      reads++
      const object = objects.get(`${bucket}/${key}`)
      if (object === undefined) throw new FieldgateError('notFound', `No object ${key}.`)
      return object.bytes.slice(range?.start ?? 0, range?.end === undefined ? undefined : range.end + 1)
    },
    async list({ bucket, prefix }) {
      const found = [...objects]
        .filter(([name]) => name.startsWith(`${bucket}/${prefix ?? ''}`))
        .map(([name, object]) => headOf(name.slice(bucket.length + 1), object))
      return { objects: found, prefixes: [], nextToken: undefined }
    },
    close: async () => undefined,
  }
  // The proof and the uploader use nothing else of a store.
  return store as MemoryStore
}
