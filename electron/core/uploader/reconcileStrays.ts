import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { nodePrefix, parseObjectKey } from '../../../shared/domain/objectKey.ts'
import type { ReconcileFinding, ReconcileLane } from '../../../shared/domain/reconcile.ts'
import { findObject, listOpenExecutions } from '../db/ledger/executions.ts'
import { joinRanges } from '../db/ledger/ranges.ts'
import type { ObjectStore } from '../objects/port.ts'
import { deliveryTypes, listPage } from './bucketHistory.ts'
import { bucketOf } from './claim.ts'
import type { LaneFacts } from './reconcileFacts.ts'
import { fetchObject } from './reconcileFetch.ts'
import { Findings } from './reconcileFindings.ts'
import type { ProofOptions, ProofPorts } from './reconcilePorts.ts'
import { strayTask } from './reconcileStray.ts'

/** What lies under the prefix of a node, table and route, by key. */
export type Listed = ReadonlyMap<string, { readonly bucket: string; readonly etag: string }>

/** Lists all objects of lanes of one table and route, in every bucket the route ever delivered to. */
export async function listLane(ports: ProofPorts, lanes: readonly LaneFacts[], signal: AbortSignal): Promise<Listed> {
  const listed = new Map<string, { readonly bucket: string; readonly etag: string }>()
  const [first] = lanes
  const used = new Set(lanes.flatMap((lane) => lane.claims.map((claim) => claim.execution.bucket)))
  if (first === undefined || used.size === 0) return listed
  const prefix = nodePrefix(first.route, first.table, first.nodeId)
  const filled = new Set(lanes.flatMap((lane) => lane.claims.flatMap((claim) => claim.objects.map((o) => o.bucket))))
  for (const bucket of used.add(bucketOf(ports.config, first.route))) {
    const isRequired = filled.has(bucket)
    const found = await listAll(ports.store, { bucket, prefix, isRequired }, signal)
    for (const { key, etag } of found) listed.set(key, { bucket, etag })
  }
  return listed
}

/**
 * Objects under a node's prefixes of a type that the ledger has no lane of: all that is left of its deliveries when the
 * ledger was lost. Only names are read.
 */
export async function findUnowned(
  ports: ProofPorts,
  nodeId: string,
  tables: readonly string[],
  isOwned: (route: string, table: string) => boolean,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const keys: string[] = []
  for (const route of deliveryTypes(ports.config)) {
    const bucket = bucketOf(ports.config, route)
    for (const table of tables.filter((each) => !isOwned(route, each))) {
      const prefix = nodePrefix(route, table, nodeId)
      keys.push(...(await listAll(ports.store, { bucket, prefix, isRequired: false }, signal)).map(({ key }) => key))
    }
  }
  return keys.filter((key) => parseObjectKey(key) !== undefined)
}

/** All names under a prefix. A bucket that does not exist is empty, unless something was delivered to it. */
async function listAll(
  store: ObjectStore,
  { bucket, prefix, isRequired }: { readonly bucket: string; readonly prefix: string; readonly isRequired: boolean },
  signal: AbortSignal,
): Promise<readonly { readonly key: string; readonly etag: string }[]> {
  const found: { readonly key: string; readonly etag: string }[] = []
  let token: string | undefined
  do {
    signal.throwIfAborted()
    const query = { bucket, prefix, token, signal }
    const page = isRequired ? await store.list(query) : await listPage(store, query)
    found.push(...page.objects)
    token = page.nextToken
  } while (token !== undefined)
  return found
}

/** Objects that no execution knows of, and the delivered rows that they hold a second time. */
export interface Strays {
  readonly keys: readonly string[]
  readonly duplicated: number
  readonly findings: readonly ReconcileFinding[]
}

/** Reads every object of the lanes that the ledger knows nothing of, not even as one being sent at this moment. */
export async function findStrays(
  ports: ProofPorts,
  lanes: readonly LaneFacts[],
  listed: Listed,
  options: ProofOptions,
): Promise<Strays> {
  const keys = [...listed].filter(([key, { bucket }]) => !isKnown(ports, lanes, bucket, key)).map(([key]) => key)
  const findings = new Findings(lanes[0]?.route ?? '', options.maxFindings)
  let duplicated = 0
  for (const key of keys) {
    const path = join(ports.config.stateDir, 'proof', 'stray.parquet')
    try {
      const fetched = await fetchObject(ports.store, listed.get(key)?.bucket ?? '', key, path, options.signal)
      if (fetched === undefined) continue
      const epoch = parseObjectKey(key)?.epoch
      const ranges = lanes
        .filter((lane) => lane.epoch === epoch)
        .flatMap((lane) => joinRanges(lane.claims.map((claim) => claim.execution)))
      const input = { path, ranges, limit: options.maxFindings }
      const stray = await ports.pool.run(strayTask, input, { signal: options.signal, priority: 3 })
      const what = stray.problem ?? `${stray.rows} rows, ${stray.duplicated} of them delivered elsewhere`
      findings.add('objectUnknown', `No execution delivered this object (${what}).`, { key })
      for (const sequence of stray.sequences) {
        const message = `Row ${sequence} is in the bucket once more, in an object nobody delivered.`
        findings.add('duplicated', message, { sequence, key })
      }
      duplicated += stray.duplicated
    } finally {
      await rm(path, { force: true })
    }
  }
  return { keys, duplicated, findings: findings.list }
}

/** Asks the ledger as it is now, and claims under way: an object may have been sent since the proof began. */
function isKnown(ports: ProofPorts, lanes: readonly LaneFacts[], bucket: string, key: string): boolean {
  if (findObject(ports.ledger, bucket, key) !== undefined) return true
  const parts = parseObjectKey(key)
  if (parts === undefined) return false
  return listOpenExecutions(ports.ledger, lanes[0]?.nodeId).some(
    (open) =>
      open.route === parts.type &&
      open.table === parts.table &&
      open.epoch === parts.epoch &&
      open.fromSeq <= parts.fromSeq &&
      parts.toSeq <= open.toSeq,
  )
}

/** The lane with what its strays hold a second time. */
export function withStrays(lane: ReconcileLane, strays: Strays): ReconcileLane {
  if (strays.keys.length === 0) return lane
  return {
    ...lane,
    duplicated: lane.duplicated + strays.duplicated,
    findings: [...lane.findings, ...strays.findings],
  }
}
