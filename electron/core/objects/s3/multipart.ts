import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { CompletedPart, Part } from '@aws-sdk/client-s3'
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { writeFileAtomic } from '../../support/atomicFile.ts'
import type { PutObject, PutOutcome } from '../port.ts'
import { call, paceBody, sendOptions } from './connection.ts'
import type { Connection } from './connection.ts'
import { compare } from './content.ts'
import type { PutContent } from './content.ts'
import { headObject, notTheStore } from './reads.ts'
import { proveCreated, settle } from './settle.ts'
import { explainStoreError, readFailure } from './storeErrors.ts'
import type { Attempt } from './storeVerdicts.ts'

const PART_BYTES = 16 * 2 ** 20
const MAX_PARTS = 10_000

/** What is remembered beside the spool file, so that a restart sends only the missing parts. */
interface UploadState {
  readonly bucket: string
  readonly key: string
  readonly uploadId: string
  readonly partBytes: number
  readonly sha256: string
}

/**
 * Sends an object in parts and completes it only if the key is free. An upload begun before the process died is taken up
 * again: parts whose length and SHA-256 (else MD5) the store confirms are not sent twice.
 */
export async function putInParts(connection: Connection, put: PutObject, content: PutContent): Promise<PutOutcome> {
  const head = await headObject(connection, put.bucket, put.key, put.signal)
  if (head !== undefined) {
    forgetUpload(put)
    return compare(head, content)
  }
  const { state, parts } = (await resume(connection, put, content)) ?? (await begin(connection, put, content))
  const completed = await sendParts(connection, put, content, state, parts)
  const outcome = await complete(connection, put, content, state, completed)
  if (outcome.kind === 'differs') await abort(connection, state)
  forgetUpload(put)
  return outcome
}

async function resume(
  connection: Connection,
  put: PutObject,
  content: PutContent,
): Promise<{ readonly state: UploadState; readonly parts: readonly Part[] } | undefined> {
  const state = readUpload(put)
  if (state === undefined || state.bucket !== put.bucket || state.key !== put.key || state.sha256 !== content.sha256)
    return undefined
  const parts: Part[] = []
  try {
    for (let marker: string | undefined = '0'; marker !== undefined;) {
      const command: ListPartsCommand = new ListPartsCommand({
        Bucket: state.bucket,
        Key: state.key,
        UploadId: state.uploadId,
        PartNumberMarker: marker,
      })
      const page = await connection.client.send(command, sendOptions(connection, put.signal))
      parts.push(...(page.Parts ?? []))
      marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined
    }
  } catch (error) {
    if (readFailure(error).name === 'NoSuchUpload') return undefined
    throw explainStoreError(error, { action: 's3:ListMultipartUploadParts', bucket: put.bucket, key: put.key })
  }
  return { state, parts }
}

async function begin(
  connection: Connection,
  put: PutObject,
  content: PutContent,
): Promise<{ readonly state: UploadState; readonly parts: readonly Part[] }> {
  const attempt: Attempt = { action: 's3:PutObject', bucket: put.bucket, key: put.key }
  const command = new CreateMultipartUploadCommand({
    Bucket: put.bucket,
    Key: put.key,
    Metadata: content.metadata,
    ...(put.contentType === undefined ? {} : { ContentType: put.contentType }),
    ...(connection.capabilities.checksums === 'always' ? { ChecksumAlgorithm: 'SHA256' as const } : {}),
  })
  const reply = await call(attempt, () => connection.client.send(command, sendOptions(connection, put.signal)))
  if (reply.UploadId === undefined) throw notTheStore(attempt)
  const partBytes = Math.max(connection.ports.partBytes ?? PART_BYTES, Math.ceil(content.bytes / MAX_PARTS))
  const state: UploadState = {
    bucket: put.bucket,
    key: put.key,
    uploadId: reply.UploadId,
    partBytes,
    sha256: content.sha256,
  }
  const path = statePath(put)
  if (path !== undefined) writeFileAtomic(path, JSON.stringify(state), 0o600)
  return { state, parts: [] }
}

async function sendParts(
  connection: Connection,
  put: PutObject,
  content: PutContent,
  state: UploadState,
  have: readonly Part[],
): Promise<readonly CompletedPart[]> {
  const completed: CompletedPart[] = []
  const known = new Map(have.map((part) => [part.PartNumber, part]))
  for (let start = 0, number = 1; start < content.bytes; start += state.partBytes, number++) {
    put.signal?.throwIfAborted()
    const bytes = await content.read(start, state.partBytes)
    const part = known.get(number)
    const sha256 = createHash('sha256').update(bytes).digest('base64')
    const sent = isPart(part, bytes, sha256)
      ? part
      : await sendPart(connection, put, state, { number, start, bytes, sha256 })
    completed.push({
      PartNumber: number,
      ETag: sent?.ETag,
      ...(sent?.ChecksumSHA256 === undefined ? {} : { ChecksumSHA256: sent.ChecksumSHA256 }),
    })
    put.onSent?.(start + bytes.length)
  }
  return completed
}

function isPart(part: Part | undefined, bytes: Uint8Array, sha256: string): boolean {
  if (part === undefined || part.Size !== bytes.length) return false
  if (part.ChecksumSHA256 !== undefined) return part.ChecksumSHA256 === sha256
  return part.ETag?.replaceAll('"', '') === createHash('md5').update(bytes).digest('hex')
}

async function sendPart(
  connection: Connection,
  put: PutObject,
  state: UploadState,
  part: { readonly number: number; readonly start: number; readonly bytes: Uint8Array; readonly sha256: string },
): Promise<Pick<Part, 'ETag' | 'ChecksumSHA256'>> {
  const attempt: Attempt = { action: 's3:PutObject', bucket: state.bucket, key: state.key }
  const isChecked = connection.capabilities.checksums === 'always'
  const command = new UploadPartCommand({
    Bucket: state.bucket,
    Key: state.key,
    UploadId: state.uploadId,
    PartNumber: part.number,
    Body: part.bytes,
    ...(isChecked ? { ChecksumSHA256: part.sha256 } : {}),
  })
  paceBody(
    command,
    connection,
    put.signal,
    put.onSent === undefined ? undefined : (sent) => put.onSent?.(part.start + sent),
  )
  const reply = await call(attempt, () =>
    connection.client.send(command, sendOptions(connection, put.signal, part.bytes.length)),
  )
  const isProven =
    reply.ChecksumSHA256 === part.sha256 ||
    reply.ETag?.replaceAll('"', '') === createHash('md5').update(part.bytes).digest('hex')
  if (!isProven) throw notTheStore(attempt)
  return reply
}

/** Completes with If-None-Match where the store has it; the head afterwards is the proof, not the answer. */
async function complete(
  connection: Connection,
  put: PutObject,
  content: PutContent,
  state: UploadState,
  parts: readonly CompletedPart[],
): Promise<PutOutcome> {
  const attempt: Attempt = { action: 's3:PutObject', bucket: state.bucket, key: state.key }
  const { capabilities } = connection
  const taken =
    capabilities.conditionalWrites === 'enforced'
      ? undefined
      : await headObject(connection, put.bucket, put.key, put.signal)
  if (taken !== undefined) return compare(taken, content)
  const command = new CompleteMultipartUploadCommand({
    Bucket: state.bucket,
    Key: state.key,
    UploadId: state.uploadId,
    MultipartUpload: { Parts: [...parts] },
    ...(capabilities.conditionalWrites === 'refused' ? {} : { IfNoneMatch: '*' }),
  })
  try {
    await connection.client.send(command, sendOptions(connection, put.signal, content.bytes))
    return await proveCreated(connection, put, content, attempt)
  } catch (error) {
    const { name, status } = readFailure(error)
    if (status === 501 && capabilities.conditionalWrites !== 'refused') {
      capabilities.conditionalWrites = 'refused'
      return complete(connection, put, content, state, parts)
    }
    if (name === 'NoSuchUpload') return settleLostUpload(connection, put, content, attempt)
    return settle(connection, put, content, error, attempt)
  }
}

/** The upload is gone: completed by a try whose reply was lost, or aborted by somebody. */
async function settleLostUpload(
  connection: Connection,
  put: PutObject,
  content: PutContent,
  attempt: Attempt,
): Promise<PutOutcome> {
  const head = await headObject(connection, put.bucket, put.key, put.signal)
  if (head !== undefined) return compare(head, content)
  forgetUpload(put)
  throw new FieldgateError('unavailable', `The upload of ${put.bucket}/${put.key} was aborted in the store.`, {
    hint: 'It starts anew.',
    details: { action: attempt.action },
  })
}

async function abort(connection: Connection, state: UploadState): Promise<void> {
  const command = new AbortMultipartUploadCommand({ Bucket: state.bucket, Key: state.key, UploadId: state.uploadId })
  // Best effort: the bucket's lifecycle rule removes what is left.
  await connection.client.send(command, sendOptions(connection, undefined)).catch(() => undefined)
}

/** Where the state of an upload lives: beside its spool file, so that it goes with it. */
function statePath(put: PutObject): string | undefined {
  return put.body.kind === 'file' ? `${put.body.path}.upload.json` : undefined
}

function readUpload(put: PutObject): UploadState | undefined {
  const path = statePath(put)
  if (path === undefined) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as UploadState
  } catch {
    return undefined
  }
}

function forgetUpload(put: PutObject): void {
  const path = statePath(put)
  if (path !== undefined) rmSync(path, { force: true })
}
