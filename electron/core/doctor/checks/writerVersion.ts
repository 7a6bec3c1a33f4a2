import { statSync } from 'node:fs'
import { readWriterVersion } from '../../db/integrity.ts'
import { finding } from '../port.ts'
import type { NodeCheck } from '../port.ts'

/** First release without the WAL-reset bug (https://www.sqlite.org/releaselog/3_51_3.html). */
const SAFE_VERSION = '3.51.3'

/** The sensor's SQLite is recent enough. A hint: the header names the version that last rewrote the first page. */
export const writerVersionCheck: NodeCheck = {
  id: 'writerVersion',
  scope: 'node',
  isCheap: false,
  examine(ports, node) {
    if (statSync(node.sqlite, { throwIfNoEntry: false }) === undefined) return []
    const version = readWriterVersion(node.sqlite)
    if (version === undefined) return []
    const why = `Below ${SAFE_VERSION}, two connections that checkpoint one log at once can damage the database.`
    const evidence = `The first page was last written by SQLite ${version}.`
    if (!isOlder(version, SAFE_VERSION) || !usesWal(ports, node)) {
      return [
        finding('writerVersion', node.id, 'ok', { title: 'The writer’s SQLite is recent', evidence, why }, node.id),
      ]
    }
    return [
      finding(
        'writerVersion',
        node.id,
        'warn',
        {
          title: 'The writer’s SQLite is old',
          evidence,
          why,
          remedy: {
            verb: 'Show node',
            detail: `Update the sensor to SQLite ${SAFE_VERSION} or later, and run no checkpoint beside it until then. Fieldgate runs none.`,
            screen: `node/${node.id}`,
          },
        },
        node.id,
      ),
    ]
  },
}

function usesWal(ports: Parameters<NodeCheck['examine']>[0], node: Parameters<NodeCheck['examine']>[1]): boolean {
  try {
    const database = ports.openNode(node)
    try {
      return database.journalMode() === 'wal'
    } finally {
      database.close()
    }
  } catch {
    return true
  }
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]]
  const index = a.findIndex((part, at) => part !== b[at])
  return index >= 0 && (a[index] as number) < (b[index] as number)
}
