import type { ExecutionKind } from '../../../shared/domain/execution.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { adoptClaim, claimAgain, findOpenClaim, giveWay, listEmptyWithin, placeLanes } from '../db/ledger/adopt.ts'
import { endEpoch, listAnchors, listEpochs, rememberAnchor, startEpoch } from '../db/ledger/epochs.ts'
import type { EpochRecord } from '../db/ledger/epochs.ts'
import { listObjects } from '../db/ledger/executions.ts'
import { listCursors } from '../db/ledger/lanes.ts'
import { underLease } from '../db/ledger/leases.ts'
import { decideEpoch } from '../db/epoch.ts'
import type { NodeDatabase, TablePlan } from '../db/nodePort.ts'
import { findSilentClaims, readQuarantine, writeQuarantine } from './adoptQuarantine.ts'
import type { FoundClaim } from './bucketHistory.ts'
import { pinRequest } from './claim.ts'
import type { PinnedRequest } from './claim.ts'
import { isSameEpoch } from './epoch.ts'
import { importForeignState } from './importState.ts'
import type { UploaderPorts } from './ports.ts'

interface Adopted {
  readonly executions: number
  readonly rows: number
}

/** Claims of one life of a table, as the bucket tells them. */
interface FoundLife {
  readonly epoch: string
  readonly claims: readonly FoundClaim[]
  readonly newestMs: number
}

/**
 * Writes claims found in the bucket into the ledger, in one transaction: which life of the table is the present one (by
 * the rows it is recognised by), what was delivered of it, and from where each lane goes on. Claims that overlap what the
 * ledger has on record are left out; the proof names their objects. Rows that a contract rejected are read again from the
 * node into quarantine. The caller holds the node's lease.
 */
export async function adoptHistory(
  ports: UploaderPorts,
  node: NodeConfig,
  claims: readonly FoundClaim[],
  signal: AbortSignal,
): Promise<Adopted> {
  const database = ports.openNode(node)
  try {
    const plan = database.plan({ table: claims[0]?.table, timestampColumn: node.timestampColumn })
    const present = presentClaims(ports, node, database, plan, claims)
    const silent = findSilentClaims(ports.ledger, { node, database, plan }, present)
    const all = [...claims, ...silent]
    const quarantine = await readQuarantine(
      ports,
      { node, database, plan },
      all,
      new Set([...present, ...silent]),
      signal,
    )
    // Rejected rows are written together with the claims that account for them: after a crash neither is there.
    const executions = underLease(ports.ledger, node.id, ports.runner.token, () => {
      const adopted = writeHistory(ports, node, database, plan, all)
      writeQuarantine(ports, adopted, quarantine)
      return adopted
    })
    return {
      executions: executions.size,
      rows: [...executions.values()].reduce((sum, claim) => sum + claim.counts.read, 0),
    }
  } finally {
    database.close()
  }
}

/** The claims of the life that the table is in now. */
function presentClaims(
  ports: UploaderPorts,
  node: NodeConfig,
  database: NodeDatabase,
  plan: TablePlan,
  claims: readonly FoundClaim[],
): readonly FoundClaim[] {
  const epochs = listEpochs(ports.ledger, { nodeId: node.id, table: plan.table })
  const known = new Map(epochs.map((record) => [record.epoch, record]))
  const present = database.snapshot(() => presentLife(ports, node, database, plan, livesOf(claims), known))
  return claims.filter((claim) => claim.epoch === present)
}

/** All of the ledger's side; the numbers of the executions, with their claims. */
function writeHistory(
  ports: UploaderPorts,
  node: NodeConfig,
  database: NodeDatabase,
  plan: TablePlan,
  claims: readonly FoundClaim[],
): ReadonlyMap<number, FoundClaim> {
  const { ledger } = ports
  const key = { nodeId: node.id, table: plan.table }
  const known = new Map(listEpochs(ledger, key).map((record) => [record.epoch, record]))
  const lives = livesOf(claims)
  const present = database.snapshot(() => presentLife(ports, node, database, plan, lives, known))
  startLives(ports, key, lives, present, database.identity(plan.table).file)
  const adopted = new Map<number, FoundClaim>()
  for (const life of lives) {
    const record = listEpochs(ledger, key).find((each) => each.epoch === life.epoch)
    if (record === undefined) continue
    const isPresent = life.epoch === present
    for (const claim of life.claims) {
      if (claim.anchor !== undefined) rememberAnchor(ledger, key, life.epoch, claim.anchor)
      const id = writeClaim(ports, node, plan, claim, isPresent)
      if (id !== undefined) adopted.set(id, claim)
    }
    const { type } = ports.readPipeline(node)
    const { firstSeq } = record
    if (isPresent && !known.has(life.epoch) && ports.config.nodes.length === 1) {
      const epoch = { epoch: life.epoch, firstSeq, isNew: true, replaced: false }
      importForeignState(ports, { node, database, plan, epoch, route: type })
    }
    placeLanes(
      ledger,
      { ...key, epoch: life.epoch },
      {
        firstSeq,
        active: isPresent ? type : undefined,
        alwaysOn: isPresent ? ports.config.upload.alwaysOn : [],
        atMs: ports.clock.now(),
      },
    )
  }
  return adopted
}

/**
 * Starts the lives the ledger does not know, the present one last: the last epoch is the current one. When the ledger
 * knows the present life already, the others came before it and stay out.
 */
function startLives(
  ports: UploaderPorts,
  key: { readonly nodeId: string; readonly table: string },
  lives: readonly FoundLife[],
  present: string | undefined,
  file: string,
): void {
  const { ledger } = ports
  const now = ports.clock.now()
  const epochs = listEpochs(ledger, key)
  if (present !== undefined && epochs.some((record) => record.epoch === present)) return
  const unknown = lives.filter((life) => !epochs.some((record) => record.epoch === life.epoch))
  for (const life of unknown.toSorted((a, b) => Number(a.epoch === present) - Number(b.epoch === present))) {
    const last = listEpochs(ledger, key).at(-1)
    if (last !== undefined) endEpoch(ledger, key, last.epoch, now)
    const isPresent = life.epoch === present
    startEpoch(ledger, key, {
      epoch: life.epoch,
      firstSeq: Math.min(1, ...life.claims.map((claim) => claim.fromSeq)),
      file: isPresent ? file : '',
      atMs: life.newestMs,
    })
    if (!isPresent) endEpoch(ledger, key, life.epoch, now)
  }
}

function livesOf(claims: readonly FoundClaim[]): readonly FoundLife[] {
  return [...Map.groupBy(claims, (claim) => claim.epoch)]
    .map(([epoch, of]) => ({
      epoch,
      // A replay lies within the claim that rejected its rows, which comes first.
      claims: of.toSorted((a, b) => Number(a.kind === 'replay') - Number(b.kind === 'replay') || a.fromSeq - b.fromSeq),
      newestMs: Math.max(...of.flatMap((claim) => claim.found.map((object) => object.lastModifiedMs))),
    }))
    .toSorted((a, b) => a.newestMs - b.newestMs)
}

/**
 * The life that the table is in now, by the rows that the bucket and the ledger remember of it: the ledger's own, or the
 * newest of those found that fits. Undefined when none does: then a new one begins.
 */
function presentLife(
  ports: UploaderPorts,
  node: NodeConfig,
  database: NodeDatabase,
  plan: TablePlan,
  lives: readonly FoundLife[],
  known: ReadonlyMap<string, EpochRecord>,
): string | undefined {
  const own = [...known.values()].at(-1)
  const found = lives.findLast((life) => isLiving(ports, node, database, plan, life, known.get(life.epoch)))
  if (own === undefined || own.epoch === found?.epoch || !isSameEpoch(ports.ledger, database, node, plan, own.epoch)) {
    return found?.epoch
  }
  // Both look like the table: what was delivered last decides.
  return found !== undefined && found.newestMs > own.startedAtMs ? found.epoch : own.epoch
}

function isLiving(
  ports: UploaderPorts,
  node: NodeConfig,
  database: NodeDatabase,
  plan: TablePlan,
  life: FoundLife,
  record: EpochRecord | undefined,
): boolean {
  if (record?.endedAtMs !== undefined) return false
  const anchors = [
    ...listAnchors(ports.ledger, { nodeId: node.id, table: plan.table }, life.epoch),
    ...life.claims.flatMap((claim) => claim.anchor ?? []),
  ]
  if (anchors.length === 0) return false
  const claimed = listCursors(ports.ledger, node.id)
    .filter((cursor) => cursor.table === plan.table && cursor.epoch === life.epoch)
    .map((cursor) => cursor.claimedSeq)
  const verdict = decideEpoch({
    anchors,
    acknowledgedSeq: Math.max(...claimed, ...life.claims.map((claim) => claim.toSeq)),
    firstSeq: record?.firstSeq ?? 1,
    storedFile: record?.file ?? '',
    identity: database.identity(plan.table),
    anchorOf: (sequence) => database.anchor(plan, sequence),
  })
  return verdict === 'same'
}

/** The number of the execution; undefined for a claim that stays out. */
function writeClaim(
  ports: UploaderPorts,
  node: NodeConfig,
  plan: TablePlan,
  claim: FoundClaim,
  isPresent: boolean,
): number | undefined {
  const { ledger } = ports
  const isReplay = claim.kind === 'replay'
  const openId = findOpenClaim(ledger, claim, claim, isReplay)
  const empty = isReplay || openId !== undefined ? [] : listEmptyWithin(ledger, claim, claim)
  if (empty === undefined) return undefined
  const kind: ExecutionKind = claim.kind === 'tail' ? 'tail' : 'gap'
  const request = JSON.stringify(requestOf(ports, node, plan, claim))
  const known = openId === undefined ? [] : listObjects(ledger, openId).filter(({ state }) => state === 'stored')
  const isWhole = claim.found.length + known.length === claim.objects
  // What a replay left behind is in quarantine still, and can be replayed by itself.
  if (isWhole || (isReplay && openId === undefined)) {
    const finishedAtMs = Math.max(0, ...claim.found.map((object) => object.lastModifiedMs))
    const rows = claim.found.reduce((sum, object) => sum + object.rows, 0)
    const counts = isWhole ? claim.counts : { read: rows, kept: rows, rejected: 0, filtered: 0, aggregated: 0 }
    const id = adoptClaim(ledger, { ...claim, counts, kind, request, finishedAtMs, objects: claim.found }, openId)
    giveWay(ledger, empty, id)
    return id
  }
  // Some of its objects never arrived. While its rows are there the claim is carried out again, to the same names.
  if (openId === undefined && isPresent) {
    giveWay(ledger, empty, claimAgain(ledger, { ...claim, kind, request }, ports.clock.now()))
  }
  return undefined
}

/** The settings of the claim as they were when it was made, as far as its objects tell: its redo makes the same ones. */
function requestOf(ports: UploaderPorts, node: NodeConfig, plan: TablePlan, claim: FoundClaim): PinnedRequest {
  const { settings } = claim
  if (settings === undefined) return pinRequest(ports.config, node, plan, claim.route)
  const { columns, rowsPerStep, targetObjectBytes } = settings
  const planThen: TablePlan = { ...plan, columns: plan.columns.slice(0, columns) }
  return { ...pinRequest(ports.config, node, planThen, claim.route), rowsPerStep, targetObjectBytes }
}
