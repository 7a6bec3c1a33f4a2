import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { ReconcileProgress, ReconcileReport } from '../../../shared/domain/reconcile.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import { countReplayed } from '../db/ledger/quarantine.ts'
import { addAudit } from '../db/ledger/records.ts'
import type { WorkerPool } from '../support/workerPool.ts'
import { createWorkerEncoder } from '../uploader/encoder.ts'
import { readLastReport, reconcileNodes, requireReport } from '../uploader/reconcile.ts'
import type { ProofCache } from '../uploader/reconcileCache.ts'
import { exportReport } from '../uploader/reconcileExport.ts'
import type { ProofOptions } from '../uploader/reconcilePorts.ts'
import { traceReading } from '../uploader/reconcileTrace.ts'
import { putAsideMissing, restoreObjects } from '../uploader/repair.ts'
import { claimReplays } from '../uploader/replay.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

const MAX_FINDINGS = 100
/** Rows that one repair takes on per lane; the next one goes on from there. */
const MOST_FINDINGS = 100_000
const PROGRESS_EVERY_MS = 250

/** `reconcile.*`: the proof, what it finds missing delivered after all, one reading followed on its way, and the report as a file. */
export function reconcileHandlers(
  deps: HandlerDependencies,
  parts: { readonly pool: () => WorkerPool; readonly proofCache: () => ProofCache },
): HandlersOf<'reconcile', CallContext> {
  let running: ReconcileProgress | undefined
  let last: ReconcileReport | undefined

  const prove = async (
    nodes: readonly NodeConfig[],
    wanted: Pick<ProofOptions, 'maxFindings' | 'quick' | 'onlyNew'>,
    signal: AbortSignal,
  ): Promise<ReconcileReport> => {
    if (running !== undefined) {
      throw new FieldgateError('conflict', 'A proof is under way already.', {
        hint: 'Wait for it to end, or cancel it.',
        retryable: true,
      })
    }
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
          ...wanted,
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
  }

  const nodesOf = (nodeIds: readonly string[] | undefined): readonly NodeConfig[] =>
    nodeIds === undefined ? deps.config.nodes : nodeIds.map((nodeId) => deps.node(nodeId))

  return {
    'reconcile.run': async ({ nodeIds, maxFindings, quick, onlyNew }, { signal }) =>
      prove(
        nodesOf(nodeIds),
        { maxFindings: maxFindings ?? MAX_FINDINGS, quick: quick ?? false, onlyNew: onlyNew ?? false },
        signal,
      ),
    'reconcile.repair': async ({ nodeIds, by }, { signal }) => {
      const nodes = nodesOf(nodeIds)
      const proveAll = (maxFindings: number): Promise<ReconcileReport> =>
        prove(nodes, { maxFindings, quick: false, onlyNew: false }, signal)
      const ports = {
        config: deps.config,
        ledger: deps.ledger(),
        store: deps.store(),
        encoder: createWorkerEncoder(parts.pool()),
        openNode: deps.openNode,
        clock: deps.clock,
      }
      let report = await proveAll(MOST_FINDINGS)
      let objects = 0
      for (const lane of report.lanes) objects += await restoreObjects(ports, deps.node(lane.nodeId), lane, signal)
      if (objects > 0) report = await proveAll(MOST_FINDINGS)
      const ids = report.lanes.flatMap((lane) => putAsideMissing(ports, deps.node(lane.nodeId), lane))
      const claims = claimReplays(ports.ledger, deps.config, { ids, atMs: deps.clock.now() })
      if (claims.ids.length > 0) await deps.uploader().once(claims.nodeIds, signal)
      const rows = countReplayed(ports.ledger, ids)
      if (objects > 0 || ids.length > 0) {
        addAudit(ports.ledger, {
          atMs: deps.clock.now(),
          actor: by,
          action: 'reconcile.repair',
          subject: nodes.map((node) => node.id).join(', '),
          before: `${report.totals.missing} rows missing`,
          after: `${objects} objects put back, ${rows} rows delivered`,
          reason: undefined,
        })
      }
      return { objects, rows, report: await proveAll(MAX_FINDINGS) }
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
