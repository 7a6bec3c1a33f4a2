import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { META_LOGICAL_HASH, META_SHA256 } from '../../electron/core/objects/port.ts'
import type { ListedObject, ListPage, ObjectHead, ObjectStore } from '../../electron/core/objects/port.ts'
import type { Rng } from '../../electron/core/support/rng.ts'
import { FieldgateError } from '../../shared/domain/errors.ts'
import type { FakeClock } from '../helpers/fakeClock.ts'

export interface SimObject {
  readonly bytes: Uint8Array
  readonly metadata: Readonly<Record<string, string>>
  readonly lastModifiedMs: number
}

/** What may go wrong with one request. */
interface Weather {
  readonly rng: Rng
  readonly faults: number
  readonly latencyMs: number
}

export interface SimStore extends ObjectStore {
  /** By bucket and key, in order of being stored. */
  readonly objects: Map<string, SimObject>
  /** Names under which somebody else put an object first. */
  readonly foreign: Set<string>
  /** What nobody may do: delete an object, or mean to put another one under a name of ours. */
  readonly crimes: string[]
  /** True for a key whose rows, or their contract, changed after a ledger that is lost had half delivered them: a person decides. */
  mayDiffer: (key: string) => boolean
  weather: Weather | undefined
  /** Nothing gets through before this time. */
  cutUntilMs: number
}

type PutFault = 'refusedBefore' | 'replyLost' | 'corrupted' | 'foreign'

const PUT_FAULTS: readonly PutFault[] = [
  'refusedBefore',
  'refusedBefore',
  'refusedBefore',
  'replyLost',
  'replyLost',
  'corrupted',
  'foreign',
]

/** Everything that a request can come back with without having done anything. */
const REFUSALS: readonly (() => FieldgateError)[] = [
  () => new FieldgateError('unavailable', 'The link is cut.'),
  () => new FieldgateError('throttled', 'SlowDown: please reduce your request rate.'),
  () =>
    new FieldgateError('conflict', 'ConditionalRequestConflict: another request is under way.', { retryable: true }),
  () => new FieldgateError('unavailable', 'The answer does not come from an object store (a login page?).'),
  () => new FieldgateError('unavailable', 'The clock of this computer differs too much from that of the store.'),
]
const PUT_REFUSALS: typeof REFUSALS = [
  ...REFUSALS,
  () => new FieldgateError('denied', 'PutObject is not allowed.', { retryable: false }),
  () => new FieldgateError('denied', 'The security token included in the request is expired.', { retryable: true }),
]
/** A stalled request holds its caller this long before it fails. */
const STALL_MS = 120_000

/**
 * A store in memory that keeps S3's promises (conditional put, checksums, listing in order of the keys and complete) and
 * breaks the link to it as the weather says.
 */
export function createSimStore(clock: Pick<FakeClock, 'now' | 'advance'>): SimStore {
  const objects: SimStore['objects'] = new Map()

  const travel = (): boolean => {
    if (clock.now() < store.cutUntilMs) throw new FieldgateError('unavailable', 'The link is cut.')
    const { weather } = store
    if (weather === undefined) return false
    if (weather.latencyMs > 0) clock.advance(weather.rng.int(0, weather.latencyMs))
    return weather.faults > 0 && weather.rng.next() < weather.faults
  }

  const refuse = (rng: Rng, refusals: typeof REFUSALS): never => {
    if (rng.next() < 0.1) clock.advance(STALL_MS)
    throw rng.pick(refusals)()
  }

  /** Who may not list is told so once and for all, and goes on without: that is no weather. */
  const travelToRead = (): void => {
    if (travel()) refuse((store.weather as Weather).rng, REFUSALS)
  }

  const headOf = (bucket: string, key: string, object: SimObject): ObjectHead => ({
    key,
    bytes: object.bytes.length,
    etag: etagOf(object),
    lastModifiedMs: object.lastModifiedMs,
    metadata: object.metadata,
  })

  const store: SimStore = {
    objects,
    foreign: new Set(),
    crimes: [],
    mayDiffer: () => false,
    weather: undefined,
    cutUntilMs: Number.NEGATIVE_INFINITY,
    async putIfAbsent({ bucket, key, body, metadata }) {
      const rng = store.weather?.rng as Rng
      const fault = travel() ? rng.pick(PUT_FAULTS) : undefined
      if (fault === 'refusedBefore') refuse(rng, PUT_REFUSALS)
      if (fault === 'corrupted') throw new FieldgateError('unavailable', 'BadDigest: the body arrived damaged.')
      const name = `${bucket}/${key}`
      const bytes = body.kind === 'bytes' ? body.bytes : readFileSync(body.path)
      // As S3 does with the checksum that is sent along.
      if (createHash('sha256').update(bytes).digest('hex') !== metadata[META_SHA256]) {
        throw new FieldgateError('unavailable', 'BadDigest: the body does not match its checksum.')
      }
      if (fault === 'foreign' && !objects.has(name)) {
        store.foreign.add(name)
        objects.set(name, { bytes: Uint8Array.of(1), metadata: {}, lastModifiedMs: clock.now() })
      }
      const existing = objects.get(name)
      if (existing !== undefined) {
        if (fault === 'replyLost') throw new FieldgateError('unavailable', 'The reply was lost.')
        if (isSame(existing.metadata, metadata)) return { kind: 'alreadyThere', etag: etagOf(existing) }
        if (!store.foreign.has(name) && !store.mayDiffer(key)) {
          store.crimes.push(`a put met other content of ours under ${name}`)
        }
        return { kind: 'differs', head: headOf(bucket, key, existing) }
      }
      const object = { bytes: Uint8Array.from(bytes), metadata, lastModifiedMs: clock.now() }
      objects.set(name, object)
      if (fault === 'replyLost') throw new FieldgateError('unavailable', 'The reply was lost.')
      return { kind: 'created', etag: etagOf(object) }
    },
    async head(bucket, key) {
      travelToRead()
      const found = objects.get(`${bucket}/${key}`)
      return found === undefined ? undefined : headOf(bucket, key, found)
    },
    async get(bucket, key) {
      travelToRead()
      const found = objects.get(`${bucket}/${key}`)
      if (found === undefined) throw new FieldgateError('notFound', `No object ${key}.`)
      return found.bytes
    },
    async list(query) {
      travelToRead()
      return listObjects(objects, query)
    },
    listBuckets: async () => [],
    ensureBucket: async () => undefined,
    async delete(bucket, key) {
      store.crimes.push(`${bucket}/${key} was deleted`)
    },
    close: async () => undefined,
  }
  return store
}

/** Equal by the hash of the bytes, or of the content: as the real client compares. */
function isSame(a: SimObject['metadata'], b: SimObject['metadata']): boolean {
  return [META_SHA256, META_LOGICAL_HASH].some((name) => a[name] !== undefined && a[name] === b[name])
}

function etagOf(object: SimObject): string {
  return `"${object.metadata[META_SHA256]?.slice(0, 32) ?? 'foreign'}"`
}

/** Pages in order of the keys, as ListObjectsV2 gives them. */
function listObjects(objects: SimStore['objects'], query: Parameters<ObjectStore['list']>[0]): ListPage {
  const { bucket, prefix = '', delimiter, token, startAfter = '', maxKeys = 1_000 } = query
  const after = token !== undefined && token > startAfter ? token : startAfter
  const keys = [...objects.keys()]
    .filter((name) => name.startsWith(`${bucket}/${prefix}`))
    .map((name) => name.slice(bucket.length + 1))
    .filter((key) => key > after)
    .toSorted()
  const found: ListedObject[] = []
  const prefixes: string[] = []
  for (const [index, key] of keys.entries()) {
    const cut = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length)
    const group = cut < 0 ? undefined : key.slice(0, cut + 1)
    if (group !== undefined && group === prefixes.at(-1)) continue
    if (found.length + prefixes.length === maxKeys) {
      return { objects: found, prefixes, nextToken: keys[index - 1] }
    }
    if (group !== undefined) prefixes.push(group)
    else {
      const object = objects.get(`${bucket}/${key}`) as SimObject
      found.push({ key, bytes: object.bytes.length, etag: etagOf(object), lastModifiedMs: object.lastModifiedMs })
    }
  }
  return { objects: found, prefixes, nextToken: undefined }
}
