import { errorToData } from '../../../shared/domain/errors.ts'
import type { Lane } from '../../../shared/domain/execution.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import type { UploadPlan } from '../../../shared/ipc/contract.ts'
import { recentBytesPerRow } from '../db/ledger/executions.ts'
import { listEpochs } from '../db/ledger/epochs.ts'
import { listGaps, listHandedOver, readActiveRoute, readCursor } from '../db/ledger/lanes.ts'
import { bucketOf, DEFAULT_BYTES_PER_ROW } from './claim.ts'
import { isSameEpoch } from './epoch.ts'
import type { UploaderPorts } from './ports.ts'

/** The part of the uploader's ports that a plan needs: it only reads. */
export type PlanPorts = Pick<UploaderPorts, 'config' | 'ledger' | 'openNode' | 'readPipeline'>

type NodePlan = UploadPlan['nodes'][number]

/** What an upload of the node would deliver now. Reads only: no claim, no epoch, no object is made. */
export function planNode(ports: PlanPorts, node: NodeConfig): NodePlan {
  try {
    const database = ports.openNode(node)
    try {
      return planOpenNode(ports, node, database)
    } finally {
      database.close()
    }
  } catch (error) {
    return { nodeId: node.id, table: undefined, problem: errorToData(error).message, lanes: [] }
  }
}

function planOpenNode(ports: PlanPorts, node: NodeConfig, database: ReturnType<PlanPorts['openNode']>): NodePlan {
  const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
  const identity = database.identity(plan.table)
  if (identity.minSeq === undefined || identity.maxSeq === undefined) {
    return { nodeId: node.id, table: plan.table, problem: undefined, lanes: [] }
  }
  const known = listEpochs(ports.ledger, { nodeId: node.id, table: plan.table }).at(-1)
  const epoch =
    known !== undefined && isSameEpoch(ports.ledger, database, node, plan, known.epoch) ? known.epoch : undefined
  const firstSeq = epoch === undefined ? Math.min(1, identity.minSeq) : (known?.firstSeq ?? 1)
  const pipeline = ports.readPipeline(node)
  const routes = [pipeline.type, ...ports.config.upload.alwaysOn.filter((route) => route !== pipeline.type)]
  const lanes = routes.flatMap((route) => {
    const lane: Lane = { nodeId: node.id, table: plan.table, epoch: epoch ?? '', route }
    const position = laneStart(ports, lane, pipeline, firstSeq, route === pipeline.type)
    const isBackfilled = pipeline.backfill && route === pipeline.type
    const taken =
      route === pipeline.type && !isBackfilled ? listHandedOver(ports.ledger, lane, ports.config.upload.alwaysOn) : []
    const gaps = listGaps(ports.ledger, lane).filter((gap) => gap.state === 'pending' || isBackfilled)
    const pending = [...gaps, ...taken].reduce((sum, range) => sum + range.toSeq - range.fromSeq + 1, 0)
    const maxSeq = identity.maxSeq as number
    const rows = database.countRows(plan.table, position, maxSeq) + pending
    if (rows === 0) return []
    const perRow = recentBytesPerRow(ports.ledger, lane) ?? DEFAULT_BYTES_PER_ROW
    const bytes = Math.round(rows * perRow)
    return [
      {
        route,
        bucket: bucketOf(ports.config, route),
        fromSeq: position + 1,
        toSeq: maxSeq,
        rows,
        objects: Math.max(1, Math.ceil(bytes / ports.config.upload.targetObjectBytes)),
        bytes,
      },
    ]
  })
  return { nodeId: node.id, table: plan.table, problem: undefined, lanes }
}

function laneStart(
  ports: PlanPorts,
  lane: Lane,
  pipeline: { readonly type: string; readonly backfill: boolean },
  firstSeq: number,
  isActive: boolean,
): number {
  const own = readCursor(ports.ledger, lane)?.claimedSeq ?? firstSeq - 1
  if (!isActive || pipeline.backfill) return own
  const active = readActiveRoute(ports.ledger, lane)
  if (active === undefined || active.route === lane.route) return own
  return Math.max(own, readCursor(ports.ledger, { ...lane, route: active.route })?.claimedSeq ?? own)
}
