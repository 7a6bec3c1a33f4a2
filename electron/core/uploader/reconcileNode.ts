import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { nodePrefix } from '../../../shared/domain/objectKey.ts'
import type { ReconcileLane, ReconcileProgress } from '../../../shared/domain/reconcile.ts'
import type { EngineConfig, NodeConfig } from '../../../shared/domain/settings.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import { findObject } from '../db/ledger/executions.ts'
import type { StoredObject } from '../db/ledger/executions.ts'
import type { NodeDatabase } from '../db/nodePort.ts'
import type { ObjectStore } from '../objects/port.ts'
import type { WorkerPool } from '../support/workerPool.ts'
import { bucketOf } from './claim.ts'
import type { ProofCache } from './reconcileCache.ts'
import { DaySums } from './reconcileDays.ts'
import { countWaiting, gatherLanes, replayRequestOf, requestOf } from './reconcileFacts.ts'
import type { ClaimFacts, LaneFacts } from './reconcileFacts.ts'
import { fetchObject } from './reconcileFetch.ts'
import { Findings } from './reconcileFindings.ts'
import { strayTask } from './reconcileStray.ts'
import { proofTask } from './reconcileTask.ts'
import type { ProofInput, ProofObject, ProofResult } from './reconcileTask.ts'
import { listAll } from './reconcileUnknown.ts'

export interface ProofPorts {
  readonly config: EngineConfig
  readonly ledger: LedgerConnection
  readonly store: ObjectStore
  readonly openNode: (node: NodeConfig) => NodeDatabase
  readonly pool: WorkerPool
  readonly cache: ProofCache
}

export interface ProofOptions {
  readonly maxFindings: number
  readonly quick: boolean
  /** Leaves out claims found clean before in this process whose objects are unchanged: for a proof that repeats all the time. */
  readonly onlyNew?: boolean
  readonly signal: AbortSignal
  readonly onProgress: (progress: ReconcileProgress) => void
}

export interface NodeProof {
  readonly lanes: readonly ReconcileLane[]
  readonly unknownObjects: readonly string[]
  readonly objects: number
  readonly objectsEqual: number
}

interface Tally {
  objectsDone: number
  objectsTotal: number
  rowsDone: number
  objectsEqual: number
}

type Listed = ReadonlyMap<string, { readonly etag: string; readonly bytes: number }>

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
      const listed = await listLane(ports, group, options)
      const known = new Set(
        group.flatMap((lane) => lane.claims.flatMap((claim) => claim.objects.map((object) => object.key))),
      )
      for (const lane of group) proofs.push(await proveLane(ports, node, lane, listed, database, options, tally))
      const unknown = [...listed.keys()].filter((key) => !known.has(key) && !isRecorded(ports, group, key))
      unknownObjects.push(...unknown)
      const [last] = proofs.splice(-1)
      if (last !== undefined) proofs.push(await addStrays(ports, node, group, unknown, last, options))
    }
    return { lanes: proofs, unknownObjects, objects: objectsTotal, objectsEqual: tally.objectsEqual }
  } finally {
    database?.close()
  }
}

/** An object of an execution that has not ended, or that began after the claims were read: in the ledger before it was put. */
function isRecorded(ports: ProofPorts, lanes: readonly LaneFacts[], key: string): boolean {
  const buckets = new Set([
    ...lanes.map((lane) => bucketOf(ports.config, lane.route)),
    ...lanes.flatMap((lane) => lane.claims.map((claim) => claim.execution.bucket)),
  ])
  return [...buckets].some((bucket) => findObject(ports.ledger, bucket, key) !== undefined)
}

function openIfThere(ports: ProofPorts, node: NodeConfig): NodeDatabase | undefined {
  try {
    return ports.openNode(node)
  } catch {
    return undefined
  }
}

/** All objects under the prefixes of a table and route, in every bucket the route ever delivered to. */
async function listLane(ports: ProofPorts, lanes: readonly LaneFacts[], options: ProofOptions): Promise<Listed> {
  const [first] = lanes
  if (first === undefined) return new Map()
  const buckets = new Set([
    bucketOf(ports.config, first.route),
    ...lanes.flatMap((lane) => lane.claims.map((claim) => claim.execution.bucket)),
  ])
  const listed = new Map<string, { readonly etag: string; readonly bytes: number }>()
  for (const bucket of buckets) {
    if (lanes.every((lane) => lane.claims.length === 0)) break
    const prefix = nodePrefix(first.route, first.table, first.nodeId)
    for (const object of await listAll(ports.store, bucket, prefix, options.signal)) listed.set(object.key, object)
  }
  return listed
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
  for (const claim of lane.claims) {
    options.signal.throwIfAborted()
    const result = await proveClaimOf(ports, node, lane, claim, listed, options, tally)
    days.addDays(result.days)
    for (const finding of result.findings) findings.add(finding.kind, finding.message, finding)
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += result[key]
    tally.rowsDone += result.delivered
    options.onProgress({ nodeId: node.id, route: lane.route, ...progressOf(tally) })
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
): Promise<ProofResult> {
  const { execution, quarantine } = claim
  const stamp = stampOf(lane, claim, listed)
  const kept = options.onlyNew === true && stamp !== undefined ? ports.cache.findClaim(execution.id, stamp) : undefined
  if (kept !== undefined) {
    tally.objectsDone += claim.objects.length
    tally.objectsEqual += kept.proven.length
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
      if (object !== undefined && etag !== undefined) ports.cache.remember(object.bucket, key, { ...proof, etag })
    }
    if (stamp !== undefined && isClean(result)) ports.cache.rememberClaim(execution.id, stamp, result)
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
  return [lane.isSourceReadable, claim.replays.length, ...quarantine, ...etags].join(' ')
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
  const trusted = claim.objects.map((object) => trustedOf(ports, object, listed))
  return trusted.includes(undefined) ? [] : trusted
}

/** What an earlier proof read from an object, if the store still has it under the same entity tag. */
function trustedOf(ports: ProofPorts, object: StoredObject, listed: Listed): ProofObject['trusted'] {
  const known = ports.cache.find(object.bucket, object.key)
  const now = listed.get(object.key)
  return known !== undefined && now !== undefined && known.etag === now.etag && known.sha256 === object.sha256
    ? { rows: known.rows, checksum: known.checksum }
    : undefined
}

/** Names objects that no execution knows of, and the delivered rows that they hold a second time. */
async function addStrays(
  ports: ProofPorts,
  node: NodeConfig,
  group: readonly LaneFacts[],
  unknown: readonly string[],
  lane: ReconcileLane,
  options: ProofOptions,
): Promise<ReconcileLane> {
  const findings = new Findings(lane.route, options.maxFindings + lane.findings.length)
  let duplicated = 0
  for (const [index, key] of unknown.entries()) {
    const buckets = new Set([
      bucketOf(ports.config, lane.route),
      ...group.flatMap((one) => one.claims.map((claim) => claim.execution.bucket)),
    ])
    const path = join(
      ports.config.stateDir,
      'proof',
      `stray-${node.id.replaceAll(/[^A-Za-z0-9]/g, '_')}-${index}.parquet`,
    )
    for (const bucket of buckets) {
      try {
        if ((await fetchObject(ports.store, bucket, key, path, options.signal)) === undefined) continue
        const ranges = group
          .filter((one) => key.includes(`/${one.epoch}-`))
          .flatMap((one) => joinRanges(one.claims.map((claim) => claim.execution)))
        const stray = await ports.pool.run(
          strayTask,
          { path, ranges, limit: options.maxFindings },
          { signal: options.signal, priority: 3 },
        )
        const what =
          stray.problem === undefined
            ? `${stray.rows} rows, ${stray.duplicated} of them delivered elsewhere`
            : stray.problem
        findings.add('objectUnknown', `No execution delivered this object (${what}).`, { key })
        for (const sequence of stray.sequences) {
          findings.add('duplicated', `Row ${sequence} is in the bucket once more, in an object nobody delivered.`, {
            sequence,
            key,
          })
        }
        duplicated += stray.duplicated
      } finally {
        await rm(path, { force: true })
      }
    }
  }
  return {
    ...lane,
    duplicated: lane.duplicated + duplicated,
    findings: [...lane.findings, ...findings.list].slice(0, options.maxFindings * 2),
  }
}

/** Ranges in order, touching ones joined. */
export function joinRanges(
  ranges: readonly { readonly fromSeq: number; readonly toSeq: number }[],
): readonly { readonly fromSeq: number; readonly toSeq: number }[] {
  const joined: { fromSeq: number; toSeq: number }[] = []
  for (const { fromSeq, toSeq } of ranges.toSorted((a, b) => a.fromSeq - b.fromSeq)) {
    const last = joined.at(-1)
    if (last !== undefined && fromSeq <= last.toSeq + 1) last.toSeq = Math.max(last.toSeq, toSeq)
    else joined.push({ fromSeq, toSeq })
  }
  return joined
}
