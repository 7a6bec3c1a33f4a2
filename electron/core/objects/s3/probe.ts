import { PutObjectCommand } from '@aws-sdk/client-s3'
import { sendOptions } from './connection.ts'
import type { Connection } from './connection.ts'
import { readFailure } from './storeErrors.ts'

/** Zero bytes, left in the bucket on purpose: the next probe then costs one request. Readers skip names that begin with `_`. */
export const PROBE_KEY = '_fieldgate-probe'

/**
 * Finds out, once per endpoint, whether the store enforces conditional writes: of two conditional puts of one name the
 * second must fail with 412. A store that refuses default checksums is met without them. Never throws: without an answer
 * the store stays `unknown`, and every put looks first.
 */
export async function probeConditionalWrites(connection: Connection, bucket: string): Promise<void> {
  const { capabilities } = connection
  if (capabilities.conditionalWrites !== 'unknown') return
  let outcome = await tryPut(connection, bucket)
  if (outcome === 'refusedChecksum') {
    capabilities.checksums = 'required'
    outcome = await tryPut(connection, bucket)
  }
  if (outcome === 'stored') outcome = (await tryPut(connection, bucket)) === 'stored' ? 'ignored' : 'exists'
  if (outcome === 'exists') capabilities.conditionalWrites = 'enforced'
  if (outcome === 'refused') capabilities.conditionalWrites = 'refused'
  if (outcome === 'ignored') capabilities.conditionalWrites = 'ignored'
  connection.ports.log.info('Asked the store about conditional writes.', { answer: capabilities.conditionalWrites })
}

type ProbeOutcome = 'stored' | 'exists' | 'refused' | 'refusedChecksum' | 'ignored' | 'failed'

async function tryPut(connection: Connection, bucket: string): Promise<ProbeOutcome> {
  const command = new PutObjectCommand({ Bucket: bucket, Key: PROBE_KEY, Body: new Uint8Array(), IfNoneMatch: '*' })
  try {
    const reply = await connection.client.send(command, sendOptions(connection, undefined))
    return reply.ETag === undefined ? 'failed' : 'stored'
  } catch (error) {
    const { name, status } = readFailure(error)
    if (status === 412) return 'exists'
    if (name === 'ExcessHeaderValues' && connection.capabilities.checksums === 'always') return 'refusedChecksum'
    if (status === 501) return 'refused'
    return 'failed'
  }
}
