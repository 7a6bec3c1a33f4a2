import { statSync } from 'node:fs'
import { describeHolders } from '../processes.ts'
import { finding } from '../port.ts'
import type { NodeCheck } from '../port.ts'
import { formatAge, formatDuration } from '../words.ts'

const QUIET_AFTER_MS = 2 * 60_000
/** A file that rested this long is an archive or a node out of service, not one that fell silent. */
const ARCHIVE_AFTER_MS = 7 * 24 * 3_600_000

/** The sensor has stopped writing. Judged by the files alone, so that a wrong clock in the rows does not mislead. */
export const newRowsCheck: NodeCheck = {
  id: 'newRows',
  scope: 'node',
  isCheap: true,
  examine(ports, node) {
    const times = [node.sqlite, `${node.sqlite}-wal`].flatMap((path) => {
      const found = statSync(path, { throwIfNoEntry: false })
      // A WAL without content is one that a reader made.
      return found === undefined || (path !== node.sqlite && found.size === 0) ? [] : [found.mtimeMs]
    })
    if (times.length === 0) return []
    const writtenMs = Math.floor(Math.max(...times))
    const quiet = ports.clock.now() - writtenMs
    const evidence = `The database was last written ${formatDuration(quiet)} ago.`
    const why = 'What a sensor does not write cannot be delivered, and nobody downstream can tell silence from calm.'
    if (quiet < QUIET_AFTER_MS)
      return [finding('newRows', node.id, 'ok', { title: 'The sensor writes', evidence, why }, node.id)]
    if (quiet > ARCHIVE_AFTER_MS) {
      return [
        finding('newRows', node.id, 'skipped', { title: 'Nothing is written here any more', evidence, why }, node.id),
      ]
    }
    return [
      finding(
        'newRows',
        node.id,
        'warn',
        {
          title: 'No new rows',
          evidence,
          why,
          remedy: {
            verb: 'Run doctor',
            detail: 'Check that the sensor process runs and may write its database, then restart it.',
            method: 'doctor.run',
            input: { nodeId: node.id },
          },
          notice: {
            cause: 'quiet',
            severity: 'warn',
            message: `No new rows for ${formatAge(quiet)}`,
            detail: silence(ports.holders(node.sqlite), node.sqlite),
            sinceMs: writtenMs,
            nextRetryMs: undefined,
          },
        },
        node.id,
      ),
    ]
  },
}

function silence(holders: Parameters<typeof describeHolders>[0], path: string): string {
  const others = holders?.filter((holder) => holder.pid !== process.pid)
  if (others === undefined) return 'The sensor process has stopped writing'
  return others.length === 0 ? 'The sensor process is gone' : describeHolders(others, path)
}
