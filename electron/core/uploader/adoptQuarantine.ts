import { rmSync } from 'node:fs'
import type { Lane } from '../../../shared/domain/execution.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { listObjects } from '../db/ledger/executions.ts'
import type { StoredObject } from '../db/ledger/executions.ts'
import { coveredByRoute, findOpenClaim } from '../db/ledger/adopt.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import { endReplay } from '../db/ledger/quarantine.ts'
import { subtractRanges } from '../db/ledger/ranges.ts'
import { keepQuarantine } from '../db/ledger/transitions.ts'
import type { NodeDatabase, TablePlan } from '../db/nodePort.ts'
import { openParquet } from '../parquet/decode.ts'
import { formatQuarantined } from '../pipelines/quarantineRow.ts'
import type { FoundClaim } from './bucketHistory.ts'
import { pinRequest } from './claim.ts'
import { keyOf } from './execute.ts'
import type { UploaderPorts } from './ports.ts'
import { spoolFolderOf } from './spool.ts'

type Rejected = Awaited<ReturnType<UploaderPorts['encoder']['encode']>>['quarantined']

/** Rows that claims had rejected, and those that replays delivered since, by claim. */
export interface FoundQuarantine {
  readonly rejected: ReadonlyMap<FoundClaim, Rejected>
  readonly replayed: ReadonlyMap<FoundClaim, readonly number[]>
}

/** The table whose rows were claimed, as it is now. */
export interface ClaimedTable {
  readonly node: NodeConfig
  readonly database: NodeDatabase
  readonly plan: TablePlan
}

/** Said of a row that the contract of today lets through. */
const EARLIER_CONTRACT = 'rejected under an earlier contract'
const ROWS_AT_ONCE = 1_000

/**
 * What the claims of the present life had rejected, and what replays of any life have delivered of such rows. Where encoding
 * a claim again gives the very content of its objects, it rejects the same rows too; else, under another contract or after
 * a correction, they are the rows of the claim that its objects do not hold. Reads only.
 */
export async function readQuarantine(
  ports: UploaderPorts,
  table: ClaimedTable,
  claims: readonly FoundClaim[],
  present: ReadonlySet<FoundClaim>,
  signal: AbortSignal,
): Promise<FoundQuarantine> {
  const rejected = new Map<FoundClaim, Rejected>()
  const replayed = new Map<FoundClaim, readonly number[]>()
  for (const claim of claims) {
    if (claim.kind === 'replay') replayed.set(claim, await readSequences(ports, claim, signal))
    else if (present.has(claim) && claim.counts.rejected > 0) {
      rejected.set(claim, await rejectedRows(ports, table, claim, signal))
    }
  }
  return { rejected, replayed }
}

/**
 * The claims of the present life that rejected every row they read and so left no object, as the replays of their rows tell:
 * one for each range of replays that neither `present` nor the ledger accounts for. Without them the rows a replay could not
 * deliver would be due as if nobody had read them, and those it did deliver be delivered again.
 */
export function findSilentClaims(
  ledger: LedgerConnection,
  { database }: ClaimedTable,
  present: readonly FoundClaim[],
): readonly FoundClaim[] {
  const byRoute = Map.groupBy(present, (claim) => claim.route)
  return [...byRoute].flatMap(([route, claims]) => {
    const replays = claims.filter((claim) => claim.kind === 'replay')
    const [first] = replays
    if (first === undefined) return []
    const known = coveredByRoute(ledger, first).get(route) ?? []
    const others = claims.filter((claim) => claim.kind !== 'replay')
    return subtractRanges(replays, [...others, ...known]).map((range): FoundClaim => {
      const rows = database.countRows(first.table, range.fromSeq - 1, range.toSeq)
      return {
        ...first,
        ...range,
        kind: 'gap',
        objects: 0,
        found: [],
        counts: { read: rows, kept: 0, rejected: rows, filtered: 0, aggregated: 0 },
      }
    })
  })
}

/** Puts rows that adopted claims had rejected back in quarantine; those that a replay delivered since count as replayed. */
export function writeQuarantine(
  ports: UploaderPorts,
  executions: ReadonlyMap<number, FoundClaim>,
  found: FoundQuarantine,
): void {
  for (const [id, claim] of executions) {
    keepQuarantine(ports.ledger, { ...laneOf(claim), id }, found.rejected.get(claim) ?? [], ports.clock.now())
  }
  for (const [id, claim] of executions) {
    const sequences = found.replayed.get(claim)
    if (sequences !== undefined) endReplay(ports.ledger, { ...laneOf(claim), id }, sequences)
  }
}

function laneOf(claim: FoundClaim): Lane {
  const { nodeId, table, epoch, route } = claim
  return { nodeId, table, epoch, route }
}

async function rejectedRows(
  ports: UploaderPorts,
  table: ClaimedTable,
  claim: FoundClaim,
  signal: AbortSignal,
): Promise<Rejected> {
  const { node, database, plan } = table
  const { config } = ports
  const pinned = pinRequest(config, node, plan, claim.route)
  const request = {
    ...pinned,
    node,
    pipelineType: claim.route,
    pipelineRevision: claim.pipelineRevision,
    epoch: claim.epoch,
    fromSeq: claim.fromSeq,
    toSeq: claim.toSeq,
    spoolFolder: spoolFolderOf(config.stateDir),
    // No execution has this number: what a crash leaves is removed by the next start.
    spoolName: 'execution-0-again',
  }
  const { objects, quarantined } = await ports.encoder.encode(request, signal)
  for (const object of objects) rmSync(object.path, { force: true })
  const known = deliveredBy(ports, claim)
  const isSame = (object: (typeof objects)[number]): boolean =>
    known.some(({ key, logicalHash }) => key === keyOf(claim, object) && logicalHash === object.logicalHash)
  if (objects.length === known.length && objects.every(isSame)) return quarantined
  const delivered = new Set(await readSequences(ports, claim, signal))
  const reasons = new Map(quarantined.map((row) => [row.sequence, row.reasons]))
  const rows: Rejected[number][] = []
  for (let after = claim.fromSeq - 1; ;) {
    signal.throwIfAborted()
    const part = database.readRows(plan, after, claim.toSeq, ROWS_AT_ONCE)
    if (part.length === 0) return rows
    for (const row of part) {
      after = Number(row[0])
      if (delivered.has(after)) continue
      rows.push({
        sequence: after,
        reasons: reasons.get(after) ?? [EARLIER_CONTRACT],
        row: formatQuarantined(plan.columns, row),
      })
    }
  }
}

/** The claim's objects in the bucket: those found now, and those that the ledger has on record. */
function deliveredBy(
  ports: UploaderPorts,
  claim: FoundClaim,
): readonly Pick<StoredObject, 'bucket' | 'key' | 'logicalHash'>[] {
  const openId = findOpenClaim(ports.ledger, claim, claim, claim.kind === 'replay')
  const known = openId === undefined ? [] : listObjects(ports.ledger, openId).filter(({ state }) => state === 'stored')
  return [...claim.found, ...known]
}

/** The rows that lie in the claim's objects. */
async function readSequences(ports: UploaderPorts, claim: FoundClaim, signal: AbortSignal): Promise<readonly number[]> {
  const sequences: number[] = []
  for (const { bucket, key } of deliveredBy(ports, claim)) {
    const bytes = await ports.store.get(bucket, key, undefined, signal)
    const buffer = bytes.slice().buffer
    const source = { byteLength: buffer.byteLength, slice: (start: number, end?: number) => buffer.slice(start, end) }
    const file = await openParquet(source, key)
    for (const group of file.rowGroups) {
      const values = await file.readColumn('_row_id', group.rowStart, group.rowEnd)
      for (let i = 0; i < values.length; i++) sequences.push(Number(values[i]))
    }
  }
  return sequences
}
