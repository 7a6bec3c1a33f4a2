import { createHash } from 'node:crypto'
import { isSameRow } from './node/anchors.ts'
import type { RowAnchor, TableIdentity } from './nodePort.ts'

/** What is remembered of a table's life, and what the table looks like now. */
export interface EpochEvidence {
  /** Rows remembered by their sequence, any order. */
  readonly anchors: readonly { readonly sequence: number; readonly hash: string }[]
  /** Highest sequence any route has claimed. */
  readonly acknowledgedSeq: number
  readonly firstSeq: number
  /** Where the file was when it was last seen. */
  readonly storedFile: string
  readonly identity: TableIdentity
  readonly anchorOf: RowAnchor
}

/**
 * Whether the table is still in the life that the evidence is of. Wrongly `replaced` costs a second delivery under a new
 * epoch; wrongly `same` would lose rows: so whatever cannot be told apart counts as replaced.
 *
 * 1. Sequences that end before what was claimed are fine only where SQLite's own counter proves that none is reused.
 * 2. The newest remembered row that still exists decides: an older backup keeps old rows, a restart keeps none.
 * 3. If no remembered row exists, a purge of everything up to the last of them leaves only newer rows, in the same file
 *    or under the same counter; a thinned table is still the same file.
 */
export function decideEpoch(evidence: EpochEvidence): 'same' | 'replaced' {
  const { minSeq, maxSeq, sequenceCounter } = evidence.identity
  const highest = Math.max(evidence.acknowledgedSeq, ...evidence.anchors.map((anchor) => anchor.sequence))
  const isCounterKept = sequenceCounter !== undefined && sequenceCounter >= highest
  if (minSeq === undefined || maxSeq === undefined) return isCounterKept ? 'same' : 'replaced'
  if (maxSeq < evidence.acknowledgedSeq && !isCounterKept) return 'replaced'
  if (sequenceCounter !== undefined && !isCounterKept) return 'replaced'
  for (const anchor of evidence.anchors.toSorted((a, b) => b.sequence - a.sequence)) {
    const found = evidence.anchorOf(anchor.sequence)
    if (found !== undefined) return isSameRow(anchor.hash, found) ? 'same' : 'replaced'
  }
  const isPurged = evidence.anchors.every((anchor) => anchor.sequence < minSeq)
  const isSameFile = evidence.identity.file === evidence.storedFile
  return isSameFile || (isCounterKept && isPurged) ? 'same' : 'replaced'
}

/**
 * The name of an epoch, from the first row of its life: the same table found by another ledger gets the same name. The
 * repetition tells apart lives that begin with the same row, such as a backup restored twice.
 */
export function epochId(table: string, firstRowHash: string, repetition: number): string {
  return createHash('sha256').update(`${table}\n${firstRowHash}\n${repetition}`).digest('hex').slice(0, 12)
}
