import { readLink } from '../../db/ledger/settings.ts'
import { finding } from '../port.ts'
import type { NodeCheck } from '../port.ts'
import { formatBytes, formatCount } from '../words.ts'

/** Fewer rows than this are the ordinary contents of one interval. */
const NOTABLE_ROWS = 5_000

/** The backlog shrinks, or at least does not grow without a fault: then the link or its cap is too small. */
export const backlogCheck: NodeCheck = {
  id: 'backlog',
  scope: 'node',
  isCheap: true,
  examine(ports, node) {
    const summary = ports.summaries().find((candidate) => candidate.nodeId === node.id)
    if (summary === undefined || summary.failure !== undefined) return []
    const evidence = `${formatCount(summary.backlog, 'row')} wait.`
    const why = 'A backlog that grows never drains: what is in the bucket gets older every minute.'
    if (summary.drain.kind !== 'growing' || summary.backlog < NOTABLE_ROWS) {
      return [finding('backlog', node.id, 'ok', { title: 'The backlog drains', evidence, why }, node.id)]
    }
    // What a person set while it runs wins; null is a cap that was lifted.
    const set = readLink(ports.ledger()).bytesPerSecond
    const cap = set === undefined ? ports.config.upload.bytesPerSecond : (set ?? undefined)
    const isCapped = cap !== undefined
    return [
      finding(
        'backlog',
        node.id,
        'warn',
        {
          title: 'The backlog grows',
          evidence: isCapped ? `${evidence} The link is capped at ${formatBytes(cap)}/s.` : evidence,
          why,
          remedy: {
            verb: isCapped ? 'Raise cap' : 'Show node',
            detail: isCapped
              ? 'Raise the cap of the link, or deliver less: switch nodes to aggregated.'
              : 'Deliver less over this link: switch the node to aggregated, or give it a better link.',
            screen: isCapped ? 'settings/links' : `node/${node.id}`,
          },
          notice: {
            cause: 'growing',
            severity: 'warn',
            message: isCapped ? `Backlog grows: link cap ${formatBytes(cap)}/s` : 'Backlog grows: the link is too slow',
            detail: `${formatCount(summary.backlog, 'row')} wait on the node`,
            sinceMs: undefined,
            nextRetryMs: undefined,
          },
        },
        node.id,
      ),
    ]
  },
}
