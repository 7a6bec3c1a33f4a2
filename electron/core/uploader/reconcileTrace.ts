import type { ReadingTrace } from '../../../shared/domain/reconcile.ts'
import type { NodeConfig } from '../../../shared/domain/settings.ts'
import type { SourceRow } from '../../../shared/domain/columns.ts'
import type { TablePlan } from '../db/nodePort.ts'
import { openParquet } from '../parquet/decode.ts'
import type { DecodedFile } from '../parquet/decode.ts'
import { toDisplay } from '../parquet/display.ts'
import type { StoredObject } from '../db/ledger/executions.ts'
import { gatherLanes } from './reconcileFacts.ts'
import type { ClaimFacts, LaneFacts } from './reconcileFacts.ts'
import type { ProofPorts } from './reconcilePorts.ts'

type Step = ReadingTrace['steps'][number]
type Facts = Readonly<Record<string, string | null>>
type TracePorts = Pick<ProofPorts, 'config' | 'ledger' | 'store' | 'openNode'>

/** Follows one reading: row in the database, claim, encoding, object, row in Parquet. Reads only what lies on the way. */
export async function traceReading(
  ports: TracePorts,
  node: NodeConfig,
  wanted: { readonly sequence: number; readonly route: string | undefined; readonly signal: AbortSignal },
): Promise<ReadingTrace> {
  const database = ports.openNode(node)
  try {
    const plan = database.plan({ table: node.table, timestampColumn: node.timestampColumn })
    const { sequence } = wanted
    const row = database.readRows(plan, sequence - 1, sequence, 1)[0]
    const lane = chooseLane(gatherLanes(ports.ledger, node, database), plan, wanted)
    const claim = lane?.claims.find(({ execution }) => execution.fromSeq <= sequence && sequence <= execution.toSeq)
    const found = claim === undefined ? undefined : await findRow(ports, claim, sequence, wanted.signal)
    const source = row === undefined ? undefined : sourceFacts(plan, row)
    return {
      nodeId: node.id,
      table: plan.table,
      sequence,
      route: lane?.route ?? wanted.route ?? '',
      steps: [
        sourceStep(plan, row, sequence),
        claimStep(lane, claim, sequence),
        encodeStep(claim),
        objectStep(claim, found),
        rowStep(found, sequence),
      ],
      source,
      delivered: found?.row,
      verdict: verdictOf(source, lane, claim, found, sequence),
    }
  } finally {
    database.close()
  }
}

/** The lane asked for, else the one that claimed the row, else the first. The current epoch is the last. */
function chooseLane(
  lanes: readonly LaneFacts[],
  plan: TablePlan,
  wanted: { readonly sequence: number; readonly route: string | undefined },
): LaneFacts | undefined {
  const candidates = lanes
    .filter((lane) => lane.table === plan.table && (wanted.route === undefined || lane.route === wanted.route))
    .toSorted((a, b) => Number(b.isSourceReadable) - Number(a.isSourceReadable))
  const claimed = candidates.find((lane) =>
    lane.claims.some(({ execution }) => execution.fromSeq <= wanted.sequence && wanted.sequence <= execution.toSeq),
  )
  return claimed ?? candidates[0]
}

interface FoundRow {
  readonly object: StoredObject
  readonly isThere: boolean
  readonly row: Facts | undefined
  readonly position: number
}

/** Looks for the sequence in the objects whose range covers it. */
async function findRow(
  ports: TracePorts,
  claim: ClaimFacts,
  sequence: number,
  signal: AbortSignal,
): Promise<FoundRow | undefined> {
  let seen: FoundRow | undefined
  for (const object of claim.objects) {
    if (sequence < object.fromSeq || sequence > object.toSeq) continue
    const head = await ports.store.head(object.bucket, object.key, signal)
    if (head === undefined) {
      seen ??= { object, isThere: false, row: undefined, position: -1 }
      continue
    }
    const slice = async (start: number, end = head.bytes): Promise<ArrayBuffer> => {
      const bytes = await ports.store.get(object.bucket, object.key, { start, end: end - 1 }, signal)
      return Uint8Array.from(bytes).buffer
    }
    const file = await openParquet({ byteLength: head.bytes, slice }, object.key)
    const position = await positionOf(file, sequence)
    if (position >= 0) return { object, isThere: true, row: await readFacts(file, position), position }
    seen = { object, isThere: true, row: undefined, position: -1 }
  }
  return seen
}

async function positionOf(file: DecodedFile, sequence: number): Promise<number> {
  const wanted = BigInt(sequence)
  for (const group of file.rowGroups) {
    const values = await file.readColumn('_row_id', group.rowStart, group.rowEnd)
    for (let i = 0; i < values.length; i++) if (values[i] === wanted) return group.rowStart + i
  }
  return -1
}

async function readFacts(file: DecodedFile, position: number): Promise<Facts> {
  const facts: Record<string, string | null> = {}
  for (const column of file.columns) {
    const values = await file.readColumn(column.name, position, position + 1)
    const value = toDisplay(values[0], column)
    facts[column.name] = value === null ? null : String(value)
  }
  return facts
}

function sourceFacts(plan: TablePlan, row: SourceRow): Facts {
  return Object.fromEntries(
    plan.columns.map((column, index) => {
      const value = toDisplay(row[index + 1], { kind: undefined })
      return [column.name, value === null ? null : String(value)]
    }),
  )
}

function sourceStep(plan: TablePlan, row: SourceRow | undefined, sequence: number): Step {
  return {
    id: 'source',
    isFound: row !== undefined,
    title: 'Row in the database',
    detail:
      row === undefined ? `Row ${sequence} is not in ${plan.table} (any more).` : `Row ${sequence} of ${plan.table}.`,
    facts: { table: plan.table, sequence: String(sequence) },
  }
}

function claimStep(lane: LaneFacts | undefined, claim: ClaimFacts | undefined, sequence: number): Step {
  if (lane === undefined || claim === undefined) {
    return {
      id: 'claim',
      isFound: false,
      title: 'Claim',
      detail:
        lane === undefined
          ? 'No route has read this table yet.'
          : `No claim of ${lane.route} covers row ${sequence} yet.`,
      facts: lane === undefined ? {} : { route: lane.route, acknowledged: String(lane.ackedSeq) },
    }
  }
  const { execution } = claim
  return {
    id: 'claim',
    isFound: true,
    title: 'Claim',
    detail: `Execution ${execution.id} claimed rows ${execution.fromSeq} to ${execution.toSeq} for ${execution.route}.`,
    facts: {
      execution: String(execution.id),
      route: execution.route,
      revision: String(execution.pipelineRevision),
      epoch: execution.epoch,
      claimed: new Date(execution.claimedAtMs).toISOString(),
    },
  }
}

function encodeStep(claim: ClaimFacts | undefined): Step {
  if (claim === undefined)
    return { id: 'encode', isFound: false, title: 'Encoding', detail: 'Not encoded yet.', facts: {} }
  const { counts } = claim.execution
  return {
    id: 'encode',
    isFound: true,
    title: 'Encoding',
    detail: `${counts.read} rows read, ${counts.kept} kept, ${counts.rejected} rejected, ${counts.filtered} filtered, ${counts.aggregated} aggregated.`,
    facts: Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, String(value)])),
  }
}

function objectStep(claim: ClaimFacts | undefined, found: FoundRow | undefined): Step {
  if (found === undefined) {
    const detail = claim === undefined ? 'Nothing was sent yet.' : 'No object of the claim covers this row.'
    return { id: 'object', isFound: false, title: 'Object', detail, facts: {} }
  }
  const { object } = found
  return {
    id: 'object',
    isFound: found.isThere,
    title: 'Object',
    detail: found.isThere ? `${object.key} in ${object.bucket}.` : `${object.key} is not in ${object.bucket} any more.`,
    facts: {
      bucket: object.bucket,
      key: object.key,
      sha256: object.sha256,
      bytes: String(object.bytes),
      rows: String(object.rows),
    },
  }
}

function rowStep(found: FoundRow | undefined, sequence: number): Step {
  const isFound = found?.row !== undefined
  return {
    id: 'row',
    isFound,
    title: 'Row in Parquet',
    detail: isFound ? `Read back at position ${found.position}.` : `Row ${sequence} was not read back.`,
    facts: isFound ? { position: String(found.position) } : {},
  }
}

function verdictOf(
  source: Facts | undefined,
  lane: LaneFacts | undefined,
  claim: ClaimFacts | undefined,
  found: FoundRow | undefined,
  sequence: number,
): ReadingTrace['verdict'] {
  if (lane === undefined || claim === undefined) return 'waiting'
  if (found?.row !== undefined) return isUnchanged(source, found.row, lane.route) ? 'delivered' : 'different'
  if (claim.quarantine.some((row) => row.sequence === sequence && row.state === 'open')) return 'quarantined'
  const { counts } = claim.execution
  if (counts.aggregated > 0) return 'aggregated'
  return counts.filtered > 0 ? 'filtered' : 'missing'
}

/** Texts and numbers that appear on both sides have to agree; times are spelt differently, and other types reshape rows. */
function isUnchanged(source: Facts | undefined, delivered: Facts, route: string): boolean {
  if (source === undefined || route !== 'raw') return true
  return Object.entries(source).every(([name, value]) => {
    const other = delivered[name]
    const isTime = typeof other === 'string' && /^\d{4}-\d\d-\d\dT.*Z$/.test(other)
    return other === undefined || other === value || isTime || (other === null && delivered['_extra'] !== null)
  })
}
