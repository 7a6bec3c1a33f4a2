import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { formatObjectKey } from '../../../shared/domain/objectKey.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { commitExecution, listObjects, markObject, recordEncoded, resetToClaimed } from '../db/ledger/executions.ts'
import type { StoredExecution, StoredObject } from '../db/ledger/executions.ts'
import { META_LOGICAL_HASH, META_SHA256 } from '../objects/port.ts'
import { priorityOf } from '../../../shared/domain/pipelineTypes.ts'
import { parseRequest } from './claim.ts'
import { isSameEpoch } from './epoch.ts'
import type { UploaderPorts } from './ports.ts'

/** Where the spool files of a workspace lie. */
export function spoolFolderOf(stateDir: string): string {
  return join(stateDir, 'spool')
}

/**
 * Carries one claim to its end: encode, put, verify, commit. May be called again after a crash at any point, by any
 * process holding the lease: it continues from what is durable and writes to the same keys.
 * Returns false when the source was replaced before the rows were encoded: then there is nothing left to deliver.
 */
export async function runExecution(
  ports: UploaderPorts,
  node: NodeConfig,
  execution: StoredExecution,
  signal: AbortSignal,
): Promise<boolean> {
  const spooled = execution.state === 'encoded' && (await isSpoolIntact(ports, execution))
  if (!spooled) {
    if (execution.state === 'encoded') resetToClaimed(ports.ledger, execution.id)
    if (!(await encodeExecution(ports, node, execution, signal))) return false
  }
  await putObjects(ports, execution, signal)
  ports.step('committing', execution.id)
  commitExecution(ports.ledger, execution, { leaseToken: ports.runner.token, atMs: ports.clock.now() })
  ports.step('committed', execution.id)
  removeSpool(ports, execution)
  ports.step('cleaned', execution.id)
  return true
}

async function encodeExecution(
  ports: UploaderPorts,
  node: NodeConfig,
  execution: StoredExecution,
  signal: AbortSignal,
): Promise<boolean> {
  const pinned = parseRequest(execution)
  const leave = await ports.encodeGate.enter(priorityOf(execution.route))
  try {
    signal.throwIfAborted()
    if (!isSourceAlive(ports, node, execution)) return false
    ports.step('encoding', execution.id)
    const result = await ports.encoder.encode(
      {
        ...pinned,
        node,
        pipelineType: execution.route,
        pipelineRevision: execution.pipelineRevision,
        epoch: execution.epoch,
        fromSeq: execution.fromSeq,
        toSeq: execution.toSeq,
        spoolFolder: spoolFolderOf(ports.config.stateDir),
        spoolName: `${spoolPrefix(execution)}${ports.runner.token.slice(0, 8)}`,
      },
      signal,
    )
    ports.step('encodedFiles', execution.id)
    // The file may have been replaced while it was read; rows of two lives must never share an object.
    if (!isSourceAlive(ports, node, execution)) {
      for (const object of result.objects) rmSync(object.path, { force: true })
      return false
    }
    recordEncoded(ports.ledger, execution, {
      objects: result.objects.map((object) => ({
        key: formatObjectKey({
          type: execution.route,
          table: execution.table,
          node: execution.nodeId,
          date: object.date,
          epoch: execution.epoch,
          fromSeq: object.fromSeq,
          toSeq: object.toSeq,
        }),
        date: object.date,
        fromSeq: object.fromSeq,
        toSeq: object.toSeq,
        rows: object.rows,
        bytes: object.bytes,
        sha256: object.sha256,
        logicalHash: object.logicalHash,
        spoolPath: object.path,
      })),
      counts: result.counts,
      quarantined: result.quarantined,
      newestEventMs: result.newestEventMs,
      atMs: ports.clock.now(),
    })
    ports.step('encodedRecorded', execution.id)
    return true
  } finally {
    leave()
  }
}

function isSourceAlive(ports: UploaderPorts, node: NodeConfig, execution: StoredExecution): boolean {
  const database = ports.openNode(node)
  try {
    return isSameEpoch(ports.ledger, database, node, parseRequest(execution).context.plan, execution.epoch)
  } finally {
    database.close()
  }
}

async function putObjects(ports: UploaderPorts, execution: StoredExecution, signal: AbortSignal): Promise<void> {
  for (const object of listObjects(ports.ledger, execution.id)) {
    if (object.state === 'stored') continue
    const leave = await ports.putGate.enter(priorityOf(execution.route))
    try {
      signal.throwIfAborted()
      ports.step('putting', execution.id)
      await putObject(ports, execution, object, signal)
      ports.step('putRecorded', execution.id)
    } finally {
      leave()
    }
  }
}

async function putObject(
  ports: UploaderPorts,
  execution: StoredExecution,
  object: StoredObject,
  signal: AbortSignal,
): Promise<void> {
  if (object.spoolPath === undefined) {
    throw new FieldgateError('internal', `Object ${object.key} of execution ${execution.id} has no spool file.`)
  }
  const outcome = await ports.store.putIfAbsent({
    bucket: object.bucket,
    key: object.key,
    body: { kind: 'file', path: object.spoolPath, bytes: object.bytes },
    contentType: 'application/vnd.apache.parquet',
    metadata: metadataOf(execution, object),
    signal,
  })
  ports.step('put', execution.id)
  if (outcome.kind === 'differs') {
    markObject(ports.ledger, object.bucket, object.key, 'conflict')
    throw new FieldgateError('conflict', `Another object already holds the name ${object.key} in ${object.bucket}.`, {
      hint: 'Nothing was overwritten. Find out who wrote it (two nodes with one id?), move it away, and it is tried again.',
      details: { theirBytes: outcome.head.bytes, ourBytes: object.bytes },
    })
  }
  markObject(ports.ledger, object.bucket, object.key, 'stored', outcome.etag)
}

function metadataOf(execution: StoredExecution, object: StoredObject): Record<string, string> {
  return {
    [META_SHA256]: object.sha256,
    [META_LOGICAL_HASH]: object.logicalHash,
    'fieldgate-node': encodeURIComponent(execution.nodeId),
    'fieldgate-table': encodeURIComponent(execution.table),
    'fieldgate-type': execution.route,
    'fieldgate-epoch': execution.epoch,
    'fieldgate-range': `${object.fromSeq}..${object.toSeq}`,
    'fieldgate-rows': String(object.rows),
  }
}

/** Names begin with the execution; the runner's token follows, so that two runners never write one file. */
function spoolPrefix(execution: StoredExecution): string {
  return `execution-${execution.id}-`
}

/** True when every file still to be put is there with the recorded hash; a torn one is made again instead of sent. */
async function isSpoolIntact(ports: UploaderPorts, execution: StoredExecution): Promise<boolean> {
  for (const object of listObjects(ports.ledger, execution.id)) {
    if (object.state === 'stored') continue
    if (object.spoolPath === undefined || !existsSync(object.spoolPath)) return false
    if (statSync(object.spoolPath).size !== object.bytes) return false
    if ((await sha256OfFile(object.spoolPath)) !== object.sha256) return false
  }
  return true
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(part as Buffer)
  return hash.digest('hex')
}

function removeSpool(ports: UploaderPorts, execution: StoredExecution): void {
  const folder = spoolFolderOf(ports.config.stateDir)
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    if (name.startsWith(spoolPrefix(execution))) rmSync(join(folder, name), { force: true })
  }
}
