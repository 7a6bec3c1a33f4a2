import { countQuarantineSince, sumQuarantine } from '../../db/ledger/quarantine.ts'
import { finding } from '../port.ts'
import type { NodeCheck } from '../port.ts'
import { formatCount } from '../words.ts'

const RECENT_MS = 3_600_000
/** Fewer than this in an hour is noise of the field. */
const WARN_ROWS = 20

/** Rows are being rejected right now, not just once. */
export const quarantineCheck: NodeCheck = {
  id: 'quarantine',
  scope: 'node',
  isCheap: true,
  examine(ports, node) {
    const counts = countQuarantineSince(ports.ledger(), node.id, ports.clock.now() - RECENT_MS)
    const evidence = `${formatCount(counts.open, 'row')} in quarantine, ${counts.recent.toLocaleString('en-US')} of them in the last hour.`
    const why = 'Rows in quarantine are safe but not in the bucket: whoever reads it misses them.'
    if (counts.recent < WARN_ROWS) {
      return [finding('quarantine', node.id, 'ok', { title: 'Quarantine is quiet', evidence, why }, node.id)]
    }
    const top = sumQuarantine(ports.ledger(), node.id)[0]
    return [
      finding(
        'quarantine',
        node.id,
        'warn',
        {
          title: 'Quarantine grows',
          evidence: top === undefined ? evidence : `${evidence} Most: ${top.reason} (${formatCount(top.rows, 'row')}).`,
          why,
          remedy: {
            verb: 'Show quarantine',
            detail: 'Repair the sensor, or widen the contract and replay the rows.',
            screen: 'pipelines/quarantine',
          },
          notice: {
            cause: top?.reason ?? 'growing',
            severity: 'warn',
            message: `${formatCount(counts.recent, 'row')} rejected in the last hour`,
            detail: top?.reason,
            sinceMs: undefined,
            nextRetryMs: undefined,
          },
        },
        node.id,
      ),
    ]
  },
}
