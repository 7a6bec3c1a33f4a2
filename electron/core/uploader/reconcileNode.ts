import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReconcileLane, ReconcileProgress } from '../../../shared/domain/reconcile.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import type { StoredObject } from '../db/ledger/executions.ts'
import { joinRanges } from '../db/ledger/ranges.ts'
import type { NodeDatabase } from '../db/nodePort.ts'
import { forEachAtOnce } from './once.ts'
import { DaySums } from './reconcileDays.ts'
import { countWaiting, gatherLanes, replayRequestOf, requestOf } from './reconcileFacts.ts'
import type { ClaimFacts, LaneFacts } from './reconcileFacts.ts'
import { fetchObject } from './reconcileFetch.ts'
import type { ProvenClaim } from './reconcileCache.ts'
import { Findings } from './reconcileFindings.ts'
import { findStrays, findUnowned, listLane, withStrays } from './reconcileStrays.ts'
import type { Listed } from './reconcileStrays.ts'
import type { ProofOptions, ProofPorts } from './reconcilePorts.ts'
import { proofTask } from './reconcileTask.ts'
import type { ProofInput, ProofObject, ProofResult } from './reconcileTask.ts'

export interface NodeProof {
  readonly lanes: readonly ReconcileLane[]
  readonly unknownObjects: readonly string[]
  readonly objects: number
  readonly objectsEqual: number
}

/** The next objects are fetched while the last are compared. */
const CLAIMS_AT_ONCE = 3

interface Tally {
  objectsDone: number
  objectsTotal: number
  rowsDone: number
  objectsEqual: number
}

/** Proves one node: every lane the ledger knows, and that nothing else lies under its prefixes. */
export async function proveNode(ports: ProofPorts, node: NodeConfig, options: ProofOptions): Promise<NodeProof> {
  const database = openIfThere(ports, node)
  try {
    const lanes = gatherLanes(ports.ledger, node, database)
    const objectsTotal = lanes.reduce(
      (sum, lane) => sum + lane.claims.reduce((all, claim) => all + claim.objects.length, 0),
      0,
    )
    const tally: Tally = { objectsDone: 0, objectsTotal, rowsDone: 0, objectsEqual: 0 }
    const proofs: ReconcileLane[] = []
    const unknownObjects: string[] = []
    for (const group of Map.groupBy(lanes, (lane) => `${lane.route}/${lane.table}`).values()) {
      const listed = await listLane(ports, group, options.signal)
      for (const lane of group) proofs.push(await proveLane(ports, node, lane, listed, database, options, tally))
      const strays = await findStrays(ports, group, listed, options)
      unknownObjects.push(...strays.keys)
      const [last] = proofs.splice(-1)
      if (last !== undefined) proofs.push(withStrays(last, strays))
    }
    const claimIds = lanes.flatMap((lane) => lane.claims.map((claim) => claim.execution.id))
    ports.cache.keepClaims(node.id, new Set(claimIds))
    if (!options.quick) unknownObjects.push(...(await findLeftover(ports, node, lanes, database, options.signal)))
    return { lanes: proofs, unknownObjects, objects: objectsTotal, objectsEqual: tally.objectsEqual }
  } finally {
    database?.close()
  }
}

/** Objects of types that the ledger knows nothing of for this node. */
async function findLeftover(
  ports: ProofPorts,
  node: NodeConfig,
  lanes: readonly LaneFacts[],
  database: NodeDatabase | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const tables = new Set(lanes.map((lane) => lane.table))
  const table = node.table ?? tableOf(node, database)
  if (table !== undefined) tables.add(table)
  const isOwned = (route: string, of: string): boolean =>
    lanes.some((lane) => lane.route === route && lane.table === of && lane.claims.length > 0)
  return findUnowned(ports, node.id, [...tables], isOwned, signal)
}

/** The table of a node that was never uploaded under this ledger; undefined when there is none to be told. */
function tableOf(node: NodeConfig, database: NodeDatabase | undefined): string | undefined {
  try {
    return database?.plan({ table: node.table, timestampColumn: node.timestampColumn }).table
  } catch {
    return undefined
  }
}

function openIfThere(ports: ProofPorts, node: NodeConfig): NodeDatabase | undefined {
  try {
    return ports.openNode(node)
  } catch {
    return undefined
  }
}

async function proveLane(
  ports: ProofPorts,
  node: NodeConfig,
  lane: LaneFacts,
  listed: Listed,
  database: NodeDatabase | undefined,
  options: ProofOptions,
  tally: Tally,
): Promise<ReconcileLane> {
  const days = new DaySums()
  const findings = new Findings(lane.route, options.maxFindings)
  const sums = { sourceRows: 0, delivered: 0, purged: 0, missing: 0, duplicated: 0, different: 0 }
  const results = new Map<ClaimFacts, ProofResult | ProvenClaim>()
  await forEachAtOnce(lane.claims, CLAIMS_AT_ONCE, async (claim) => {
    options.signal.throwIfAborted()
    const result = await proveClaimOf(ports, node, lane, claim, listed, options, tally)
    results.set(claim, result)
    tally.rowsDone += result.delivered
    options.onProgress({ nodeId: node.id, route: lane.route, ...progressOf(tally) })
  })
  for (const claim of lane.claims) {
    const result = results.get(claim)
    if (result === undefined) continue
    days.addDays(result.days)
    for (const finding of result.findings) findings.add(finding.kind, finding.message, finding)
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += result[key]
  }
  const quarantined = lane.claims.flatMap((claim) => claim.quarantine.filter((row) => row.state === 'open')).length
  const counted = lane.claims.map((claim) => claim.execution.counts)
  return {
    nodeId: lane.nodeId,
    table: lane.table,
    epoch: lane.epoch,
    route: lane.route,
    isSourceReadable: lane.isSourceReadable,
    ranges: joinRanges(lane.claims.map((claim) => claim.execution)),
    ...sums,
    quarantined,
    filtered: counted.reduce((sum, count) => sum + count.filtered, 0),
    aggregated: counted.reduce((sum, count) => sum + count.aggregated, 0),
    waiting: countWaiting(ports.ledger, lane, database),
    days: days.list(),
    findings: findings.list,
  }
}

function progressOf({ objectsDone, objectsTotal, rowsDone }: Tally): Omit<ReconcileProgress, 'nodeId' | 'route'> {
  return { objectsDone, objectsTotal, rowsDone }
}

async function proveClaimOf(
  ports: ProofPorts,
  node: NodeConfig,
  lane: LaneFacts,
  claim: ClaimFacts,
  listed: Listed,
  options: ProofOptions,
  tally: Tally,
): Promise<ProofResult | ProvenClaim> {
  const { execution, quarantine } = claim
  const stamp = stampOf(lane, claim, listed)
  const kept =
    options.onlyNew === true && stamp !== undefined ? ports.cache.findClaim(node.id, execution.id, stamp) : undefined
  if (kept !== undefined) {
    tally.objectsDone += claim.objects.length
    tally.objectsEqual += kept.objectsEqual
    return kept
  }
  const open = quarantine.filter((row) => row.state === 'open').map((row) => row.sequence)
  const input: Omit<ProofInput, 'objects'> = {
    request: requestOf(node, execution),
    isSourceReadable: lane.isSourceReadable,
    counts: execution.counts,
    replays: claim.replays.map((replay) => replayRequestOf(node, replay, quarantine)),
    quarantined: open,
    replayed: quarantine.filter((row) => row.state === 'replayed').map((row) => row.sequence),
    maxFindings: options.maxFindings,
  }
  const paths: string[] = []
  try {
    const trusted = options.quick ? trustedObjects(ports, claim, listed) : []
    const objects: ProofObject[] = []
    for (const [index, object] of claim.objects.entries()) {
      const path = join(ports.config.stateDir, 'proof', `${execution.id}-${index}.parquet`)
      const trust = trusted[index]
      const fetched =
        trust === undefined
          ? await fetchObject(ports.store, object.bucket, object.key, path, options.signal)
          : undefined
      if (fetched !== undefined) paths.push(path)
      objects.push({
        key: object.key,
        date: object.date,
        rows: object.rows,
        sha256: object.sha256,
        logicalHash: object.logicalHash,
        path: fetched === undefined ? undefined : path,
        storedSha256: fetched?.storedSha256,
        ...(trust === undefined ? {} : { trusted: trust }),
      })
      tally.objectsDone++
      options.onProgress({ nodeId: node.id, route: lane.route, ...progressOf(tally) })
    }
    const result = await ports.pool.run(proofTask, { ...input, objects }, { signal: options.signal, priority: 3 })
    if (result.needsReading) {
      tally.objectsDone -= claim.objects.length
      return await proveClaimOf(ports, node, lane, claim, listed, { ...options, quick: false }, tally)
    }
    tally.objectsEqual += result.proven.length
    for (const { key, ...proof } of result.proven) {
      const object = claim.objects.find((candidate) => candidate.key === key)
      const etag = listed.get(key)?.etag
      if (object !== undefined && etag !== undefined)
        ports.cache.remember(execution.id, object.bucket, key, { ...proof, etag })
    }
    if (options.onlyNew === true && stamp !== undefined && isClean(result))
      ports.cache.rememberClaim(node.id, execution.id, stamp, result)
    return result
  } finally {
    await Promise.all(paths.map((path) => rm(path, { force: true })))
  }
}

/** Everything a clean claim's proof stands on but its source rows; undefined while an object is not in the store. */
function stampOf(lane: LaneFacts, claim: ClaimFacts, listed: Listed): string | undefined {
  const etags = claim.objects.map((object) => listed.get(object.key)?.etag)
  if (etags.includes(undefined)) return undefined
  const quarantine = claim.quarantine.map((row) => `${row.sequence}${row.state}`)
  // Executions without an object are merged when they are old: then the range of one grows.
  const { fromSeq, toSeq } = claim.execution
  return [lane.isSourceReadable, fromSeq, toSeq, claim.replays.length, ...quarantine, ...etags].join(' ')
}

function isClean(result: ProofResult): boolean {
  return (
    result.missing === 0 &&
    result.duplicated === 0 &&
    result.different === 0 &&
    result.findings.length === 0 &&
    !result.needsReading
  )
}

/** Trust covers a claim as a whole: if one of its objects has to be read, all are. */
function trustedObjects(ports: ProofPorts, claim: ClaimFacts, listed: Listed): readonly ProofObject['trusted'][] {
  const trusted = claim.objects.map((object) => trustedOf(ports, claim.execution.id, object, listed))
  return trusted.includes(undefined) ? [] : trusted
}

/** What an earlier proof read from an object, if the store still has it under the same entity tag. */
function trustedOf(
  ports: ProofPorts,
  executionId: number,
  object: StoredObject,
  listed: Listed,
): ProofObject['trusted'] {
  const known = ports.cache.find(executionId, object.bucket, object.key)
  const now = listed.get(object.key)
  return known !== undefined && now !== undefined && known.etag === now.etag && known.sha256 === object.sha256
    ? { rows: known.rows, checksum: known.checksum }
    : undefined
}
