import type { Lane } from '../../../shared/domain/execution.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import { listEpochs } from '../db/ledger/epochs.ts'
import { listDelivered, listObjects, listOpenExecutions } from '../db/ledger/executions.ts'
import type { StoredExecution, StoredObject } from '../db/ledger/executions.ts'
import { listCursors } from '../db/ledger/lanes.ts'
import { listLaneQuarantine } from '../db/ledger/laneQuarantine.ts'
import type { LaneQuarantine } from '../db/ledger/laneQuarantine.ts'
import type { NodeDatabase } from '../db/nodePort.ts'
import { parseRequest } from './claim.ts'
import type { EncodeRequest } from './encodePort.ts'
import { isSameEpoch } from './epoch.ts'

/** A claim, the replays that lie within it, and the objects of all of them. */
export interface ClaimFacts {
  readonly execution: StoredExecution
  readonly replays: readonly StoredExecution[]
  readonly objects: readonly StoredObject[]
  readonly quarantine: readonly LaneQuarantine[]
}

/** Everything the ledger says of one lane. */
export interface LaneFacts extends Lane {
  readonly ackedSeq: number
  readonly claims: readonly ClaimFacts[]
  readonly isSourceReadable: boolean
}

/** What the ledger says was delivered for a node, lane by lane; the source is only asked whether it is the same table. */
export function gatherLanes(
  ledger: LedgerConnection,
  node: NodeConfig,
  database: NodeDatabase | undefined,
): readonly LaneFacts[] {
  const delivered = listDelivered(ledger, node.id)
  const readable = new Map<string, boolean>()
  const isReadable = (lane: Lane): boolean => {
    const key = `${lane.table}/${lane.epoch}`
    const known = readable.get(key) ?? isLiving(ledger, node, database, lane)
    readable.set(key, known)
    return known
  }
  return listCursors(ledger, node.id).map((cursor) => ({
    nodeId: node.id,
    table: cursor.table,
    epoch: cursor.epoch,
    route: cursor.route,
    ackedSeq: cursor.ackedSeq,
    isSourceReadable: isReadable(cursor),
    claims: gatherClaims(
      ledger,
      cursor,
      delivered.filter((execution) => isOf(execution, cursor)),
    ),
  }))
}

function isOf(execution: Lane, lane: Lane): boolean {
  return execution.table === lane.table && execution.epoch === lane.epoch && execution.route === lane.route
}

function isLiving(ledger: LedgerConnection, node: NodeConfig, database: NodeDatabase | undefined, lane: Lane): boolean {
  if (database === undefined || listEpochs(ledger, lane).at(-1)?.epoch !== lane.epoch) return false
  try {
    const plan = database.plan({ table: lane.table, timestampColumn: node.timestampColumn })
    return isSameEpoch(ledger, database, node, plan, lane.epoch)
  } catch {
    return false
  }
}

/** Claims of a lane do not overlap but for replays, which lie within the claim that rejected their rows. */
function gatherClaims(
  ledger: LedgerConnection,
  lane: Lane,
  executions: readonly StoredExecution[],
): readonly ClaimFacts[] {
  const quarantine = listLaneQuarantine(ledger, lane)
  const byId = executions.toSorted((a, b) => a.id - b.id)
  const claims: { readonly execution: StoredExecution; readonly replays: StoredExecution[] }[] = []
  for (const execution of byId) {
    const around =
      execution.kind === 'gap'
        ? claims.find(({ execution: claim }) => claim.fromSeq <= execution.fromSeq && execution.toSeq <= claim.toSeq)
        : undefined
    if (around === undefined) claims.push({ execution, replays: [] })
    else around.replays.push(execution)
  }
  return claims
    .toSorted((a, b) => a.execution.fromSeq - b.execution.fromSeq)
    .map(({ execution, replays }) => ({
      execution,
      replays,
      objects: [execution, ...replays].flatMap((one) => listObjects(ledger, one.id)),
      quarantine: quarantine.filter((row) => execution.fromSeq <= row.sequence && row.sequence <= execution.toSeq),
    }))
}

/** Rows behind the acknowledged sequence that are not due yet, and rows of claims still under way. */
export function countWaiting(ledger: LedgerConnection, lane: LaneFacts, database: NodeDatabase | undefined): number {
  if (database === undefined || !lane.isSourceReadable) return 0
  const { maxSeq } = database.identity(lane.table)
  const tail = maxSeq === undefined ? 0 : database.countRows(lane.table, lane.ackedSeq, maxSeq)
  const gaps = listOpenExecutions(ledger, lane.nodeId)
    .filter((open) => isOf(open, lane) && open.kind === 'gap')
    .reduce((sum, open) => sum + database.countRows(lane.table, open.fromSeq - 1, open.toSeq), 0)
  const acknowledged = lane.claims
    .filter(({ execution }) => execution.toSeq > lane.ackedSeq)
    .reduce((sum, { execution }) => {
      const from = Math.max(execution.fromSeq - 1, lane.ackedSeq)
      return sum + database.countRows(lane.table, from, execution.toSeq)
    }, 0)
  return tail - acknowledged + gaps
}

/** The encode request of a claim as it was, for reading its rows again. */
export function requestOf(node: NodeConfig, execution: StoredExecution): EncodeRequest {
  return {
    ...parseRequest(execution),
    node,
    pipelineType: execution.route,
    pipelineRevision: execution.pipelineRevision,
    epoch: execution.epoch,
    fromSeq: execution.fromSeq,
    toSeq: execution.toSeq,
    spoolFolder: '',
    spoolName: '',
  }
}

/** The request of a replay: it reads the ledger's copies of the rows that left quarantine. */
export function replayRequestOf(
  node: NodeConfig,
  replay: StoredExecution,
  rows: readonly LaneQuarantine[],
): EncodeRequest {
  return {
    ...requestOf(node, replay),
    replayRows: rows.filter(
      (row) => row.state === 'replayed' && replay.fromSeq <= row.sequence && row.sequence <= replay.toSeq,
    ),
  }
}
