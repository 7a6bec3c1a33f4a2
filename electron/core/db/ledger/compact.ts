import type { Lane } from '../../../../shared/domain/execution.ts'
import type { LedgerConnection } from './connection.ts'
import { laneKey, listCursors } from './lanes.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Executions of one span of time become one once they are this old; the older they are, the longer the span. */
const LEVELS = [
  { level: 1, olderThanMs: HOUR_MS, spanMs: HOUR_MS },
  { level: 2, olderThanMs: 32 * DAY_MS, spanMs: 30 * DAY_MS },
] as const

type Level = (typeof LEVELS)[number]

/** Executions looked at in one transaction: a few milliseconds, so that a claim never waits long. */
const STEP_EXECUTIONS = 400
/** As many rows as one claim covers at most: the proof reads a claim's rows at once. */
const MOST_ROWS = 1_000_000
/** Entries of the audit trail that are kept. */
const AUDIT_KEPT = 20_000
/** Free pages that stay for what is written next, and those that go back to the disk in one transaction. */
const PAGES_KEPT = 256
const STEP_PAGES = 256

/** What a compaction did. */
export interface CompactionResult {
  /** Executions that are part of another one now. */
  readonly mergedExecutions: number
  readonly forgottenAudits: number
  readonly returnedPages: number
}

/**
 * Makes the ledger as small as its promises allow, and changes no cursor, gap, object, quarantined row, total or proof.
 * Executions of a lane that delivered no object become one when they follow one another without a gap, with the same
 * settings, within one hour that has passed (after 32 days: within 30 days); it has the id of the last, the end of the
 * latest, the sums of all, and took as long as all together. The newest 20,000 entries of the audit trail stay. Free pages
 * go back to the disk. Works in short transactions, with `pause` between two of them; each leaves the ledger whole, and one
 * that was ended, also by a crash, is taken up by the next.
 */
export async function compactLedger(
  ledger: LedgerConnection,
  options: { readonly nowMs: number; readonly signal: AbortSignal; readonly pause: () => Promise<void> },
): Promise<CompactionResult> {
  const total = { mergedExecutions: 0, forgottenAudits: 0, returnedPages: 0 }
  for (const done of compactionSteps(ledger, options.nowMs)) {
    for (const key of Object.keys(done) as (keyof CompactionResult)[]) total[key] += done[key] ?? 0
    await options.pause()
    if (options.signal.aborted) return total
  }
  return total
}

/** The steps of a compaction: each is one transaction, and says what it did. */
export function* compactionSteps(ledger: LedgerConnection, nowMs: number): Generator<Partial<CompactionResult>> {
  for (const level of LEVELS) {
    for (const lane of listCursors(ledger)) {
      for (let isDone = false; !isDone;) {
        const step = ledger.write(() => mergeStep(ledger, lane, level, nowMs))
        isDone = step.isDone
        yield { mergedExecutions: step.merged }
      }
    }
  }
  yield { forgottenAudits: ledger.write(() => forgetAudits(ledger)) }
  for (let left = freePages(ledger); left > PAGES_KEPT; left = freePages(ledger)) {
    ledger.database.pragma(`incremental_vacuum(${Math.min(STEP_PAGES, left - PAGES_KEPT)})`)
    const returned = left - freePages(ledger)
    if (returned <= 0) break
    yield { returnedPages: returned }
  }
  // What other readers still need stays in the log; nobody is waited for.
  ledger.database.pragma('wal_checkpoint(PASSIVE)')
}

interface Candidate {
  readonly id: number
  readonly fromSeq: number
  readonly toSeq: number
  readonly settings: string
  readonly isPlain: 0 | 1
  readonly state: string
  readonly rows: number
  readonly finishedAtMs: number
}

/** Looks at the next executions of a lane and merges what belongs together. Inside a transaction. */
function mergeStep(
  ledger: LedgerConnection,
  lane: Lane,
  level: Level,
  nowMs: number,
): { readonly isDone: boolean; readonly merged: number } {
  const from = readMark(ledger, lane, level)
  const found = listCandidates(ledger, lane, from)
  let merged = 0
  let run: Candidate[] = []
  for (const candidate of found) {
    const isOpen = candidate.state === 'claimed' || candidate.state === 'encoded'
    if (isOpen || candidate.finishedAtMs >= nowMs - level.olderThanMs) {
      merged += mergeRun(ledger, run)
      // What is young or unfinished is looked at again, with those before it that it may belong to.
      writeMark(ledger, lane, level, from, run[0]?.fromSeq ?? candidate.fromSeq)
      return { isDone: true, merged }
    }
    if (!isContinuation(run, candidate, level)) {
      merged += mergeRun(ledger, run)
      run = []
    }
    run.push(candidate)
  }
  merged += mergeRun(ledger, run)
  const next = run[0]?.fromSeq ?? from
  writeMark(ledger, lane, level, from, next)
  return { isDone: found.length < STEP_EXECUTIONS || (next === from && merged === 0), merged }
}

function isContinuation(run: readonly Candidate[], next: Candidate, { spanMs }: Level): boolean {
  const last = run.at(-1)
  if (last === undefined || last.isPlain === 0 || next.isPlain === 0) return false
  const span = (candidate: Candidate): number => Math.floor(candidate.finishedAtMs / spanMs)
  return (
    last.toSeq + 1 === next.fromSeq &&
    last.settings === next.settings &&
    span(last) === span(next) &&
    run.reduce((sum, { rows }) => sum + rows, next.rows) <= MOST_ROWS
  )
}

/**
 * Executions of a lane in order of sequence, from `fromSeq` on. Plain ones delivered no object and left nothing that refers
 * to them. Backfills and replays are not among them: a replay lies within the claim that rejected its rows and stays there.
 */
function listCandidates(ledger: LedgerConnection, lane: Lane, fromSeq: number): readonly Candidate[] {
  return ledger
    .sql(
      `SELECT id, from_seq AS fromSeq, to_seq AS toSeq, pipeline_revision || ' ' || request_id || ' ' || bucket AS settings,
         state, read_rows AS rows, COALESCE(finished_at_ms, 0) AS finishedAtMs,
         state = 'succeeded' AND request_id IS NOT NULL AND finished_at_ms IS NOT NULL
           AND kept_rows = 0 AND rejected_rows = 0 AND aggregated_rows = 0 AND bytes = 0
           AND NOT EXISTS (SELECT 1 FROM objects WHERE execution_id = e.id)
           AND NOT EXISTS (SELECT 1 FROM quarantine WHERE execution_id = e.id)
           AND NOT EXISTS (SELECT 1 FROM replays WHERE execution_id = e.id) AS isPlain
       FROM executions e WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ? AND from_seq >= ?
         AND kind = 'tail' ORDER BY from_seq LIMIT ${STEP_EXECUTIONS}`,
    )
    .all(...laneKey(lane), fromSeq) as Candidate[]
}

/** Makes one execution of those that follow one another; returns how many went into it. */
function mergeRun(ledger: LedgerConnection, run: readonly Candidate[]): number {
  const last = run.at(-1)
  if (last === undefined || run.length < 2) return 0
  const ids = JSON.stringify(run.map(({ id }) => id))
  ledger
    .sql(
      `UPDATE executions SET (from_seq, read_rows, filtered_rows, newest_event_ms, claims, finished_at_ms, claimed_at_ms) =
         (SELECT MIN(part.from_seq), SUM(part.read_rows), SUM(part.filtered_rows), MAX(part.newest_event_ms),
            SUM(part.claims), MAX(part.finished_at_ms), MAX(part.finished_at_ms) - SUM(part.finished_at_ms - part.claimed_at_ms)
          FROM executions AS part WHERE part.id IN (SELECT value FROM json_each(?)))
       WHERE id = ?`,
    )
    .run(ids, last.id)
  ledger.sql('DELETE FROM executions WHERE id <> ? AND id IN (SELECT value FROM json_each(?))').run(last.id, ids)
  return run.length - 1
}

/** Where the next look at a lane begins: everything before is as merged as it will be. */
function readMark(ledger: LedgerConnection, lane: Lane, { level }: Level): number {
  const row = ledger
    .sql(
      `SELECT from_seq AS fromSeq FROM compacted
       WHERE node_id = ? AND table_name = ? AND epoch = ? AND route = ? AND level = ?`,
    )
    .get(...laneKey(lane), level) as { readonly fromSeq: number } | undefined
  return row?.fromSeq ?? Number.MIN_SAFE_INTEGER
}

function writeMark(ledger: LedgerConnection, lane: Lane, { level }: Level, before: number, fromSeq: number): void {
  if (before === fromSeq) return
  ledger.sql('INSERT OR REPLACE INTO compacted VALUES (?, ?, ?, ?, ?, ?)').run(...laneKey(lane), level, fromSeq)
}

function forgetAudits(ledger: LedgerConnection): number {
  return ledger.sql('DELETE FROM audit WHERE id <= (SELECT MAX(id) FROM audit) - ?').run(AUDIT_KEPT).changes
}

function freePages(ledger: LedgerConnection): number {
  return ledger.database.pragma('freelist_count', { simple: true }) as number
}
