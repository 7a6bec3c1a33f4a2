import type { DaySums } from './reconcileDays.ts'
import { dateOf } from './reconcileDays.ts'
import type { Findings } from './reconcileFindings.ts'
import type { RowSet } from './reconcileRows.ts'

/** What a comparison has to know beside the rows. */
export interface CompareFacts {
  /** Keys of the objects, by the tag of bucket rows, and whether each is byte for byte what was delivered. */
  readonly keys: readonly string[]
  readonly isIntact: readonly boolean[]
  /** Whether the source still has a row of this sequence. */
  isPresent(sequence: number): boolean
  /** Whether the row waits in quarantine: then it must not be in the bucket. */
  isQuarantined(sequence: number): boolean
}

export interface CompareCounts {
  delivered: number
  purged: number
  missing: number
  duplicated: number
  different: number
}

/**
 * Compares rows by sequence, content and day, walking both sides in order of sequence. Expected rows with a tag above 0 are
 * alternatives of one another (a replayed row under one contract or another): one of them has to be there.
 */
export function compareRows(
  expected: RowSet,
  bucket: RowSet,
  facts: CompareFacts,
  days: DaySums,
  findings: Findings,
): CompareCounts {
  const counts: CompareCounts = { delivered: 0, purged: 0, missing: 0, duplicated: 0, different: 0 }
  const left = expected.order()
  const right = bucket.order()
  let i = 0
  let j = 0
  while (i < left.length || j < right.length) {
    const a = i < left.length ? (expected.sequences[left[i] as number] as number) : Number.POSITIVE_INFINITY
    const b = j < right.length ? (bucket.sequences[right[j] as number] as number) : Number.POSITIVE_INFINITY
    const sequence = Math.min(a, b)
    const fromI = i
    const fromJ = j
    while (i < left.length && expected.sequences[left[i] as number] === sequence) i++
    while (j < right.length && bucket.sequences[right[j] as number] === sequence) j++
    if (i - fromI === 1 && j - fromJ === 1 && isSame(expected, left[fromI] as number, bucket, right[fromJ] as number)) {
      counts.delivered++
      addBoth(days, expected, left[fromI] as number, bucket, right[fromJ] as number)
    } else {
      compareGroup(sequence, left.slice(fromI, i), right.slice(fromJ, j), {
        expected,
        bucket,
        facts,
        days,
        findings,
        counts,
      })
    }
  }
  return counts
}

interface GroupContext {
  readonly expected: RowSet
  readonly bucket: RowSet
  readonly facts: CompareFacts
  readonly days: DaySums
  readonly findings: Findings
  readonly counts: CompareCounts
}

/** All rows of one sequence: equal ones are matched first, then what is left is explained. */
function compareGroup(sequence: number, left: Uint32Array, right: Uint32Array, context: GroupContext): void {
  const { expected, bucket, facts, days, findings, counts } = context
  const isReplayed = left.some((at) => (expected.tags[at] as number) > 0)
  let wanted = [...left].filter((at) => {
    if ((expected.tags[at] as number) > 0) return true
    return !isReplayed && !facts.isQuarantined(sequence)
  })
  const rest: number[] = []
  for (const at of right) {
    const match = wanted.find((candidate) => isSame(expected, candidate, bucket, at))
    if (match === undefined) {
      rest.push(at)
      continue
    }
    counts.delivered++
    addBoth(days, expected, match, bucket, at)
    wanted = isReplayed ? [] : wanted.filter((candidate) => candidate !== match)
  }
  if (isReplayed) wanted = wanted.slice(0, 1)
  const hadMatch = rest.length < right.length
  for (const at of rest) {
    days.addBucket(bucket.days[at] as number, bucket.low[at] as number, bucket.high[at] as number)
    const key = facts.keys[bucket.tags[at] as number]
    const counterpart = wanted.shift()
    if (counterpart !== undefined) {
      counts.different++
      days.count('different', bucket.days[at] as number)
      days.addSource(
        expected.days[counterpart] as number,
        expected.low[counterpart] as number,
        expected.high[counterpart] as number,
      )
      findings.add('different', explainDifference(sequence, context, counterpart, at), { sequence, key })
    } else if (hadMatch || left.length > 0 || rest.indexOf(at) > 0) {
      counts.duplicated++
      days.count('duplicated', bucket.days[at] as number)
      findings.add('duplicated', `Row ${sequence} is in the bucket more than once.`, { sequence, key })
    } else explainUnexpected(sequence, context, at)
  }
  for (const at of wanted) {
    counts.missing++
    days.count('missing', expected.days[at] as number)
    days.addSource(expected.days[at] as number, expected.low[at] as number, expected.high[at] as number)
    findings.add('missing', `Row ${sequence} is in the database but in no object of its range.`, { sequence })
  }
}

/** A row of the bucket that the source does not ask for (any more). */
function explainUnexpected(sequence: number, context: GroupContext, at: number): void {
  const { bucket, facts, days, findings, counts } = context
  const tag = bucket.tags[at] as number
  const key = facts.keys[tag]
  if (facts.isIntact[tag] !== true) {
    counts.duplicated++
    days.count('duplicated', bucket.days[at] as number)
    findings.add('unexpected', `Row ${sequence} does not belong into this object, which was altered since.`, {
      sequence,
      key,
    })
  } else if (facts.isPresent(sequence)) {
    counts.different++
    days.count('different', bucket.days[at] as number)
    findings.add(
      'different',
      `Row ${sequence} was changed in the database after it was delivered: it would not be delivered like this any more.`,
      { sequence, key },
    )
  } else {
    // Gone from the source since: the object is byte for byte what was written from it, so the ledger vouches for the row.
    counts.purged++
    counts.delivered++
    days.addSource(bucket.days[at] as number, bucket.low[at] as number, bucket.high[at] as number)
  }
}

function explainDifference(sequence: number, context: GroupContext, expectedAt: number, at: number): string {
  const { expected, bucket, facts } = context
  const wanted = expected.days[expectedAt] as number
  const found = bucket.days[at] as number
  if (facts.isIntact[bucket.tags[at] as number] !== true) return `Row ${sequence} was altered in the bucket.`
  if (wanted !== found) {
    return `Row ${sequence} lies under date ${dateOf(found) ?? 'none'}, its time now says ${dateOf(wanted) ?? 'none'}: it was changed in the database after it was delivered.`
  }
  return `Row ${sequence} was changed in the database after it was delivered.`
}

function isSame(expected: RowSet, left: number, bucket: RowSet, right: number): boolean {
  return (
    expected.low[left] === bucket.low[right] &&
    expected.high[left] === bucket.high[right] &&
    expected.days[left] === bucket.days[right]
  )
}

function addBoth(days: DaySums, expected: RowSet, left: number, bucket: RowSet, right: number): void {
  days.addSource(expected.days[left] as number, expected.low[left] as number, expected.high[left] as number)
  days.addBucket(bucket.days[right] as number, bucket.low[right] as number, bucket.high[right] as number)
}
