import type { Clock } from '../../support/clock.ts'
import type { Blobs } from './blobs.ts'
import type { StoreFaults } from './faults.ts'
import type { BucketRow, ObjectIndex, ObjectRow } from './objectIndex.ts'
import type { Signed } from './signature.ts'
import { Refusal } from './wire.ts'
import type { StoreRequest } from './wire.ts'

/** What the operations of the store work with. */
export interface StoreContext {
  readonly index: ObjectIndex
  readonly blobs: Blobs
  readonly clock: Clock
  readonly region: string
  readonly faults: StoreFaults
}

/** One authenticated request on its way to an operation. `key` is '' for bucket operations. */
export interface Call {
  readonly request: StoreRequest
  readonly signed: Signed
  readonly bucketName: string
  readonly key: string
  /** The sub-resource asked for, such as `versioning` or `uploads`. */
  readonly sub: string | undefined
}

const KEPT_HEADERS = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-amz-storage-class',
])
const MAX_METADATA_BYTES = 8192

/** The headers that stay with an object, as JSON: its metadata and what a reader gets back. */
export function keptHeaders(request: StoreRequest): string {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (name === 'content-encoding') {
      const own = value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== 'aws-chunked' && part !== '')
      if (own.length > 0) kept[name] = own.join(',')
    } else if (name.startsWith('x-amz-meta-') || KEPT_HEADERS.has(name)) kept[name] = value
  }
  const json = JSON.stringify(kept)
  if (json.length > MAX_METADATA_BYTES) {
    throw new Refusal(400, 'MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size.')
  }
  return json
}

/** The precondition of a write. Of If-None-Match only `*` exists, as in S3. */
export function writeCondition(request: StoreRequest): (current: ObjectRow | undefined) => void {
  const ifNoneMatch = request.headers['if-none-match']
  const ifMatch = request.headers['if-match']
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new Refusal(501, 'NotImplemented', 'If-None-Match of a write is implemented for * only.')
  }
  return (current) => {
    if (ifNoneMatch !== undefined && current !== undefined) throw preconditionFailed('If-None-Match')
    if (ifMatch === undefined) return
    if (current === undefined) throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.')
    if (ifMatch !== '*' && unquote(ifMatch) !== current.etag) throw preconditionFailed('If-Match')
  }
}

/** The refusal of a conditional request, 412, naming the condition. */
export function preconditionFailed(condition: string): Refusal {
  return new Refusal(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    details: { Condition: condition },
  })
}

/** The header with an object's checksum; none where it is unknown. */
export function checksumHeader(of: { algorithm: string | null; checksum: string | null }): Record<string, string> {
  return of.checksum === null || of.algorithm === null ? {} : { [`x-amz-checksum-${of.algorithm}`]: of.checksum }
}

/** Bodies are kept as they are; the header says what S3 would do with the bucket's or the request's wish. */
export function encryptionHeader(
  context: StoreContext,
  bucket: BucketRow,
  request?: StoreRequest,
): Record<string, string> {
  const asked = request?.headers['x-amz-server-side-encryption'] === 'AES256'
  const isDefault = context.index.sql(`SELECT 1 FROM setting WHERE bucket = ? AND kind = 'encryption'`).get(bucket.id)
  return asked || isDefault !== undefined ? { 'x-amz-server-side-encryption': 'AES256' } : {}
}

/** The header that names a version; none in a bucket without versioning. */
export function versionHeader(bucket: BucketRow, version: string | undefined): Record<string, string> {
  return bucket.versioning === null || version === undefined ? {} : { 'x-amz-version-id': version }
}

/** An ETag without its quotes, as the index keeps it. */
export function unquote(etag: string): string {
  return etag.replaceAll('"', '')
}

/** Throws as a full disk does while that fault is on. */
export function assertSpace(faults: StoreFaults): void {
  if (faults.diskFull) throw diskFull()
}

/** The refusal of a write that finds no space. */
export function diskFull(): Refusal {
  return new Refusal(507, 'InsufficientStorage', 'The disk of the store is full.')
}
