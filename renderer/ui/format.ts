const COUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const TWO = (n: number) => String(n).padStart(2, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** A whole number with separators: `4,312`. */
export function formatCount(n: number): string {
  return COUNT.format(n)
}

/** A count with its noun: `1 row`, `4,312 rows`. The plural adds an s unless it is given. */
export function formatNoun(n: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(n)} ${n === 1 ? noun : plural}`
}

/** Bytes in SI units: `918 B`, `11.9 kB`, `4.1 MB`, `1.24 GB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`
  if (bytes < 1e6) return `${trim(bytes / 1e3)} kB`
  if (bytes < 1e9) return `${trim(bytes / 1e6)} MB`
  return `${(bytes / 1e9).toFixed(2)} GB`
}

function trim(value: number): string {
  return String(Number(value >= 100 ? value.toFixed(0) : value.toFixed(1)))
}

/** A link rate in bits: `512 kbit/s`, `2 Mbit/s`. */
export function formatLink(bytesPerSecond: number): string {
  const kilobits = (bytesPerSecond * 8) / 1000
  if (kilobits < 1000) return `${Number(kilobits.toFixed(kilobits < 10 ? 1 : 0))} kbit/s`
  return `${Number((kilobits / 1000).toFixed(1))} Mbit/s`
}

/** Rows per second; whole above 100, else one digit: `486 rows/s`, `9.9 rows/s`. */
export function formatRate(perSecond: number): string {
  const rate = formatRateNumber(perSecond)
  return `${rate} ${rate === '1' ? 'row' : 'rows'}/s`
}

export function formatRateNumber(perSecond: number): string {
  if (perSecond === 0) return '0'
  return perSecond >= 100 ? formatCount(perSecond) : String(Number(perSecond.toFixed(perSecond < 1 ? 2 : 1)))
}

/** A span of time in words: `0.3 s`, `42 s`, `1 min 40 s`, `14 min`, `3 h 5 min`, `320 days`. */
export function formatDuration(ms: number): string {
  const span = Math.max(0, ms)
  if (span < 10) return `${Number(span.toFixed(1))} ms`
  if (span < 100) return `${Math.round(span)} ms`
  if (span < 9950) return `${(span / 1000).toFixed(1)} s`
  return formatWholeDuration(span)
}

/** Like `formatDuration` without fractions: `0 s`, `42 s`. */
export function formatWholeDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 3) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} days`
}

/** The age of a value: relative up to 60 minutes (`14 min`), then its clock time (`13:48`), then its date (`21 Nov`, `Jul 2025`). */
export function formatAge(sinceMs: number, nowMs: number): string {
  const age = nowMs - sinceMs
  if (age < HOUR) return formatWholeDuration(age)
  const at = new Date(sinceMs)
  const now = new Date(nowMs)
  if (age < 24 * HOUR && at.getDate() === now.getDate()) return formatMinute(sinceMs)
  if (at.getFullYear() !== now.getFullYear()) return `${MONTHS[at.getMonth()] ?? ''} ${at.getFullYear()}`
  return formatDate(sinceMs, nowMs)
}

/** Local clock time with seconds: `14:02:37`. */
export function formatClock(atMs: number): string {
  const at = new Date(atMs)
  return `${TWO(at.getHours())}:${TWO(at.getMinutes())}:${TWO(at.getSeconds())}`
}

/** Local clock time to the minute: `14:02`. */
export function formatMinute(atMs: number): string {
  const at = new Date(atMs)
  return `${TWO(at.getHours())}:${TWO(at.getMinutes())}`
}

/** Local date and time, the year only when it is not this one: `21 Nov 14:02`, `4 Mar 2027 08:00`. */
export function formatDateTime(atMs: number, nowMs: number): string {
  return `${formatDate(atMs, nowMs)} ${formatMinute(atMs)}`
}

/** Local date: `21 Nov`, or `4 Mar 2027` in another year. */
export function formatDate(atMs: number, nowMs: number): string {
  const at = new Date(atMs)
  const year = at.getFullYear() === new Date(nowMs).getFullYear() ? '' : ` ${at.getFullYear()}`
  return `${at.getDate()} ${MONTHS[at.getMonth()] ?? ''}${year}`
}

/** Clock time today, date and time before: for lists that reach back. */
export function formatMoment(atMs: number, nowMs: number): string {
  return new Date(atMs).toDateString() === new Date(nowMs).toDateString()
    ? formatClock(atMs)
    : formatDateTime(atMs, nowMs)
}

/** UTC clock time: `20:02:37`; always shown with the word UTC beside it. */
export function formatUtc(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19)
}

/** A sequence range for a table: `402,086-402,117`, or one number. */
export function formatRange(from: number, to: number): string {
  return from === to ? formatCount(from) : `${formatCount(from)}-${formatCount(to)}`
}
