import { rmSync } from 'node:fs'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { formatObjectKey } from '../../../shared/domain/objectKey.ts'
import type { Lane } from '../../../shared/domain/execution.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import { listAnchors } from '../db/ledger/epochs.ts'
import { listObjects, readEncoded } from '../db/ledger/executions.ts'
import {
  commitExecution,
  forgetObject,
  markObject,
  recordEncoded,
  repinExecution,
  resetToClaimed,
} from '../db/ledger/transitions.ts'
import type { StoredExecution, StoredObject } from '../db/ledger/executions.ts'
import { listReplayRows } from '../db/ledger/quarantine.ts'
import { underLease } from '../db/ledger/leases.ts'
import type { TablePlan } from '../db/nodePort.ts'
import { META_LOGICAL_HASH } from '../objects/port.ts'
import type { ObjectMetadata } from '../objects/port.ts'
import { priorityOf } from '../../../shared/domain/pipelineTypes.ts'
import { parseRequest } from './claim.ts'
import type { PinnedRequest } from './claim.ts'
import { describeObject, readClaimOrigin } from './claimMetadata.ts'
import type { EncodedObject } from './encodePort.ts'
import { isSameEpoch } from './epoch.ts'
import { isSpoolIntact, removeSpool, spoolFolderOf, spoolNameOf } from './spool.ts'
import type { UploaderPorts } from './ports.ts'

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
  if (execution.state === 'encoded') await noteMoved(ports, execution, signal)
  const spooled = execution.state === 'encoded' && (await isSpoolIntact(ports.ledger, execution))
  if (!spooled) {
    if (execution.state === 'encoded') {
      await noteArrived(ports, execution, signal)
      fenced(ports, execution, () => resetToClaimed(ports.ledger, execution.id))
    }
    if (!(await encodeExecution(ports, node, execution, signal))) return false
  }
  const markLast = await putObjects(ports, execution, signal)
  ports.step('committing', execution.id)
  fenced(ports, execution, () => {
    markLast()
    commitExecution(ports.ledger, execution, { leaseToken: ports.runner.token, atMs: ports.clock.now() })
  })
  ports.step('committed', execution.id)
  removeSpool(ports.config.stateDir, execution)
  ports.step('cleaned', execution.id)
  return true
}

async function encodeExecution(
  ports: UploaderPorts,
  node: NodeConfig,
  execution: StoredExecution,
  signal: AbortSignal,
): Promise<boolean> {
  const leave = await ports.encodeGate.enter(priorityOf(execution.route))
  try {
    signal.throwIfAborted()
    await forgetMoved(ports, execution, signal)
    const replayRows = listReplayRows(ports.ledger, execution.id)
    const isReplay = replayRows.length > 0
    const pinned = isReplay ? parseRequest(execution) : settingsOf(ports, node, execution)
    if (pinned === undefined) return false
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
        spoolName: spoolNameOf(execution, ports.runner.token),
        ...(isReplay ? { replayRows } : {}),
      },
      signal,
    )
    ports.step('encodedFiles', execution.id)
    // The file may have been replaced while it was read; rows of two lives must never share an object.
    if (!isReplay && livingPlan(ports, node, execution, pinned) === undefined) {
      for (const object of result.objects) rmSync(object.path, { force: true })
      return false
    }
    const encoded = {
      objects: result.objects.map((object) => ({
        key: keyOf(execution, object),
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
    }
    fenced(ports, execution, () => recordEncoded(ports.ledger, execution, encoded))
    ports.step('encodedRecorded', execution.id)
    return true
  } finally {
    leave()
  }
}

/**
 * Notes which objects of an attempt before are in the bucket no more: somebody moved them away, perhaps because a conflict
 * had asked for it. They are put again.
 */
async function noteMoved(ports: UploaderPorts, execution: StoredExecution, signal: AbortSignal): Promise<void> {
  for (const { bucket, key, state } of listObjects(ports.ledger, execution.id)) {
    if (state !== 'stored' || (await ports.store.head(bucket, key, signal)) !== undefined) continue
    fenced(ports, execution, () => markObject(ports.ledger, bucket, key, 'encoded'))
  }
}

/**
 * Forgets objects that were stored and are in the bucket no more: somebody moved them away, as a conflict asks for, and
 * their rows are delivered again.
 */
async function forgetMoved(ports: UploaderPorts, execution: StoredExecution, signal: AbortSignal): Promise<void> {
  for (const { bucket, key, state } of listObjects(ports.ledger, execution.id)) {
    if (state !== 'stored' || (await ports.store.head(bucket, key, signal)) !== undefined) continue
    fenced(ports, execution, () => forgetObject(ports.ledger, bucket, key))
  }
}

/**
 * Notes as stored what arrived in the bucket although its reply was lost: what is made instead of a lost spool has to
 * agree with it, should rows have changed meanwhile.
 */
async function noteArrived(ports: UploaderPorts, execution: StoredExecution, signal: AbortSignal): Promise<void> {
  for (const object of listObjects(ports.ledger, execution.id)) {
    if (object.state === 'stored') continue
    const head = await ports.store.head(object.bucket, object.key, signal)
    if (head === undefined || head.metadata[META_LOGICAL_HASH] !== object.logicalHash) continue
    fenced(ports, execution, () => markObject(ports.ledger, object.bucket, object.key, 'stored', head.etag))
  }
}

/**
 * The settings the claim pinned; undefined when the table began a new life since. If the table lost a column meanwhile,
 * its rows are read with the columns it still has.
 */
function settingsOf(ports: UploaderPorts, node: NodeConfig, execution: StoredExecution): PinnedRequest | undefined {
  const pinned = parseRequest(execution)
  const plan = livingPlan(ports, node, execution, pinned)
  if (plan === undefined) return undefined
  const names = new Set(plan.columns.map((column) => column.name))
  if (pinned.context.plan.columns.every((column) => names.has(column.name))) return pinned
  const changed: PinnedRequest = { ...pinned, context: { ...pinned.context, plan } }
  fenced(ports, execution, () => repinExecution(ports.ledger, execution.id, JSON.stringify(changed)))
  return changed
}

/** The table as it is now; undefined when its life is not the one the claim was made in. */
function livingPlan(
  ports: UploaderPorts,
  node: NodeConfig,
  execution: StoredExecution,
  pinned: PinnedRequest,
): TablePlan | undefined {
  const database = ports.openNode(node)
  try {
    const { timestampColumn } = pinned.context.plan
    const plan = database.plan({ table: execution.table, timestampColumn })
    return isSameEpoch(ports.ledger, database, node, plan, execution.epoch) ? plan : undefined
  } finally {
    database.close()
  }
}

/** Every change of an execution is made only while this runner holds the node's lease. */
function fenced<T>(ports: UploaderPorts, execution: StoredExecution, work: () => T): T {
  return underLease(ports.ledger, execution.nodeId, ports.runner.token, work)
}

/**
 * Puts every object that is not stored yet. Each is marked at once, so that a redo does not send it again, but for the
 * last, whose mark is returned: it belongs to the commit, and most executions have one object only.
 */
async function putObjects(ports: UploaderPorts, execution: StoredExecution, signal: AbortSignal): Promise<() => void> {
  let markLast = (): void => undefined
  const objects = listObjects(ports.ledger, execution.id)
  const waiting = objects.filter((object) => object.state !== 'stored')
  const isReplay = listReplayRows(ports.ledger, execution.id).length > 0
  const describe = waiting.length === 0 ? undefined : describerOf(ports.ledger, execution, objects.length, isReplay)
  for (const [index, object] of waiting.entries()) {
    const leave = await ports.putGate.enter(priorityOf(execution.route))
    try {
      signal.throwIfAborted()
      ports.step('putting', execution.id)
      const etag = await putObject(ports, execution, object, describe?.(object) ?? {}, signal)
      const mark = (): void => markObject(ports.ledger, object.bucket, object.key, 'stored', etag)
      if (index === waiting.length - 1) markLast = mark
      else fenced(ports, execution, mark)
      ports.step('putRecorded', execution.id)
    } finally {
      leave()
    }
  }
  return markLast
}

/** The name of an object of the lane. */
export function keyOf(lane: Lane, object: Pick<EncodedObject, 'date' | 'fromSeq' | 'toSeq'>): string {
  return formatObjectKey({
    type: lane.route,
    table: lane.table,
    node: lane.nodeId,
    date: object.date,
    epoch: lane.epoch,
    fromSeq: object.fromSeq,
    toSeq: object.toSeq,
  })
}

/** What each of the `objects` objects of the execution is stored with: see `describeObject`. */
export function describerOf(
  ledger: LedgerConnection,
  execution: StoredExecution,
  objects: number,
  isReplay: boolean,
): (object: StoredObject) => ObjectMetadata {
  const { counts, newestEventMs } = readEncoded(ledger, execution.id)
  const { context, rowsPerStep, targetObjectBytes } = parseRequest(execution)
  const facts = {
    kind: isReplay ? 'replay' : execution.kind,
    objects,
    counts,
    newestEventMs,
    anchor: listAnchors(ledger, execution, execution.epoch).findLast((a) => a.sequence <= execution.toSeq),
    settings: { columns: context.plan.columns.length, rowsPerStep, targetObjectBytes },
  } as const
  return (object) => describeObject(execution, object, facts)
}

/** Returns the ETag of the object that holds these bytes now. */
async function putObject(
  ports: UploaderPorts,
  execution: StoredExecution,
  object: StoredObject,
  metadata: ObjectMetadata,
  signal: AbortSignal,
): Promise<string> {
  if (object.spoolPath === undefined) {
    throw new FieldgateError('internal', `Object ${object.key} of execution ${execution.id} has no spool file.`)
  }
  const outcome = await ports.store.putIfAbsent({
    bucket: object.bucket,
    key: object.key,
    body: { kind: 'file', path: object.spoolPath, bytes: object.bytes },
    contentType: 'application/vnd.apache.parquet',
    metadata,
    signal,
  })
  ports.step('put', execution.id)
  if (outcome.kind === 'differs') {
    fenced(ports, execution, () => markObject(ports.ledger, object.bucket, object.key, 'conflict'))
    throw new FieldgateError('conflict', `Another object already holds the name ${object.key} in ${object.bucket}.`, {
      hint: `Nothing was overwritten. ${whose(outcome.head.metadata, execution)} Move it away, and it is tried again.`,
      details: { theirBytes: outcome.head.bytes, ourBytes: object.bytes },
    })
  }
  return outcome.etag
}

/** What a person should know of the object that holds the name. */
function whose(metadata: ObjectMetadata, execution: StoredExecution): string {
  const origin = readClaimOrigin(metadata)
  return origin?.fromSeq === execution.fromSeq && origin.toSeq === execution.toSeq
    ? 'It was made of the same rows before some of them changed, or by another node with this id.'
    : 'Find out who wrote it (two nodes with one id?).'
}
