import { readLease } from '../../db/ledger/leases.ts'
import { finding } from '../port.ts'
import type { NodeCheck } from '../port.ts'
import { formatCount, formatDuration } from '../words.ts'

const INTERVALS = 3
const LEAST_MS = 60_000

/** Rows that wait have somebody who uploads them. */
export const uploadingCheck: NodeCheck = {
  id: 'uploading',
  scope: 'node',
  isCheap: false,
  examine(ports, node) {
    const summary = ports.summaries().find((candidate) => candidate.nodeId === node.id)
    const view = ports.uploads().find((candidate) => candidate.nodeId === node.id)
    if (summary === undefined || summary.backlog === 0 || view?.state === 'paused') return []
    const now = ports.clock.now()
    const lease = readLease(ports.ledger(), node.id)
    const isHeld = lease !== undefined && lease.expiresAtMs > now
    const age = summary.lastDeliveryMs === undefined ? undefined : now - summary.lastDeliveryMs
    const isRecent =
      age !== undefined && age < Math.max(LEAST_MS, INTERVALS * ports.config.upload.intervalSeconds * 1000)
    const last = age === undefined ? 'Nothing was ever delivered.' : `Last delivery ${formatDuration(age)} ago.`
    const evidence = `${formatCount(summary.backlog, 'row')} wait. ${last}`
    const why = 'Rows are delivered only while an uploader runs.'
    if (isHeld || isRecent || view?.state === 'uploading') {
      const who = isHeld ? ` Process ${lease.pid} on ${lease.host} uploads.` : ''
      return [
        finding(
          'uploading',
          node.id,
          'ok',
          { title: 'Rows are being delivered', evidence: evidence + who, why },
          node.id,
        ),
      ]
    }
    return [
      finding(
        'uploading',
        node.id,
        'warn',
        {
          title: 'Nobody uploads this node',
          evidence,
          why,
          remedy: { verb: 'Upload now', detail: 'Start the uploader, or upload once.', command: 'fieldgate upload' },
        },
        node.id,
      ),
    ]
  },
}
