import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { PutObject, PutOutcome } from '../port.ts'
import type { Connection } from './connection.ts'
import { compare, isSameContent } from './content.ts'
import type { PutContent } from './content.ts'
import { headObject, notTheStore } from './reads.ts'
import { explainStoreError, isUncertain, readFailure } from './storeErrors.ts'
import type { Attempt } from './storeVerdicts.ts'

/** A success without ETag and matching checksum counts only if the store shows the object. */
export async function proveCreated(
  connection: Connection,
  put: PutObject,
  content: PutContent,
  attempt: Attempt,
): Promise<PutOutcome> {
  const head = await headObject(connection, put.bucket, put.key, put.signal)
  if (head !== undefined && (await isSameContent(head, content))) return { kind: 'created', etag: head.etag }
  throw notTheStore(attempt)
}

/**
 * A failed put may still have stored the object: 412 and 409 say that somebody did, a lost reply says nothing. HEAD decides;
 * where HEAD fails too, the first error stands.
 */
export async function settle(
  connection: Connection,
  put: PutObject,
  content: PutContent,
  error: unknown,
  attempt: Attempt,
): Promise<PutOutcome> {
  const { status } = readFailure(error)
  const isTaken = status === 412 || status === 409
  if (put.signal?.aborted === true || (!isTaken && !isUncertain(error))) throw explainStoreError(error, attempt)
  let head
  try {
    head = await headObject(connection, put.bucket, put.key, put.signal)
  } catch (headError) {
    throw explainStoreError(isTaken ? headError : error, attempt)
  }
  if (head !== undefined) return compare(head, content)
  if (isTaken) {
    throw new FieldgateError('conflict', `${put.bucket}/${put.key} is being written or deleted by another request.`, {
      hint: 'It is tried again.',
      retryable: true,
    })
  }
  throw explainStoreError(error, attempt)
}
