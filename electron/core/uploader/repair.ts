import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ReconcileLane } from '../../../shared/domain/reconcile.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { listObjects, readExecution } from '../db/ledger/executions.ts'
import type { StoredExecution, StoredObject } from '../db/ledger/executions.ts'
import { putAside } from '../db/ledger/quarantine.ts'
import { renewObject } from '../db/ledger/transitions.ts'
import type { NodeDatabase } from '../db/nodePort.ts'
import { formatQuarantined } from '../pipelines/quarantineRow.ts'
import type { EncodedObject, EncodeRequest } from './encodePort.ts'
import { describerOf, keyOf } from './execute.ts'
import type { UploaderPorts } from './ports.ts'
import { gatherLanes, replayRequestOf, requestOf } from './reconcileFacts.ts'

export type RepairPorts = Pick<UploaderPorts, 'config' | 'ledger' | 'store' | 'encoder' | 'openNode' | 'clock'>

const REASON = 'missing in the bucket'

/**
 * Puts objects that a proof did not find back under their own names, made again from the rows they were made of, and returns
 * how many. Nothing that is in the bucket is touched. An object whose source is gone, or whose rows are, stays missing: the
 * next proof says so.
 */
export async function restoreObjects(
  ports: RepairPorts,
  node: NodeConfig,
  proven: ReconcileLane,
  signal: AbortSignal,
): Promise<number> {
  const missing = new Set(
    proven.findings.flatMap(({ kind, key }) => (kind === 'objectMissing' && key !== undefined ? [key] : [])),
  )
  if (missing.size === 0) return 0
  const database = ports.openNode(node)
  try {
    const lane = gatherLanes(ports.ledger, node, database).find((each) => isOf(each, proven))
    let restored = 0
    for (const { execution, replays, quarantine } of lane?.claims ?? []) {
      if (lane?.isSourceReadable === true) {
        restored += await remake(ports, execution, requestOf(node, execution), missing, signal)
      }
      for (const replay of replays) {
        restored += await remake(ports, replay, replayRequestOf(node, replay, quarantine), missing, signal)
      }
    }
    return restored
  } finally {
    database.close()
  }
}

async function remake(
  ports: RepairPorts,
  execution: StoredExecution,
  request: EncodeRequest,
  missing: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<number> {
  const known = listObjects(ports.ledger, execution.id)
  if (!known.some((object) => missing.has(object.key))) return 0
  const spoolFolder = join(ports.config.stateDir, 'repair')
  try {
    const { objects } = await ports.encoder.encode({ ...request, spoolFolder, spoolName: 'again' }, signal)
    const describe = describerOf(ports.ledger, execution, known.length, request.replayRows !== undefined)
    let restored = 0
    for (const object of known) {
      const again = objects.find((each) => keyOf(execution, each) === object.key)
      if (again === undefined || !missing.has(object.key)) continue
      signal.throwIfAborted()
      if (await put(ports, { ...object, ...pick(again) }, again.path, describe, signal)) restored++
    }
    return restored
  } finally {
    rmSync(spoolFolder, { recursive: true, force: true })
  }
}

function pick({
  rows,
  bytes,
  sha256,
  logicalHash,
}: EncodedObject): Pick<EncodedObject, 'rows' | 'bytes' | 'sha256' | 'logicalHash'> {
  return { rows, bytes, sha256, logicalHash }
}

/** False when the name is taken by something else meanwhile: that is the next proof's finding. */
async function put(
  ports: RepairPorts,
  object: StoredObject,
  path: string,
  describe: ReturnType<typeof describerOf>,
  signal: AbortSignal,
): Promise<boolean> {
  const outcome = await ports.store.putIfAbsent({
    bucket: object.bucket,
    key: object.key,
    body: { kind: 'file', path, bytes: object.bytes },
    contentType: 'application/vnd.apache.parquet',
    metadata: describe(object),
    signal,
  })
  if (outcome.kind === 'differs') return false
  renewObject(ports.ledger, object, outcome.etag)
  return true
}

/**
 * Puts rows aside that are in the source and in no object of their range, such as rows inserted below the position the
 * uploader had reached, and returns the numbers of their entries: a replay delivers them. Rows of aggregates are left out: a
 * window cannot be delivered in parts.
 */
export function putAsideMissing(ports: RepairPorts, node: NodeConfig, proven: ReconcileLane): readonly number[] {
  const sequences = proven.findings
    .flatMap(({ kind, sequence }) => (kind === 'missing' && sequence !== undefined ? [sequence] : []))
    .toSorted((a, b) => a - b)
  if (sequences.length === 0 || !proven.isSourceReadable) return []
  const database = ports.openNode(node)
  try {
    const { ledger } = ports
    return ledger.write(() => {
      const byClaim = Map.groupBy(sequences, (sequence) => claimOf(ports, proven, sequence))
      return [...byClaim].flatMap(([id, of]) => {
        if (id === undefined || readExecution(ledger, id).counts.aggregated > 0) return []
        return putAside(ledger, { ...proven, id }, readRows(database, node, proven, of), REASON, ports.clock.now())
      })
    })
  } finally {
    database.close()
  }
}

/** The claim whose range the row lies in: the first, for replays within it came later. */
function claimOf(ports: RepairPorts, lane: ReconcileLane, sequence: number): number | undefined {
  return ports.ledger
    .sql(
      `SELECT id FROM executions WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ? AND state = 'succeeded'
         AND from_seq <= ? AND to_seq >= ? ORDER BY id LIMIT 1`,
    )
    .pluck()
    .get(lane.nodeId, lane.table, lane.epoch, lane.route, sequence, sequence) as number | undefined
}

function readRows(
  database: NodeDatabase,
  node: NodeConfig,
  lane: ReconcileLane,
  sequences: readonly number[],
): readonly { readonly sequence: number; readonly row: string }[] {
  const plan = database.plan({ table: lane.table, timestampColumn: node.timestampColumn })
  return sequences.flatMap((sequence) => {
    const [row] = database.readRows(plan, sequence - 1, sequence, 1)
    return row === undefined ? [] : [{ sequence, row: formatQuarantined(plan.columns, row) }]
  })
}

function isOf(a: Pick<ReconcileLane, 'table' | 'epoch' | 'route'>, b: typeof a): boolean {
  return a.table === b.table && a.epoch === b.epoch && a.route === b.route
}
