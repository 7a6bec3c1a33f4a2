import { localOffsets } from './localTime.ts'
import type { LocalOffsets } from './localTime.ts'

/** How the values of a timestamp column are to be read. */
export type TimestampEncoding =
  | 'epochSeconds'
  | 'epochMillis'
  | 'epochMicros'
  | 'text' /* ISO or space-separated, zone optional; numeric values by their size */

/** Reads one value as UTC microseconds; NaN when it holds no time. Never throws. */
export type TimestampReader = (value: unknown) => number

const MICROS_PER_DAY = 86_400_000_000
const MICROS_PER_HOUR = 3_600_000_000
const MICROS_PER_MINUTE = 60_000_000
const NUMERIC = /^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?$/

/**
 * A reader of timestamps of one column, for loops over millions of rows: no allocation per ISO value.
 *
 * Numbers and numeric text are epochs in the unit of `encoding`; with `text` the unit follows from the size (below 1e11
 * seconds, 1e14 milliseconds, 1e17 microseconds, else nanoseconds). Other text is ISO 8601, `T` or a space between date
 * and time, a fraction of any length (cut to microseconds) and an optional zone (`Z`, `±hh`, `±hhmm`, `±hh:mm`). Text
 * without a zone is local time of `timeZone` (IANA name): a time that happened twice is the first of the two, one that
 * the clock jumped over is as long after the jump as it claims to be. Times that ±2^53 microseconds cannot hold exactly
 * (before 1684, after 2255) count as unreadable. Throws `invalid` for an unknown zone.
 */
export function timestampReader(encoding: TimestampEncoding, timeZone: string): TimestampReader {
  const readIso = isoReader(localOffsets(timeZone))
  const scale = EPOCH_SCALES[encoding]
  const readNumber = (value: number): number => exact(Math.round(scale === undefined ? bySize(value) : value * scale))
  return (value) => {
    if (typeof value === 'string') {
      const micros = readIso(value)
      return Number.isNaN(micros) ? readText(value, readNumber, readIso) : micros
    }
    if (typeof value === 'number') return readNumber(value)
    if (typeof value === 'bigint') return readNumber(Number(value))
    return Number.NaN
  }
}

const EPOCH_SCALES: Readonly<Record<TimestampEncoding, number | undefined>> = {
  epochSeconds: 1_000_000,
  epochMillis: 1_000,
  epochMicros: 1,
  text: undefined,
}

/** The epoch unit that a number of this size can only mean, for times between 1973 and 5138. */
export function epochUnitBySize(value: number): 'seconds' | 'millis' | 'micros' | 'nanos' {
  const size = Math.abs(value)
  if (size < 1e11) return 'seconds'
  if (size < 1e14) return 'millis'
  return size < 1e17 ? 'micros' : 'nanos'
}

const NANOS_PER_MICRO = 1_000

function bySize(value: number): number {
  const unit = epochUnitBySize(value)
  if (unit === 'seconds') return value * 1_000_000
  if (unit === 'millis') return value * 1_000
  return unit === 'micros' ? value : Math.floor(value / NANOS_PER_MICRO)
}

function exact(micros: number): number {
  return micros >= -Number.MAX_SAFE_INTEGER && micros <= Number.MAX_SAFE_INTEGER ? micros + 0 : Number.NaN
}

/** The uncommon spellings: numeric text, and ISO between blanks or with a worded UTC. */
function readText(text: string, readNumber: (value: number) => number, readIso: (text: string) => number): number {
  const trimmed = text.trim()
  if (NUMERIC.test(trimmed)) return readNumber(Number(trimmed))
  const plain = trimmed.replace(/\s*(?:UTC|GMT)$/i, 'Z')
  return plain === text ? Number.NaN : readIso(plain)
}

/** Two decimal digits at a position, or -1: integers only, so that the scan stays in machine integers. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
}

/** Scans ISO text by character code; the last date seen is remembered, because neighbours share it. */
function isoReader(offsetAt: LocalOffsets): (text: string) => number {
  let lastKey = -1
  let lastDay = 0
  return (text) => {
    const length = text.length
    if (length < 10 || text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return Number.NaN
    const century = twoDigits(text, 0)
    const year = twoDigits(text, 2)
    const month = twoDigits(text, 5)
    const monthDay = twoDigits(text, 8)
    if ((century | year | month | monthDay) < 0) return Number.NaN
    const key = ((century * 100 + year) << 9) | (month << 5) | monthDay
    if (month > 12 || monthDay > 31) return Number.NaN
    if (key !== lastKey) {
      const day = dayOfDate(century * 100 + year, month, monthDay)
      if (Number.isNaN(day)) return Number.NaN
      lastKey = key
      lastDay = day
    }
    const midnight = lastDay * MICROS_PER_DAY
    if (length === 10) return exact(midnight - offsetAt(lastDay, midnight))
    return readTime(text, midnight, lastDay, offsetAt)
  }
}

function readTime(text: string, midnight: number, day: number, offsetAt: LocalOffsets): number {
  const length = text.length
  const separator = text.charCodeAt(10)
  if (separator !== 84 && separator !== 32 && separator !== 116) return Number.NaN
  const hours = twoDigits(text, 11)
  const minutes = twoDigits(text, 14)
  if (text.charCodeAt(13) !== 58 || (hours | minutes) < 0 || hours > 23 || minutes > 59) return Number.NaN
  let seconds = hours * 3600 + minutes * 60
  let fraction = 0
  let at = 16
  if (text.charCodeAt(at) === 58) {
    const ofMinute = twoDigits(text, at + 1)
    if (ofMinute < 0 || ofMinute > 59) return Number.NaN
    seconds += ofMinute
    at += 3
    const point = text.charCodeAt(at)
    if (point === 46 || point === 44) {
      const start = ++at
      for (; at < length; at++) {
        const value = text.charCodeAt(at) - 48
        if (value < 0 || value > 9) break
        if (at - start < 6) fraction = fraction * 10 + value
      }
      if (at === start) return Number.NaN
      for (let digits = at - start; digits < 6; digits++) fraction *= 10
    }
  }
  const micros = midnight + seconds * 1_000_000 + fraction
  if (at === length) return exact(micros - offsetAt(day, micros))
  return exact(micros - readZone(text, at))
}

/** Offset of `Z`, `±hh`, `±hhmm` or `±hh:mm` that ends the text, in microseconds; NaN for anything else. */
function readZone(text: string, from: number): number {
  const at = text.charCodeAt(from) === 32 ? from + 1 : from
  const sign = text.charCodeAt(at)
  const rest = text.length - at
  if (sign === 90 || sign === 122) return rest === 1 ? 0 : Number.NaN
  if (sign !== 43 && sign !== 45) return Number.NaN
  const hours = twoDigits(text, at + 1)
  const isColon = text.charCodeAt(at + 3) === 58
  if (rest !== 3 && rest !== (isColon ? 6 : 5)) return Number.NaN
  const minutes = rest === 3 ? 0 : twoDigits(text, at + (isColon ? 4 : 3))
  if ((hours | minutes) < 0 || hours > 23 || minutes > 59) return Number.NaN
  return (sign === 45 ? -1 : 1) * (hours * MICROS_PER_HOUR + minutes * MICROS_PER_MINUTE)
}

/**
 * Days from 1970-01-01 to a date of the proleptic Gregorian calendar; NaN for a date that does not exist.
 * Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
 */
export function dayOfDate(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return Number.NaN
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** The UTC day of an instant, as days since 1970-01-01: two instants share a date partition when theirs are equal. */
export function utcDay(micros: number): number {
  return Math.floor(micros / MICROS_PER_DAY)
}

/** `YYYY-MM-DD` of a day since 1970-01-01. */
export function formatUtcDay(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}

/** `YYYY-MM-DD` in UTC of an instant in microseconds. */
export function utcDate(micros: number): string {
  return formatUtcDay(utcDay(micros))
}

/** ISO 8601 in UTC with all six digits of the fraction: what people and files see of an instant in microseconds. */
export function formatMicros(micros: number): string {
  const millis = Math.floor(micros / 1000)
  const rest = String(micros - millis * 1000).padStart(3, '0')
  return `${new Date(millis).toISOString().slice(0, -1)}${rest}Z`
}
