import { PutObjectCommand } from '@aws-sdk/client-s3'
import { sendOptions } from './connection.ts'
import type { Connection } from './connection.ts'
import { readFailure } from './storeErrors.ts'

/** Zero bytes, left in the bucket on purpose: the next probe then costs one request. Readers skip names that begin with `_`. */
const PROBE_KEY = '_fieldgate-probe'

/**
 * Finds out, once per endpoint, whether the store enforces conditional writes: of two conditional puts of one name the
 * second must fail with 412. A store that refuses default checksums is met without them. Never throws: without an answer
 * the store stays `unknown`, and every put looks first. Puts that start together share one probe.
 */
export function probeConditionalWrites(connection: Connection, bucket: string): Promise<void> {
  if (connection.capabilities.conditionalWrites !== 'unknown') return Promise.resolve()
  return (connection.probe.pending ??= probe(connection, bucket))
}

async function probe(connection: Connection, bucket: string): Promise<void> {
  const { capabilities } = connection
  let outcome = await tryPut(connection, bucket)
  if (outcome === 'refusedChecksum') {
    capabilities.checksums = 'required'
    outcome = await tryPut(connection, bucket)
  }
  if (outcome === 'stored') outcome = (await tryPut(connection, bucket)) === 'stored' ? 'ignored' : 'exists'
  if (outcome === 'exists') capabilities.conditionalWrites = 'enforced'
  if (outcome === 'refused') capabilities.conditionalWrites = 'refused'
  if (outcome === 'ignored') capabilities.conditionalWrites = 'ignored'
  // No answer, no verdict: the next put asks again. A refusal for other reasons would only repeat itself.
  if (outcome === 'unreachable') connection.probe.pending = undefined
  connection.ports.log.info('Asked the store about conditional writes.', { answer: capabilities.conditionalWrites })
}

type ProbeOutcome = 'stored' | 'exists' | 'refused' | 'refusedChecksum' | 'ignored' | 'failed' | 'unreachable'

async function tryPut(connection: Connection, bucket: string): Promise<ProbeOutcome> {
  const command = new PutObjectCommand({ Bucket: bucket, Key: PROBE_KEY, Body: new Uint8Array(), IfNoneMatch: '*' })
  try {
    const reply = await connection.client.send(command, sendOptions(connection, undefined))
    return reply.ETag === undefined ? 'unreachable' : 'stored'
  } catch (error) {
    const { name, status } = readFailure(error)
    if (status === 412) return 'exists'
    if (name === 'ExcessHeaderValues' && connection.capabilities.checksums === 'always') return 'refusedChecksum'
    if (status === 501) return 'refused'
    return status === undefined || status >= 500 || status === 404 ? 'unreachable' : 'failed'
  }
}
