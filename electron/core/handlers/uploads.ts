import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import { listExecutions } from '../db/ledger/executions.ts'
import type { StoredExecution } from '../db/ledger/executions.ts'
import type { Execution } from '../../../shared/domain/execution.ts'
import { listAudit } from '../db/ledger/records.ts'
import { planNode } from '../uploader/plan.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

/** `uploads.*`: run, plan, retry and pause. */
export function uploadHandlers(deps: HandlerDependencies): HandlersOf<'uploads', CallContext> {
  return {
    'uploads.run': async ({ nodeIds }, { signal }) => {
      for (const nodeId of nodeIds ?? []) deps.node(nodeId)
      const { nodes, readOnly } = await deps.uploader().once(nodeIds, signal)
      return {
        nodes: nodes.map((node) => ({
          nodeId: node.nodeId,
          executions: node.executions,
          rows: node.rows,
          bytes: node.bytes,
          failure:
            node.failure === undefined
              ? undefined
              : { code: node.failure.code, message: node.failure.message, hint: node.failure.hint },
        })),
        readOnly: readOnly.map((lease) => ({
          nodeId: lease.nodeId,
          pid: lease.pid,
          host: lease.host,
          sinceMs: lease.acquiredAtMs,
        })),
        rows: nodes.reduce((sum, node) => sum + node.rows, 0),
        bytes: nodes.reduce((sum, node) => sum + node.bytes, 0),
        failed: nodes.filter((node) => node.failure !== undefined).length,
      }
    },
    'uploads.plan': async ({ nodeIds }, { signal }) => {
      const wanted = nodeIds === undefined ? deps.config.nodes : nodeIds.map((nodeId) => deps.node(nodeId))
      const ports = {
        config: deps.config,
        ledger: deps.readLedger(),
        openNode: deps.openNode,
        readPipeline: deps.readActive,
      }
      const nodes: ReturnType<typeof planNode>[] = []
      for (const node of wanted) {
        if (signal.aborted) break
        nodes.push(planNode(ports, node))
        await deps.clock.sleep(0, signal)
      }
      return { nodes }
    },
    'uploads.retry': ({ nodeId }) => {
      deps.uploader().nudge(nodeId)
      return null
    },
    'uploads.pause': ({ nodeId, paused }) => {
      deps.uploader().setPaused(deps.node(nodeId).id, paused)
      return null
    },
  }
}

/** `executions.*` and `audit.*`: what the ledger remembers. */
export function recordHandlers(deps: HandlerDependencies): HandlersOf<'executions' | 'audit', CallContext> {
  return {
    'executions.list': (filter) => listExecutions(deps.readLedger(), filter).map(withoutRequest),
    'audit.list': ({ limit }) => listAudit(deps.readLedger(), limit),
  }
}

/** An execution as the contract shows it. */
export function withoutRequest({ request: _request, ...execution }: StoredExecution): Execution {
  return execution
}
