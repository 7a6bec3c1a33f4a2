import type { FleetStatus } from '../../../shared/domain/node.ts'
import type { Handlers } from '../../../shared/ipc/contract.ts'
import { monthBytes } from '../db/ledger/records.ts'
import { linkLimits } from '../uploader/budget.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

/** `fleet.status`: the fleet in the figures that every screen carries. */
export function fleetHandlers(deps: HandlerDependencies): Pick<Handlers<CallContext>, 'fleet.status'> {
  return { 'fleet.status': (_input, { signal }) => deps.fleet().status(signal) }
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
