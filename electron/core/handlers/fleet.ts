import type { Handlers } from '../../../shared/ipc/contract.ts'
import { addAudit, monthBytes } from '../db/ledger/records.ts'
import { readLink, writeLink } from '../db/ledger/settings.ts'
import { linkLimits } from '../uploader/budget.ts'
import type { FleetStatus } from '../../../shared/domain/node.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

/** `fleet.status` and `link.set`: the fleet's figures, and what its link may carry. */
export function fleetHandlers(deps: HandlerDependencies): Pick<Handlers<CallContext>, 'fleet.status' | 'link.set'> {
  return {
    'fleet.status': (_input, { signal }) => deps.fleet().status(signal),
    'link.set': ({ bytesPerSecond, monthBudgetBytes, by }) => {
      const ledger = deps.ledger()
      const before = readLink(ledger)
      writeLink(ledger, {
        ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
        ...(monthBudgetBytes === undefined ? {} : { monthBudgetBytes }),
      })
      addAudit(ledger, {
        atMs: deps.clock.now(),
        actor: by,
        action: 'link.set',
        subject: 'link',
        before: JSON.stringify(before),
        after: JSON.stringify(readLink(ledger)),
        reason: undefined,
      })
      deps.uploader().applyLink()
      deps.uploader().nudge()
      return null
    },
  }
}

/** What the link may carry and has carried; `isCut` is the demo's. */
export function describeLink(
  deps: Pick<HandlerDependencies, 'readLedger' | 'config' | 'clock'>,
  isCut: boolean,
): FleetStatus['link'] {
  const ledger = deps.readLedger()
  const limits = linkLimits({ ledger, config: deps.config })
  return {
    capBytesPerSecond: limits.bytesPerSecond,
    monthBytes: monthBytes(ledger, deps.clock.now()),
    monthBudgetBytes: limits.monthBudgetBytes,
    isCut,
  }
}
