import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { ReconcileProgress, ReconcileReport } from '../../../shared/domain/reconcile.ts'
import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import type { WorkerPool } from '../support/workerPool.ts'
import { readLastReport, reconcileNodes, requireReport } from '../uploader/reconcile.ts'
import type { ProofCache } from '../uploader/reconcileCache.ts'
import { exportReport } from '../uploader/reconcileExport.ts'
import { traceReading } from '../uploader/reconcileTrace.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

const MAX_FINDINGS = 100
const PROGRESS_EVERY_MS = 250

/** `reconcile.*`: the proof, one reading followed on its way, and the report as a file. */
export function reconcileHandlers(
  deps: HandlerDependencies,
  parts: { readonly pool: () => WorkerPool; readonly proofCache: () => ProofCache },
): HandlersOf<'reconcile', CallContext> {
  let running: ReconcileProgress | undefined
  let last: ReconcileReport | undefined

  return {
    'reconcile.run': async ({ nodeIds, maxFindings, quick, onlyNew }, { signal }) => {
      if (running !== undefined) {
        throw new FieldgateError('conflict', 'A proof is under way already.', {
          hint: 'Wait for it to end, or cancel it.',
          retryable: true,
        })
      }
      const nodes = nodeIds === undefined ? deps.config.nodes : nodeIds.map((nodeId) => deps.node(nodeId))
      running = { nodeId: nodes[0]?.id ?? '', route: '', objectsDone: 0, objectsTotal: 0, rowsDone: 0 }
      let announcedAt = Number.NEGATIVE_INFINITY
      try {
        last = await reconcileNodes(
          {
            config: deps.config,
            ledger: deps.readLedger(),
            store: deps.store(),
            openNode: deps.openNode,
            pool: parts.pool(),
            cache: parts.proofCache(),
            clock: deps.clock,
          },
          nodes,
          {
            maxFindings: maxFindings ?? MAX_FINDINGS,
            quick: quick ?? false,
            onlyNew: onlyNew ?? false,
            signal,
            onProgress: (progress) => {
              running = progress
              const now = deps.clock.monotonic()
              if (now - announcedAt < PROGRESS_EVERY_MS) return
              announcedAt = now
              deps.bus.emit('reconcile.progressed', progress)
            },
          },
        )
      } finally {
        running = undefined
      }
      deps.bus.emit('reconcile.finished', last)
      return last
    },
    'reconcile.state': () => ({ last: (last ??= readLastReport(deps.config.stateDir)), running }),
    'reconcile.trace': ({ nodeId, sequence, route }, { signal }) =>
      traceReading(
        {
          config: deps.config,
          ledger: deps.readLedger(),
          store: deps.store(),
          openNode: deps.openNode,
        },
        deps.node(nodeId),
        { sequence, route, signal },
      ),
    'reconcile.export': ({ format }) => exportReport(requireReport(deps.config.stateDir), deps.config.stateDir, format),
  }
}
