import type { ReconcileDay, ReconcileFinding } from '../../../shared/domain/reconcile.ts'
import { errorToData } from '../../../shared/domain/errors.ts'
import { defineTask } from '../support/workerPool.ts'
import type { TransformCounts } from '../pipelines/port.ts'
import type { EncodeRequest } from './encodePort.ts'
import type { CheckCancelled } from './encodeSource.ts'
import { readBucketObject } from './reconcileBucket.ts'
import type { BucketObject } from './reconcileBucket.ts'
import { compareRows } from './reconcileCompare.ts'
import { dayOf, DaySums } from './reconcileDays.ts'
import { expectedRows, expectedSchema } from './reconcileExpected.ts'
import type { ExpectedRows } from './reconcileExpected.ts'
import { Findings } from './reconcileFindings.ts'
import { countDays, RowSet } from './reconcileRows.ts'

/** An object as the ledger recorded it, and where its bytes are now. */
export interface ProofObject {
  readonly key: string
  readonly date: string | undefined
  readonly rows: number
  readonly sha256: string
  readonly logicalHash: string
  /** A local copy of what the bucket holds; undefined when there is no such object. */
  readonly path: string | undefined
  /** Hash of the bytes that the store says it was given, when it says so. */
  readonly storedSha256: string | undefined
  /** What an earlier proof read from this very object: then it is not read again. */
  readonly trusted?: { readonly rows: number; readonly checksum: string }
}

/** One claim with the replays of its rejected rows, and everything delivered for it. */
export interface ProofInput {
  readonly request: EncodeRequest
  readonly isSourceReadable: boolean
  /** Counts as recorded when the claim was encoded. */
  readonly counts: TransformCounts
  readonly replays: readonly EncodeRequest[]
  /** Sequences that wait in quarantine, and those a replay has delivered. */
  readonly quarantined: readonly number[]
  readonly replayed: readonly number[]
  readonly objects: readonly ProofObject[]
  readonly maxFindings: number
}

export interface ProofResult {
  readonly days: readonly ReconcileDay[]
  readonly sourceRows: number
  readonly delivered: number
  readonly purged: number
  readonly missing: number
  readonly duplicated: number
  readonly different: number
  readonly findings: readonly ReconcileFinding[]
  /** True when trusted objects do not agree with the source: only reading them tells why. */
  readonly needsReading: boolean
  /** Objects that are byte for byte what was delivered, with the checksum of their rows as read back. */
  readonly proven: readonly {
    readonly key: string
    readonly sha256: string
    readonly rows: number
    readonly checksum: string
  }[]
}

export const proofTask = defineTask<ProofInput, ProofResult>('proof')

/** Tag of expected rows that are alternatives: what a replay made of a rejected row. */
const REPLAY_TAG = 1

/** Proves one claim: its rows as the source has them against its objects as they are. Runs in a worker thread. */
export async function proveClaim(input: ProofInput, checkCancelled: CheckCancelled): Promise<ProofResult> {
  if (input.objects.length > 0 && input.objects.every((object) => object.trusted !== undefined)) {
    return proveTrusted(input, checkCancelled)
  }
  const findings = new Findings(input.request.pipelineType, input.maxFindings)
  const days = new DaySums()
  const bucket = new RowSet()
  const schema = expectedSchema(input.request)
  const objects: (BucketObject | undefined)[] = []
  for (const [tag, object] of input.objects.entries()) {
    checkCancelled()
    objects.push(await readObject(object, tag, schema, bucket, findings))
    if (object.path !== undefined) days.count('objects', dayOf(object.date))
  }
  const proven = objects.flatMap((object, tag) =>
    object?.isIntact === true ? [{ ...object.proof, key: keyOf(input, tag) }] : [],
  )
  const expected = input.isSourceReadable ? await readExpected(input, checkCancelled) : undefined
  if (expected === undefined || isWindowOfPurged(input, expected)) {
    return {
      ...compareRecorded(input, objects, bucket, days, findings),
      needsReading: false,
      sourceRows: expected?.present.count ?? 0,
      days: days.list(),
      findings: findings.list,
      proven,
    }
  }
  const quarantined = new Set(input.quarantined)
  const counts = compareRows(
    expected.rows,
    bucket,
    {
      keys: input.objects.map((object) => object.key),
      isIntact: objects.map((object) => object?.isIntact === true),
      isPresent: (sequence) => expected.present.has(sequence),
      isQuarantined: (sequence) => quarantined.has(sequence),
    },
    days,
    findings,
  )
  for (const sequence of lostRejects(input, expected, quarantined)) {
    counts.missing++
    days.count('missing', expected.present.dayOf(sequence))
    findings.add('missing', `Row ${sequence} is rejected by its contract but not in quarantine.`, { sequence })
  }
  countAccounted(input, expected, days)
  return {
    ...counts,
    purged: Math.max(counts.purged, input.counts.read - expected.present.count),
    sourceRows: expected.present.count,
    days: days.list(),
    findings: findings.list,
    needsReading: false,
    proven,
  }
}

/** Compares what the source says now with what was read from the same objects before, by day and checksum. */
async function proveTrusted(input: ProofInput, checkCancelled: CheckCancelled): Promise<ProofResult> {
  const days = new DaySums()
  const expected = input.isSourceReadable ? await readExpected(input, checkCancelled) : undefined
  for (const object of input.objects) {
    const day = dayOf(object.date)
    const checksum = object.trusted?.checksum ?? '0'
    days.count('objects', day)
    days.addBucketSum(day, object.trusted?.rows ?? 0, checksum)
    if (expected === undefined) days.addRecorded(day, object.rows, object.logicalHash.slice(0, 16))
  }
  const quarantined = new Set(input.quarantined)
  const rows = expected?.rows ?? new RowSet()
  for (let at = 0; at < rows.rows; at++) {
    if (quarantined.has(rows.sequences[at] as number)) continue
    days.addSource(rows.days[at] as number, rows.low[at] as number, rows.high[at] as number)
  }
  if (expected !== undefined) countAccounted(input, expected, days)
  const list = days.list()
  const isEqual = list.every((day) => day.sourceRows === day.bucketRows && day.sourceChecksum === day.bucketChecksum)
  return {
    days: list,
    sourceRows: expected?.present.count ?? 0,
    delivered: list.reduce((sum, day) => sum + day.bucketRows, 0),
    purged: expected === undefined ? input.counts.read : Math.max(0, input.counts.read - expected.present.count),
    missing: 0,
    duplicated: 0,
    different: 0,
    findings: [],
    needsReading: !isEqual || (expected !== undefined && lostRejects(input, expected, quarantined).length > 0),
    proven: input.objects.map(({ key, sha256, trusted }) => ({
      key,
      sha256,
      rows: trusted?.rows ?? 0,
      checksum: trusted?.checksum ?? '',
    })),
  }
}

function keyOf(input: ProofInput, tag: number): string {
  return input.objects[tag]?.key ?? ''
}

async function readObject(
  object: ProofObject,
  tag: number,
  schema: Parameters<typeof readBucketObject>[1],
  bucket: RowSet,
  findings: Findings,
): Promise<BucketObject | undefined> {
  if (object.path === undefined) {
    findings.add('objectMissing', `The object ${object.key} with ${object.rows} rows is not in the bucket.`, {
      key: object.key,
    })
    return undefined
  }
  try {
    const read = await readBucketObject({ ...object, path: object.path }, schema, bucket, tag)
    if (read.problem !== undefined) findings.add('objectDiffers', read.problem, { key: object.key })
    return read
  } catch (error) {
    findings.add('objectDiffers', `The object cannot be read: ${errorToData(error).message}`, { key: object.key })
    return undefined
  }
}

async function readExpected(input: ProofInput, checkCancelled: CheckCancelled): Promise<ExpectedRows> {
  const expected = await expectedRows(input.request, new RowSet(), 0, checkCancelled)
  for (const replay of input.replays) await expectedRows(replay, expected.rows, REPLAY_TAG, checkCancelled)
  return expected
}

/** Windows cannot be computed again from a part of their rows: then the recorded hashes are what is left to prove by. */
function isWindowOfPurged(input: ProofInput, expected: ExpectedRows): boolean {
  return input.counts.aggregated > 0 && expected.present.count < input.counts.read
}

/** Source rows that are not in the objects one to one, by day: quarantined, then aggregated or filtered. */
function countAccounted(input: ProofInput, expected: ExpectedRows, days: DaySums): void {
  const isAggregate = input.counts.aggregated > 0
  const kept = isAggregate ? new Map<number, number>() : countDays(expected.rows.days, expected.keptRows)
  const rejected = new Map<number, number>()
  for (const sequence of expected.rejected) {
    const day = expected.present.dayOf(sequence)
    rejected.set(day, (rejected.get(day) ?? 0) + 1)
  }
  for (const [day, rows] of expected.present.countByDay()) {
    const quarantined = rejected.get(day) ?? 0
    const rest = rows - (kept.get(day) ?? 0) - quarantined
    if (quarantined > 0) days.count('quarantined', day, quarantined)
    if (rest > 0) days.count(isAggregate ? 'aggregated' : 'filtered', day, rest)
  }
}

function lostRejects(input: ProofInput, expected: ExpectedRows, quarantined: ReadonlySet<number>): readonly number[] {
  const replayed = new Set(input.replayed)
  return expected.rejected.filter((sequence) => !quarantined.has(sequence) && !replayed.has(sequence))
}

/** Without the source: objects against what the ledger recorded of them when they were written. */
function compareRecorded(
  input: ProofInput,
  objects: readonly (BucketObject | undefined)[],
  bucket: RowSet,
  days: DaySums,
  findings: Findings,
): Omit<ProofResult, 'sourceRows' | 'days' | 'findings' | 'proven' | 'needsReading'> {
  const counts = { delivered: 0, purged: input.counts.read, missing: 0, duplicated: 0, different: 0 }
  for (let at = 0; at < bucket.rows; at++) {
    days.addBucket(bucket.days[at] as number, bucket.low[at] as number, bucket.high[at] as number)
  }
  input.objects.forEach((object, tag) => {
    const checksum = object.logicalHash.slice(0, 16)
    days.addRecorded(dayOf(object.date), object.rows, checksum)
    const found = objects[tag]
    if (found === undefined) {
      counts.missing += object.rows
      days.count('missing', dayOf(object.date), object.rows)
    } else if (found.proof.rows === object.rows && found.proof.checksum === checksum) counts.delivered += object.rows
    else {
      counts.different += object.rows
      days.count('different', dayOf(object.date), object.rows)
      findings.add(
        'different',
        `The object holds other rows than the ${object.rows} that were delivered; the source is gone, so it cannot be said which.`,
        { key: object.key },
      )
    }
  })
  return counts
}
