import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { ReconcileLane, ReconcileReport } from '../../../shared/domain/reconcile.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { writeFileAtomic } from '../support/atomicFile.ts'
import type { Clock } from '../support/clock.ts'
import { proveNode } from './reconcileNode.ts'
import type { NodeProof } from './reconcileNode.ts'
import type { ProofOptions, ProofPorts } from './reconcilePorts.ts'

const REPORT_FILE = 'last_proof.json'

/**
 * The proof: for each node, table, epoch, route and UTC day, what the source says against Parquet actually read back from
 * the bucket. Reads only; the report is kept in the state folder. Rejects with the signal's reason when aborted.
 */
export async function reconcileNodes(
  ports: ProofPorts & { readonly clock: Clock },
  nodes: readonly NodeConfig[],
  options: ProofOptions,
): Promise<ReconcileReport> {
  const startedAt = ports.clock.monotonic()
  const proofs: NodeProof[] = []
  const folder = join(ports.config.stateDir, 'proof')
  rmSync(folder, { recursive: true, force: true })
  try {
    for (const node of nodes) {
      options.signal.throwIfAborted()
      proofs.push(await proveNode(ports, node, options))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
    ports.cache.save()
  }
  const lanes = proofs.flatMap((proof) => proof.lanes)
  const unknownObjects = proofs.flatMap((proof) => proof.unknownObjects)
  const totals = {
    ...sumLanes(lanes),
    objects: proofs.reduce((sum, proof) => sum + proof.objects, 0),
    objectsEqual: proofs.reduce((sum, proof) => sum + proof.objectsEqual, 0),
  }
  const report: ReconcileReport = {
    takenAtMs: ports.clock.now(),
    tookMs: Math.round(ports.clock.monotonic() - startedAt),
    isFull: !options.quick,
    store: storeName(ports),
    lanes,
    totals,
    unknownObjects,
    isClean: unknownObjects.length === 0 && lanes.every(isLaneClean),
  }
  if (existsSync(ports.config.stateDir))
    writeFileAtomic(join(ports.config.stateDir, REPORT_FILE), JSON.stringify(report))
  return report
}

/** The last report of a workspace; undefined before the first proof, or when it cannot be read any more. */
export function readLastReport(stateDir: string): ReconcileReport | undefined {
  const path = join(stateDir, REPORT_FILE)
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ReconcileReport
  } catch {
    return undefined
  }
}

/** The last report, for those who need one. */
export function requireReport(stateDir: string): ReconcileReport {
  const report = readLastReport(stateDir)
  if (report !== undefined) return report
  throw new FieldgateError('notFound', 'Nothing was proven in this workspace yet.', {
    hint: 'Run the proof first: fieldgate reconcile.',
  })
}

/** True when nothing is missing, doubled or different; rows not due yet do not count. */
export function isLaneClean(lane: ReconcileLane): boolean {
  return lane.missing === 0 && lane.duplicated === 0 && lane.different === 0 && lane.findings.length === 0
}

function sumLanes(lanes: readonly ReconcileLane[]): Omit<ReconcileReport['totals'], 'objects' | 'objectsEqual'> {
  const sum = (of: (lane: ReconcileLane) => number): number => lanes.reduce((total, lane) => total + of(lane), 0)
  return {
    sourceRows: sum((lane) => lane.sourceRows),
    purged: sum((lane) => lane.purged),
    // The rows of an aggregating lane are in the bucket as windows: they count as aggregated.
    delivered: sum((lane) => (lane.aggregated > 0 ? 0 : lane.delivered)),
    quarantined: sum((lane) => lane.quarantined),
    filtered: sum((lane) => lane.filtered),
    aggregated: sum((lane) => lane.aggregated),
    waiting: sum((lane) => lane.waiting),
    missing: sum((lane) => lane.missing),
    duplicated: sum((lane) => lane.duplicated),
    different: sum((lane) => lane.different),
  }
}

function storeName(ports: ProofPorts): string {
  const { store } = ports.config
  return store.kind === 'embedded' ? store.folder : (store.endpoint ?? `s3 (${store.region})`)
}
