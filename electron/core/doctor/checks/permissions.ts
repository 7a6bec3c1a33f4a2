import { accessSync, chmodSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { NodeConfig } from '../../../../shared/domain/settings.ts'
import { finding } from '../port.ts'
import type { Finding, NodeCheck } from '../port.ts'

const WHY = 'A file that cannot be read cannot be delivered; one whose folder cannot be written hides its newest rows.'

/** The node's file is there and may be read, its helper files too. */
export const permissionsCheck: NodeCheck = {
  id: 'permissions',
  scope: 'node',
  isCheap: true,
  examine(_ports, node) {
    const found = statSync(node.sqlite, { throwIfNoEntry: false })
    if (found === undefined) return [missing(node)]
    const closed = unreadable(node.sqlite)
    if (closed.length === 0) {
      const mode = modeOf(found.mode)
      return [
        finding(
          'permissions',
          node.id,
          'ok',
          { title: 'The database may be read', evidence: `Mode ${mode}.`, why: WHY },
          node.id,
        ),
      ]
    }
    const isOwn = closed.every((path) => statSync(path).uid === process.getuid?.())
    return [
      finding(
        'permissions',
        node.id,
        'bad',
        {
          title: 'The database may not be read',
          evidence: `${closed.join(', ')}: mode ${modeOf(found.mode)}, owner ${found.uid}; this process runs as user ${process.getuid?.() ?? 'unknown'}.`,
          why: WHY,
          remedy: {
            verb: isOwn ? 'Allow reading' : 'Copy command',
            detail: 'Give this user the right to read the file and its -wal and -shm.',
            command: `sudo chmod a+r ${closed.join(' ')}`,
          },
          isFixable: isOwn,
          notice: {
            cause: 'unreadable',
            severity: 'bad',
            message: 'The database may not be read by this user',
            detail: `Mode ${modeOf(found.mode)}, owner ${found.uid}`,
            sinceMs: undefined,
            nextRetryMs: undefined,
          },
        },
        node.id,
      ),
    ]
  },
  fix(_ports, node) {
    const closed = unreadable(node.sqlite)
    const before = closed.map((path) => `${modeOf(statSync(path).mode)} ${path}`)
    for (const path of closed) chmodSync(path, (statSync(path).mode & 0o777) | 0o400)
    return {
      before: before.join(', '),
      after: closed.map((path) => `${modeOf(statSync(path).mode)} ${path}`).join(', '),
      undo: before.map((line) => `chmod ${line}`).join('; '),
    }
  },
}

/** True when this check has something to say: then others need not say it again. */
export function isOutOfReach(node: NodeConfig): boolean {
  return statSync(node.sqlite, { throwIfNoEntry: false }) === undefined || unreadable(node.sqlite).length > 0
}

function unreadable(path: string): readonly string[] {
  return [path, `${path}-wal`, `${path}-shm`].filter((file) => {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return false
    try {
      accessSync(file, constants.R_OK)
      return false
    } catch {
      return true
    }
  })
}

function missing(node: NodeConfig): Finding {
  const hasFolder = statSync(dirname(node.sqlite), { throwIfNoEntry: false }) !== undefined
  return finding(
    'permissions',
    node.id,
    'bad',
    {
      title: 'The database is not there',
      evidence: hasFolder ? `${node.sqlite} does not exist.` : `The folder ${dirname(node.sqlite)} does not exist.`,
      why: WHY,
      remedy: {
        verb: 'Show node',
        detail: hasFolder
          ? 'Check the path in the configuration, or start the sensor that writes it.'
          : 'Mount the disk it lies on, or correct the path in the configuration.',
        screen: `node/${node.id}`,
      },
      notice: {
        cause: hasFolder ? 'missing' : `folder ${dirname(node.sqlite)}`,
        severity: 'bad',
        message: hasFolder ? 'The database file is gone' : `The folder ${dirname(node.sqlite)} is gone`,
        detail: hasFolder ? 'Start the sensor that writes it, or correct the path' : 'Mount the disk it lies on',
        sinceMs: undefined,
        nextRetryMs: undefined,
      },
    },
    node.id,
  )
}

function modeOf(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0')
}
