import { readFileSync } from 'node:fs'
import { FieldgateError } from '../../shared/domain/errors.ts'
import { META_SHA256 } from '../../electron/core/objects/port.ts'
import type { ObjectStore, PutOutcome } from '../../electron/core/objects/port.ts'
import type { Rng } from '../../electron/core/support/rng.ts'

/** How a put goes wrong: before anything is stored, or after it is stored but before anybody hears of it. */
export type PutFault = 'failBefore' | 'failAfter' | 'denied'

export interface SimStore extends ObjectStore {
  readonly objects: Map<string, { readonly bytes: Uint8Array; readonly metadata: Readonly<Record<string, string>> }>
  /** Chance of a fault per put, in [0, 1]. */
  faultRate: number
  /** Writes that changed the bytes of an existing name; must stay empty. */
  readonly overwritten: string[]
}

/** A store in memory that keeps S3's promise of a conditional put, and breaks the link to it at random. */
export function createSimStore(rng: Rng): SimStore {
  const objects: SimStore['objects'] = new Map()
  const store: SimStore = {
    objects,
    faultRate: 0,
    overwritten: [],
    async putIfAbsent(put): Promise<PutOutcome> {
      const fault = rng.next() < store.faultRate ? rng.pick<PutFault>(['failBefore', 'failAfter', 'denied']) : undefined
      if (fault === 'failBefore') throw new FieldgateError('unavailable', 'The link is cut.')
      if (fault === 'denied') throw new FieldgateError('denied', 'PutObject is not allowed.', { retryable: false })
      const name = `${put.bucket}/${put.key}`
      const bytes = put.body.kind === 'bytes' ? put.body.bytes : readFileSync(put.body.path)
      const existing = objects.get(name)
      if (existing !== undefined) {
        if (existing.metadata[META_SHA256] === put.metadata[META_SHA256]) return { kind: 'alreadyThere', etag: 'e' }
        store.overwritten.push(name)
        const head = {
          key: put.key,
          bytes: existing.bytes.length,
          etag: 'e',
          lastModifiedMs: 0,
          metadata: existing.metadata,
        }
        return { kind: 'differs', head }
      }
      objects.set(name, { bytes: Uint8Array.from(bytes), metadata: put.metadata })
      if (fault === 'failAfter') throw new FieldgateError('unavailable', 'The reply was lost.')
      return { kind: 'created', etag: 'e' }
    },
    head: async (bucket, key) => {
      const found = objects.get(`${bucket}/${key}`)
      if (found === undefined) return undefined
      return { key, bytes: found.bytes.length, etag: 'e', lastModifiedMs: 0, metadata: found.metadata }
    },
    get: async (bucket, key) => {
      const found = objects.get(`${bucket}/${key}`)
      if (found === undefined) throw new FieldgateError('notFound', `No object ${key}.`)
      return found.bytes
    },
    list: async ({ bucket, prefix, startAfter }) => ({
      objects: [...objects]
        .filter(([name]) => name.startsWith(`${bucket}/${prefix ?? ''}`) && name > `${bucket}/${startAfter ?? ''}`)
        .map(([name, object]) => ({
          key: name.slice(bucket.length + 1),
          bytes: object.bytes.length,
          etag: 'e',
          lastModifiedMs: 0,
        })),
      prefixes: [],
      nextToken: undefined,
    }),
    listBuckets: async () => [],
    ensureBucket: async () => undefined,
    delete: async () => undefined,
    close: async () => undefined,
  }
  return store
}
