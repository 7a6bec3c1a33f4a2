import type { SourceRow } from '../../../shared/domain/columns.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { timestampReader } from '../../../shared/domain/timestamps.ts'
import type { TimestampReader } from '../../../shared/domain/timestamps.ts'
import { openNodeDatabase } from '../db/nodeDatabase.ts'
import type { NodeDatabase, TablePlan } from '../db/nodePort.ts'
import { parseQuarantined } from '../pipelines/quarantineRow.ts'
import type { DayPartition, Days } from './encodeDays.ts'
import type { EncodeRequest } from './encodePort.ts'

/** Rows read at once: larger steps outgrow the garbage collector's nursery and are slower. */
const MIN_STEP_ROWS = 500
const MAX_STEP_ROWS = 1_000

/** Asked between two steps; throws when the work is not wanted any more. */
export type CheckCancelled = () => void

/** Where the rows of a claim come from: the node's database, or the ledger's copies of rows that were in quarantine. */
export type RowSource = Pick<NodeDatabase, 'readRows' | 'close'>

/** Opens the database of a node to read a claim's rows from; closed again by the caller. */
export type OpenSource = (path: string, options: { readonly timeZone: string }) => RowSource

/** Opens the rows of a claim. */
export function openRows(request: EncodeRequest, open: OpenSource = openNodeDatabase): RowSource {
  const { replayRows } = request
  if (replayRows === undefined) return open(request.node.sqlite, { timeZone: request.node.timeZone })
  return {
    readRows: (plan, afterSeq, toSeq, limit) =>
      replayRows
        .filter((row) => row.sequence > afterSeq && row.sequence <= toSeq)
        .slice(0, limit)
        .map((row) => parseQuarantined(plan.columns, row.sequence, row.row)),
    close: () => undefined,
  }
}

/**
 * Sends all rows of a claim through the transform to the partitions of their dates. `onRows` hears of each step's rows and their times.
 * Returns the newest event time read, UTC milliseconds; undefined when none was readable.
 */
export async function readClaim<P extends DayPartition>(
  request: EncodeRequest,
  source: RowSource,
  days: Days<P>,
  checkCancelled: CheckCancelled,
  onRows: (rows: readonly SourceRow[], micros: Float64Array) => void = () => undefined,
): Promise<number | undefined> {
  const { plan } = request.context
  const step = Math.min(MAX_STEP_ROWS, Math.max(MIN_STEP_ROWS, request.rowsPerStep))
  const readTime = timestampReader(plan.timestampEncoding, request.context.timeZone)
  const timeIndex = plan.columns.findIndex((column) => column.name === plan.timestampColumn) + 1
  const micros = new Float64Array(step)
  let newest = Number.NaN
  let after = request.fromSeq - 1
  for (;;) {
    checkCancelled()
    const rows = readPatiently(source, plan, after, request.toSeq, step)
    if (rows.length === 0) break
    after = Number(rows.at(-1)?.[0])
    newest = readTimes(rows, timeIndex, readTime, micros, newest)
    onRows(rows, micros)
    await days.add(rows, micros)
  }
  checkCancelled()
  await days.addLast()
  return Number.isNaN(newest) ? undefined : Math.floor(newest / 1000)
}

/** A claim of a million rows must not be lost to one moment in which the writer held its lock too long. */
const READ_ATTEMPTS = 10

/** Reads as `NodeDatabase.readRows` does, waiting out a locked database up to ten times its busy timeout. */
export function readPatiently(
  database: RowSource,
  plan: TablePlan,
  afterSeq: number,
  toSeq: number,
  limit: number,
): readonly SourceRow[] {
  for (let attempt = 1; ; attempt++) {
    try {
      return database.readRows(plan, afterSeq, toSeq, limit)
    } catch (error) {
      const isLocked = error instanceof FieldgateError && error.code === 'unavailable'
      if (!isLocked || attempt === READ_ATTEMPTS) throw error
    }
  }
}

/** Reads the event times of the rows into `micros`; returns the newest of them and `newest`, ignoring unreadable ones. */
function readTimes(
  rows: readonly SourceRow[],
  index: number,
  read: TimestampReader,
  micros: Float64Array,
  newest: number,
): number {
  let latest = newest
  for (let i = 0; i < rows.length; i++) {
    const value = read((rows[i] as SourceRow)[index])
    micros[i] = value
    if (!(value <= latest) && value === value) latest = value
  }
  return latest
}
