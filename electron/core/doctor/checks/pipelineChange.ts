import { errorToData } from '../../../../shared/domain/errors.ts'
import type { NodeConfig } from '../../../../shared/domain/settings.ts'
import { listEpochs } from '../../db/ledger/epochs.ts'
import { readActiveRoute } from '../../db/ledger/lanes.ts'
import { finding } from '../port.ts'
import type { DoctorPorts, Finding, NodeCheck } from '../port.ts'

const WHY = 'Until the uploader takes it up, rows go where they went before.'

/** The pipeline type in the node's database is known, and it is the one the uploader works with. */
export const pipelineChangeCheck: NodeCheck = {
  id: 'pipelineChange',
  scope: 'node',
  isCheap: false,
  examine(ports, node) {
    let wanted: { readonly type: string; readonly revision: number }
    try {
      wanted = ports.readPipeline(node)
    } catch (error) {
      const { code, message, hint } = errorToData(error)
      return code === 'invalid' || code === 'unsupported' ? [unknownType(node, message, hint)] : []
    }
    const taken = takenUp(ports, node)
    if (taken === undefined) return []
    if (taken.route === wanted.type && taken.revision === wanted.revision) {
      return [
        finding(
          'pipelineChange',
          node.id,
          'ok',
          { title: 'The pipeline type is in force', evidence: `${wanted.type}, change ${wanted.revision}.`, why: WHY },
          node.id,
        ),
      ]
    }
    return [notTakenUp(ports, node, wanted, taken)]
  },
  fix(ports, node) {
    const before = takenUp(ports, node)
    ports.nudge(node.id)
    return { before: `${before?.route ?? 'nothing'} in force`, after: 'the uploader looks at once', undo: undefined }
  },
}

function takenUp(
  ports: DoctorPorts,
  node: NodeConfig,
): { readonly route: string; readonly revision: number } | undefined {
  try {
    const database = ports.openNode(node)
    try {
      const { table } = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
      const epoch = listEpochs(ports.ledger(), { nodeId: node.id, table }).at(-1)
      if (epoch === undefined) return undefined
      const active = readActiveRoute(ports.ledger(), { nodeId: node.id, table, epoch: epoch.epoch })
      return active === undefined ? undefined : { route: active.route, revision: active.pipelineRevision }
    } finally {
      database.close()
    }
  } catch {
    return undefined
  }
}

function notTakenUp(
  ports: DoctorPorts,
  node: NodeConfig,
  wanted: { readonly type: string; readonly revision: number },
  taken: { readonly route: string },
): Finding {
  const evidence = `The database says ${wanted.type} (change ${wanted.revision}); the uploader works with ${taken.route}.`
  return finding(
    'pipelineChange',
    node.id,
    'warn',
    {
      title: 'A pipeline change is not picked up',
      evidence,
      why: WHY,
      remedy: {
        verb: 'Look now',
        detail: `It is picked up by the next pass, at the latest after ${ports.config.upload.intervalSeconds} s. If it stays: is the uploader running on this database?`,
        method: 'uploads.retry',
        input: { nodeId: node.id },
      },
      isFixable: true,
      notice: {
        cause: 'change',
        severity: 'warn',
        message: `The change to ${wanted.type} is not picked up`,
        detail: evidence,
        sinceMs: undefined,
        nextRetryMs: undefined,
      },
    },
    node.id,
  )
}

function unknownType(node: NodeConfig, message: string, hint: string | undefined): Finding {
  return finding(
    'pipelineChange',
    node.id,
    'bad',
    {
      title: 'The pipeline type is unknown',
      evidence: message,
      why: 'Rows are never sent somewhere by a guess: they wait until the type is one that is known.',
      remedy: { verb: 'Show node', detail: hint ?? 'Set a known type.', screen: `node/${node.id}` },
      notice: {
        cause: 'unknown type',
        severity: 'bad',
        message,
        detail: hint,
        sinceMs: undefined,
        nextRetryMs: undefined,
      },
    },
    node.id,
  )
}
