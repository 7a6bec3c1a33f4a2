import { timestampReader } from '../../../../shared/domain/timestamps.ts'
import { finding } from '../port.ts'
import type { NodeCheck, WorkspaceCheck } from '../port.ts'
import { formatDuration } from '../words.ts'

const FUTURE_MS = 2 * 60_000
const LOOK_BACK_ROWS = 20

/** The newest rows are not from the future: the sensor's clock, or its time zone, is right. */
export const nodeClockCheck: NodeCheck = {
  id: 'clock',
  scope: 'node',
  isCheap: false,
  examine(ports, node) {
    const why = 'Rows with a wrong time lie under the wrong date in the bucket and in the wrong window of an aggregate.'
    let newestMs = Number.NEGATIVE_INFINITY
    try {
      const database = ports.openNode(node)
      try {
        const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
        const read = timestampReader(plan.timestampEncoding, node.timeZone)
        const index = plan.columns.findIndex((column) => column.name === plan.timestampColumn) + 1
        for (const row of database.recentRows(plan, LOOK_BACK_ROWS)) {
          const micros = read(row[index])
          if (micros / 1000 > newestMs) newestMs = micros / 1000
        }
      } finally {
        database.close()
      }
    } catch {
      return []
    }
    if (!Number.isFinite(newestMs)) return []
    const ahead = newestMs - ports.clock.now()
    const evidence = `The newest row says ${new Date(newestMs).toISOString()}; this computer says ${new Date(ports.clock.now()).toISOString()}.`
    if (ahead <= FUTURE_MS)
      return [finding('clock', node.id, 'ok', { title: 'Times are not in the future', evidence, why }, node.id)]
    const isZone = Math.abs(ahead / 1_800_000 - Math.round(ahead / 1_800_000)) < 0.1 && ahead >= 1_700_000
    return [
      finding(
        'clock',
        node.id,
        'warn',
        {
          title: 'Rows come from the future',
          evidence,
          why,
          remedy: {
            verb: 'Show node',
            detail: isZone
              ? `The difference is ${formatDuration(ahead)}, like that of a time zone: set time_zone of the node in the configuration to the sensor's zone.`
              : 'Set the clock of the sensor (NTP).',
            screen: `node/${node.id}`,
          },
          notice: {
            cause: 'future',
            severity: 'warn',
            message: `The clock is ${formatDuration(ahead)} ahead`,
            detail: isZone ? 'It looks like a time zone that is not configured' : 'Set the clock of the sensor (NTP)',
            sinceMs: undefined,
            nextRetryMs: undefined,
          },
        },
        node.id,
      ),
    ]
  },
}

const SKEW_WARN_MS = 60_000
/** S3 refuses signatures that are further off (RequestTimeTooSkewed). */
const SKEW_REFUSED_MS = 15 * 60_000

/** This computer and the store agree on the time. */
export const storeClockCheck: WorkspaceCheck = {
  id: 'storeClock',
  scope: 'workspace',
  isCheap: true,
  examine(ports) {
    const skewMs = ports.store.facts()?.skewMs
    const why = 'A store refuses signatures that are more than 15 minutes off, and ages in this window are wrong.'
    if (skewMs === undefined) return []
    const off = Math.abs(skewMs)
    const evidence = `This computer is ${formatDuration(off)} ${skewMs > 0 ? 'behind' : 'ahead of'} the store.`
    if (off < SKEW_WARN_MS) {
      return [finding('storeClock', 'this computer', 'ok', { title: 'The clock is right', evidence, why })]
    }
    const severity = off < SKEW_REFUSED_MS ? 'warn' : 'bad'
    return [
      finding('storeClock', 'this computer', severity, {
        title: 'The clock is wrong',
        evidence,
        why,
        remedy: { verb: 'Copy command', detail: 'Set the clock (NTP).', command: 'sudo timedatectl set-ntp true' },
        notice: {
          cause: 'skew',
          severity,
          message: evidence.replace(/\.$/, ''),
          detail: 'Set the clock (NTP)',
          sinceMs: undefined,
          nextRetryMs: undefined,
        },
      }),
    ]
  },
}
