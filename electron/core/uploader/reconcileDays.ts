import type { ReconcileDay } from '../../../shared/domain/reconcile.ts'
import { dayOfDate, formatUtcDay, utcDay } from '../../../shared/domain/timestamps.ts'
import { NO_DAY } from './reconcileRows.ts'

/** The number of a date partition. */
export function dayOf(date: string | undefined): number {
  if (date === undefined) return NO_DAY
  const [year, month, day] = date.split('-').map(Number)
  return dayOfDate(year as number, month as number, day as number)
}

/** The day of an instant; `NO_DAY` for NaN. */
export function dayOfMicros(micros: number): number {
  return Number.isNaN(micros) ? NO_DAY : utcDay(micros)
}

/** The UTC date of a day number; undefined for rows without a readable time. */
export function dateOf(day: number): string | undefined {
  return day === NO_DAY ? undefined : formatUtcDay(day)
}

/** Halves are summed as doubles, exact for the million rows of a claim; sums of other claims come as bigint. */
interface SideSum {
  rows: number
  low: number
  high: number
  carried: bigint
}

/** What is counted by day beside the rows themselves. */
export type DayCount = 'objects' | 'quarantined' | 'filtered' | 'aggregated' | 'missing' | 'duplicated' | 'different'

const DAY_COUNTS: readonly DayCount[] = [
  'objects',
  'quarantined',
  'filtered',
  'aggregated',
  'missing',
  'duplicated',
  'different',
]

interface DaySum {
  readonly source: SideSum
  readonly bucket: SideSum
  readonly counts: Record<DayCount, number>
}

/** Rows and order-independent checksums by day, on both sides. */
export class DaySums {
  readonly #byDay = new Map<number, DaySum>()

  addSource(day: number, low: number, high: number): void {
    addRow(this.#of(day).source, low, high)
  }

  addBucket(day: number, low: number, high: number): void {
    addRow(this.#of(day).bucket, low, high)
  }

  count(what: DayCount, day: number, number = 1): void {
    this.#of(day).counts[what] += number
  }

  /** Takes in rows that only the ledger vouches for: their number and checksum as recorded when they were written. */
  addRecorded(day: number, rows: number, checksum: string): void {
    addSum(this.#of(day).source, rows, checksum)
  }

  addBucketSum(day: number, rows: number, checksum: string): void {
    addSum(this.#of(day).bucket, rows, checksum)
  }

  /** Takes in days summed elsewhere. */
  addDays(days: readonly ReconcileDay[]): void {
    for (const day of days) {
      const sum = this.#of(dayOf(day.date))
      addSum(sum.source, day.sourceRows, day.sourceChecksum)
      addSum(sum.bucket, day.bucketRows, day.bucketChecksum)
      for (const what of DAY_COUNTS) sum.counts[what] += day[what]
    }
  }

  /** In order of date; rows without a time last. */
  list(): readonly ReconcileDay[] {
    return [...this.#byDay]
      .toSorted(([a], [b]) => (a === NO_DAY ? 1 : b === NO_DAY ? -1 : a - b))
      .map(([day, { source, bucket, counts }]) => ({
        date: dateOf(day),
        sourceRows: source.rows,
        sourceChecksum: hex(source),
        bucketRows: bucket.rows,
        bucketChecksum: hex(bucket),
        ...counts,
      }))
  }

  #of(day: number): DaySum {
    const known = this.#byDay.get(day)
    if (known !== undefined) return known
    const sum: DaySum = { source: emptySum(), bucket: emptySum(), counts: emptyCounts() }
    this.#byDay.set(day, sum)
    return sum
  }
}

function emptyCounts(): Record<DayCount, number> {
  return { objects: 0, quarantined: 0, filtered: 0, aggregated: 0, missing: 0, duplicated: 0, different: 0 }
}

function emptySum(): SideSum {
  return { rows: 0, low: 0, high: 0, carried: 0n }
}

function addRow(sum: SideSum, low: number, high: number): void {
  sum.rows++
  sum.low += low >>> 0
  sum.high += high >>> 0
}

function addSum(sum: SideSum, rows: number, checksum: string): void {
  sum.rows += rows
  sum.carried += BigInt(`0x${checksum}`)
}

/** 16 hex digits of the sum modulo 2^64. */
function hex(sum: SideSum): string {
  const total = sum.carried + BigInt(sum.low) + (BigInt(sum.high) << 32n)
  return BigInt.asUintN(64, total).toString(16).padStart(16, '0')
}
