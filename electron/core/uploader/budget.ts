import { FieldgateError } from '../../../shared/domain/errors.ts'
import { priorityOf } from '../../../shared/domain/pipelineTypes.ts'
import { monthBytes } from '../db/ledger/records.ts'
import { readLink } from '../db/ledger/settings.ts'
import type { UploaderPorts } from './ports.ts'

type BudgetPorts = Pick<UploaderPorts, 'ledger' | 'config' | 'clock'>

/** Limits of the link as they hold now: what a person set while it ran, else the configuration. */
export function linkLimits(ports: Pick<BudgetPorts, 'ledger' | 'config'>): {
  readonly bytesPerSecond: number | undefined
  readonly monthBudgetBytes: number | undefined
} {
  const set = readLink(ports.ledger)
  const { upload } = ports.config
  return {
    bytesPerSecond: set.bytesPerSecond === undefined ? upload.bytesPerSecond : (set.bytesPerSecond ?? undefined),
    monthBudgetBytes:
      set.monthBudgetBytes === undefined ? upload.monthBudgetBytes : (set.monthBudgetBytes ?? undefined),
  }
}

/**
 * Why a route may not send now: the month's bytes are used up. Undefined when it may; urgent routes always may. Checked
 * before each claim, so a month ends at most the claims in flight beyond its budget.
 */
export function budgetFailure(ports: BudgetPorts, route: string): FieldgateError | undefined {
  if (priorityOf(route) === 1) return undefined
  const budget = linkLimits(ports).monthBudgetBytes
  if (budget === undefined) return undefined
  const now = ports.clock.now()
  const sent = monthBytes(ports.ledger, now)
  if (sent < budget) return undefined
  const { year, month } = { year: new Date(now).getUTCFullYear(), month: new Date(now).getUTCMonth() }
  const until = new Date(Date.UTC(year, month + 1, 1)).toISOString().slice(0, 10)
  return new FieldgateError('throttled', `The month's budget of ${budget} bytes is used up: ${sent} were sent.`, {
    retryable: false,
    hint: `Rows wait until ${until}, emergency rows are still sent. Raise the budget to go on now.`,
  })
}
