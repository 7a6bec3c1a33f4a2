import { statSync } from 'node:fs'
import { truncateWal } from '../../db/checkpoint.ts'
import { describeHolders } from '../processes.ts'
import { finding } from '../port.ts'
import type { NodeCheck } from '../port.ts'
import { formatBytes } from '../words.ts'

const WARN_BYTES = 32 << 20
const BAD_BYTES = 256 << 20

/** The write-ahead log has grown far beyond what checkpoints leave: usually a reader that never ends. */
export const walSizeCheck: NodeCheck = {
  id: 'walSize',
  scope: 'node',
  isCheap: true,
  examine(ports, node) {
    const bytes = statSync(`${node.sqlite}-wal`, { throwIfNoEntry: false })?.size ?? 0
    const why =
      'While the log cannot be moved into the database it grows with every row: reads become slow and the disk fills.'
    if (bytes < WARN_BYTES) {
      return [
        finding(
          'walSize',
          node.id,
          'ok',
          { title: 'The write-ahead log is small', evidence: formatBytes(bytes), why },
          node.id,
        ),
      ]
    }
    const holders = ports.holders(node.sqlite)
    const others = holders?.filter((holder) => holder.pid !== process.pid)
    const isFree = others !== undefined && others.length === 0
    const who = describeHolders(others, node.sqlite)
    return [
      finding(
        'walSize',
        node.id,
        bytes < BAD_BYTES ? 'warn' : 'bad',
        {
          title: 'The write-ahead log is too large',
          evidence: `${node.sqlite}-wal has ${formatBytes(bytes)}. ${who}`,
          why,
          remedy: isFree
            ? { verb: 'Move log into database', detail: 'Nobody has the database open: its log can be emptied safely.' }
            : {
                verb: 'Run doctor',
                detail: 'End the process that reads without stopping; the writer then empties the log by itself.',
                method: 'doctor.run',
                input: { nodeId: node.id },
              },
          isFixable: isFree,
          notice: {
            cause: 'wal',
            severity: bytes < BAD_BYTES ? 'warn' : 'bad',
            message: `The write-ahead log has ${formatBytes(bytes)}`,
            detail: others === undefined ? 'A process that reads keeps it from being emptied' : who,
            sinceMs: undefined,
            nextRetryMs: undefined,
          },
        },
        node.id,
      ),
    ]
  },
  fix(ports, node) {
    const others = ports.holders(node.sqlite)?.filter((holder) => holder.pid !== process.pid)
    const { before, after } = truncateWal(node.sqlite, others === undefined || others.length > 0)
    return { before: `log of ${formatBytes(before)}`, after: `log of ${formatBytes(after)}`, undo: undefined }
  },
}
