import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import { countInReplay, countReplayed, sumQuarantine } from '../db/ledger/quarantine.ts'
import { addAudit, listQuarantine } from '../db/ledger/records.ts'
import { claimReplays } from '../uploader/replay.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

/** `quarantine.*`: rows kept aside, why, and their delivery once the contract lets them through. */
export function quarantineHandlers(deps: HandlerDependencies): HandlersOf<'quarantine', CallContext> {
  return {
    'quarantine.list': (filter) =>
      listQuarantine(deps.readLedger(), { ...filter, isOpen: true }).map((entry) => ({
        id: entry.id,
        nodeId: entry.nodeId,
        table: entry.table,
        route: entry.route,
        sequence: entry.sequence,
        reasons: entry.reasons,
        row: entry.row,
        atMs: entry.atMs,
      })),
    'quarantine.summary': ({ nodeId }) => sumQuarantine(deps.readLedger(), nodeId),
    'quarantine.replay': async ({ nodeId, ids, by }, { signal }) => {
      if (nodeId !== undefined) deps.node(nodeId)
      const ledger = deps.ledger()
      const claims = claimReplays(ledger, deps.config, { nodeId, ids, atMs: deps.clock.now() })
      if (claims.ids.length === 0) return { replayed: 0, rejected: 0 }
      await deps.uploader().once(claims.nodeIds, signal)
      const replayed = countReplayed(ledger, claims.ids)
      const waiting = countInReplay(ledger, claims.ids)
      addAudit(ledger, {
        atMs: deps.clock.now(),
        actor: by,
        action: 'quarantine.replay',
        subject: nodeId ?? claims.nodeIds.join(', '),
        before: `${claims.ids.length} rows in quarantine`,
        after: `${replayed} delivered${waiting === 0 ? '' : `, ${waiting} on their way`}`,
        reason: undefined,
      })
      return { replayed, rejected: claims.ids.length - replayed - waiting }
    },
  }
}
