import { statSync } from 'node:fs'
import { errorToData } from '../../../shared/domain/errors.ts'
import type { DatabaseHealth } from '../../../shared/domain/node.ts'
import type { Handlers } from '../../../shared/ipc/contract.ts'
import { readHeaderVersion } from '../db/header.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

/** `nodes.health`: how a node's file stands. A file that cannot be read answers with its problem, never with an error. */
export function nodeHealthHandlers(deps: HandlerDependencies): Pick<Handlers<CallContext>, 'nodes.health'> {
  return {
    'nodes.health': ({ nodeId }) => {
      const node = deps.node(nodeId)
      const base = {
        nodeId,
        path: node.sqlite,
        bytes: sizeOf(node.sqlite),
        walBytes: sizeOf(`${node.sqlite}-wal`),
        lastWriterVersion: readHeaderVersion(node.sqlite),
        takenAtMs: deps.clock.now(),
      }
      try {
        const database = deps.openNode(node)
        try {
          return { ...base, ...readDatabase(database, node) }
        } finally {
          database.close()
        }
      } catch (error) {
        return { ...base, ...NOTHING, problem: errorToData(error) }
      }
    },
  }
}

type Read = Omit<DatabaseHealth, 'nodeId' | 'path' | 'bytes' | 'walBytes' | 'lastWriterVersion' | 'takenAtMs'>

const NOTHING: Omit<Read, 'problem'> = {
  journalMode: '',
  pageSize: 0,
  tables: [],
  shape: undefined,
  timestampColumn: undefined,
  timestampEncoding: undefined,
}

function readDatabase(
  database: ReturnType<HandlerDependencies['openNode']>,
  node: ReturnType<HandlerDependencies['node']>,
): Read {
  const read = {
    ...NOTHING,
    journalMode: database.journalMode(),
    pageSize: database.pageSize(),
    tables: database.tables(),
  }
  try {
    const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
    return {
      ...read,
      shape: plan.shape,
      timestampColumn: plan.timestampColumn,
      timestampEncoding: plan.timestampEncoding,
      problem: undefined,
    }
  } catch (error) {
    return { ...read, problem: errorToData(error) }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
