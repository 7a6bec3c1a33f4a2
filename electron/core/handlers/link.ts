import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import { addAudit } from '../db/ledger/records.ts'
import { readLink, writeLink } from '../db/ledger/settings.ts'
import { linkLimits } from '../uploader/budget.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

/** `link.*`: limits of the link, in force at once and after a restart. */
export function linkHandlers(deps: HandlerDependencies): HandlersOf<'link', CallContext> {
  return {
    'link.set': ({ bytesPerSecond, monthBudgetBytes, by }) => {
      const ledger = deps.ledger()
      const before = JSON.stringify(readLink(ledger))
      writeLink(ledger, {
        ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
        ...(monthBudgetBytes === undefined ? {} : { monthBudgetBytes }),
      })
      addAudit(ledger, {
        atMs: deps.clock.now(),
        actor: by,
        action: 'link.set',
        subject: 'link',
        before,
        after: JSON.stringify(readLink(ledger)),
        reason: undefined,
      })
      deps.store().setBytesPerSecond?.(linkLimits({ ledger, config: deps.config }).bytesPerSecond)
      deps.uploader().nudge()
      return null
    },
  }
}
