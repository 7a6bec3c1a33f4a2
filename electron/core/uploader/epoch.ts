import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { decideEpoch, epochId } from '../db/epoch.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import { listAnchors, listEpochs, noteEpochFile, rememberAnchor, startEpoch } from '../db/ledger/epochs.ts'
import { listCursors } from '../db/ledger/lanes.ts'
import type { NodeDatabase, TablePlan } from '../db/nodePort.ts'

/** The life of a table that a claim belongs to. */
export interface CurrentEpoch {
  readonly epoch: string
  readonly firstSeq: number
  /** True when this call started it. */
  readonly isNew: boolean
  /** True when an earlier life of the same table is known: the database was replaced, restored or truncated. */
  readonly replaced: boolean
}

/** Whether the table is still in the life that `epoch` names, on one state of the database. Reads only. */
export function isSameEpoch(
  ledger: LedgerConnection,
  database: NodeDatabase,
  node: NodeConfig,
  plan: TablePlan,
  epoch: string,
): boolean {
  const key = { nodeId: node.id, table: plan.table }
  const record = listEpochs(ledger, key).at(-1)
  if (record === undefined || record.epoch !== epoch || record.endedAtMs !== undefined) return false
  const acknowledgedSeq = listCursors(ledger, node.id)
    .filter((cursor) => cursor.table === plan.table && cursor.epoch === epoch)
    .reduce((highest, cursor) => Math.max(highest, cursor.claimedSeq), record.firstSeq - 1)
  return database.snapshot(
    () =>
      decideEpoch({
        anchors: listAnchors(ledger, key, epoch),
        acknowledgedSeq,
        firstSeq: record.firstSeq,
        storedFile: record.file,
        identity: database.identity(plan.table),
        anchorOf: (sequence) => database.anchor(plan, sequence),
      }) === 'same',
  )
}

/**
 * The epoch that new claims belong to; starts one for a table never seen or one that began a new life. Undefined while
 * the table has never had a row: there is nothing to name the epoch by yet.
 */
export function resolveEpoch(
  ledger: LedgerConnection,
  database: NodeDatabase,
  node: NodeConfig,
  plan: TablePlan,
  atMs: number,
): CurrentEpoch | undefined {
  return database.snapshot(() => {
    const key = { nodeId: node.id, table: plan.table }
    const known = listEpochs(ledger, key)
    const last = known.at(-1)
    const identity = database.identity(plan.table)
    if (last !== undefined && isSameEpoch(ledger, database, node, plan, last.epoch)) {
      if (last.file !== identity.file) noteEpochFile(ledger, key, last.epoch, identity.file)
      return { epoch: last.epoch, firstSeq: last.firstSeq, isNew: false, replaced: known.length > 1 }
    }
    if (identity.minSeq === undefined) return undefined
    const firstHash = database.anchor(plan, identity.minSeq) ?? ''
    let repetition = 0
    let epoch = epochId(plan.table, firstHash, repetition)
    while (known.some((record) => record.epoch === epoch)) epoch = epochId(plan.table, firstHash, ++repetition)
    const firstSeq = Math.min(1, identity.minSeq)
    const anchor = { sequence: identity.minSeq, hash: firstHash }
    ledger.write(() => {
      startEpoch(ledger, key, { epoch, firstSeq, file: identity.file, atMs })
      rememberAnchor(ledger, key, epoch, anchor)
    })
    return { epoch, firstSeq, isNew: true, replaced: known.length > 0 }
  })
}
