import { errorToData, FieldgateError } from '../../../shared/domain/errors.ts'
import { nodePrefix, parseObjectKey, NO_DATE } from '../../../shared/domain/objectKey.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { formatUtcDay, timestampReader, utcDay } from '../../../shared/domain/timestamps.ts'
import { listEpochs } from '../db/ledger/epochs.ts'
import { findObject } from '../db/ledger/executions.ts'
import { listCursors } from '../db/ledger/lanes.ts'
import { readAlignment, writeAligned } from '../db/ledger/settings.ts'
import type { NodeDatabase, TablePlan } from '../db/nodePort.ts'
import { adoptHistory } from './adoptHistory.ts'
import { deliveryTypes, findUnknownClaims, listPage } from './bucketHistory.ts'
import { bucketOf } from './claim.ts'
import { isSameEpoch } from './epoch.ts'
import type { UploaderPorts } from './ports.ts'

/** Makes sure, before a node's first claim, that the ledger knows everything that was delivered. */
export interface Aligner {
  /**
   * When it resolves, no row that lies in the bucket will be claimed under another name, whatever became of the ledger:
   * lost, replaced by a new one, or put back from an older copy. Cheap once done. Rejects with what the store throws, so
   * that nothing is claimed or carried out before the bucket has been seen; gives back why the source could not be read.
   */
  align(node: NodeConfig, signal: AbortSignal): Promise<Unread | undefined>
}

/** Why a node's database could not be read. */
export interface Unread {
  readonly error: unknown
}

/** A ledger that was written this recently was hardly put back from an older copy of the whole machine. */
const FRESH_FOR_MS = 3_600_000

type Need = 'none' | 'later' | 'all' | Probe

/** Where an object that the ledger does not know would lie, if the ledger were behind. */
interface Probe {
  readonly table: string
  readonly places: readonly { readonly route: string; readonly date: string }[]
}

/**
 * What an upload does first. For a table whose present life the ledger does not know, everything the bucket holds of it is
 * listed; the same for a ledger that lies in another file than it was written in (a copy put back, a snapshot). One that was
 * idle for an hour is held against the names from the next row's date on, of every type: as a rule one request each.
 */
export function createAligner(ports: UploaderPorts): Aligner {
  const done = new Set<string>()
  const running = new Map<string, Promise<Unread | undefined>>()
  const filled = new Map<string, Promise<boolean>>()

  const hasObjects = (bucket: string): Promise<boolean> => {
    let known = filled.get(bucket)
    if (known === undefined) {
      known = listPage(ports.store, { bucket, maxKeys: 1 }).then((page) => page.objects.length > 0)
      filled.set(bucket, known)
      known.catch(() => filled.delete(bucket))
    }
    return known
  }

  const look = (node: NodeConfig): { readonly need: Need; readonly table: string } => {
    const database = ports.openNode(node)
    try {
      const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
      return { need: needOf(ports, node, database, plan), table: plan.table }
    } finally {
      database.close()
    }
  }

  const lookIfReadable = (node: NodeConfig): ReturnType<typeof look> | Unread => {
    try {
      return look(node)
    } catch (error) {
      return { error }
    }
  }

  const alignOnce = async (node: NodeConfig, signal: AbortSignal): Promise<Unread | undefined> => {
    const seen = lookIfReadable(node)
    if ('error' in seen) return seen
    const { need, table } = seen
    if (need === 'later') return undefined
    try {
      const isBehind = need === 'all' || (need !== 'none' && (await findsUnknown(ports, node, need, signal)))
      if (isBehind) await alignTable({ ...ports, hasObjects }, node, table, signal)
    } catch (error) {
      if (!mayNotList(error)) throw error
      // Never noted as done: the next start asks again.
      done.add(node.id)
      ports.log.warn('The bucket may not be listed: whether this ledger knows all that was delivered is not known.', {
        nodeId: node.id,
        cause: errorToData(error).message,
      })
      return undefined
    }
    writeAligned(ports.ledger, node.id)
    done.add(node.id)
    return undefined
  }

  return {
    async align(node, signal) {
      if (done.has(node.id)) return undefined
      // Two passes of one node may begin together: the second waits, and looks for itself if the first failed.
      await running.get(node.id)?.catch(() => undefined)
      if (done.has(node.id)) return undefined
      const work = alignOnce(node, signal).finally(() => running.delete(node.id))
      running.set(node.id, work)
      return work
    },
  }
}

const NOT_ALLOWED: readonly unknown[] = ['AccessDenied', 'Forbidden', 'AllAccessDisabled']

/** True when these credentials lack the right as such. Expired or wrong ones are waited for: they deliver nothing either. */
function mayNotList(error: unknown): boolean {
  return error instanceof FieldgateError && error.code === 'denied' && NOT_ALLOWED.includes(error.details?.['error'])
}

async function alignTable(
  ports: UploaderPorts & Parameters<typeof findUnknownClaims>[0],
  node: NodeConfig,
  table: string,
  signal: AbortSignal,
): Promise<void> {
  const claims = await findUnknownClaims(ports, node, table, signal)
  if (claims.length === 0) return
  const adopted = await adoptHistory(ports, node, claims, signal)
  ports.log.info('Deliveries that the ledger did not know were found in the bucket and written into it.', {
    nodeId: node.id,
    executions: adopted.executions,
    rows: adopted.rows,
    leftOut: claims.length - adopted.executions,
  })
}

function needOf(ports: UploaderPorts, node: NodeConfig, database: NodeDatabase, plan: TablePlan): Need {
  const { minSeq, maxSeq } = database.identity(plan.table)
  if (minSeq === undefined || maxSeq === undefined) return 'later'
  const current = listEpochs(ports.ledger, { nodeId: node.id, table: plan.table }).at(-1)
  if (current === undefined) return 'all'
  const cursors = listCursors(ports.ledger, node.id).filter(
    (cursor) => cursor.table === plan.table && cursor.epoch === current.epoch,
  )
  const newest = Math.max(Number.NEGATIVE_INFINITY, ...cursors.map((cursor) => cursor.updatedAtMs))
  const { isNeeded, isDone } = readAlignment(ports.ledger, node.id)
  // A late row may lie under any date, so nothing less than every name tells what a copy that was put back does not know.
  if (isNeeded && !isDone) return 'all'
  if (Math.abs(ports.clock.now() - newest) < FRESH_FOR_MS) return 'none'
  if (!isSameEpoch(ports.ledger, database, node, plan, current.epoch)) return 'all'
  const furthest = Math.max(current.firstSeq - 1, ...cursors.map((cursor) => cursor.claimedSeq))
  const places = deliveryTypes(ports.config).flatMap((route) => {
    const claimed = cursors.find((cursor) => cursor.route === route)?.claimedSeq ?? furthest
    const date = dateBehind(database, plan, node, claimed, maxSeq)
    return date === undefined ? [] : [{ route, date }]
  })
  return places.length === 0 ? 'later' : { table: plan.table, places }
}

/** The date that the next row of a lane is filed under; undefined when there is none. */
function dateBehind(
  database: NodeDatabase,
  plan: TablePlan,
  node: NodeConfig,
  claimedSeq: number,
  maxSeq: number,
): string | undefined {
  const [row] = database.readRows(plan, claimedSeq, maxSeq, 1)
  if (row === undefined) return undefined
  const column = plan.columns.findIndex((candidate) => candidate.name === plan.timestampColumn) + 1
  const day = utcDay(timestampReader(plan.timestampEncoding, node.timeZone)(row[column]))
  return Number.isNaN(day) ? NO_DATE : formatUtcDay(day)
}

/** True when the bucket holds an object of the node, from these dates on, that the ledger does not know. */
async function findsUnknown(
  ports: UploaderPorts,
  node: NodeConfig,
  probe: Probe,
  signal: AbortSignal,
): Promise<boolean> {
  for (const { route, date } of probe.places) {
    const bucket = bucketOf(ports.config, route)
    const prefix = nodePrefix(route, probe.table, node.id)
    const startAfter = `${prefix}date=${date}/`
    let token: string | undefined
    do {
      const page = await listPage(ports.store, { bucket, prefix, startAfter, token, signal })
      const isUnknown = page.objects.some(
        ({ key }) => parseObjectKey(key) !== undefined && findObject(ports.ledger, bucket, key) === undefined,
      )
      if (isUnknown) return true
      token = page.nextToken
    } while (token !== undefined)
  }
  return false
}
