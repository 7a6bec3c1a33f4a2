import { FieldgateError } from './errors.ts'

const MICROS_PER_MINUTE = 60_000_000

/** How far local time is ahead of UTC, in microseconds, for a local time given as if it were UTC. */
export type LocalOffsets = (day: number, localMicros: number) => number

const HOURS_AROUND_DAY = [-14, -8, -2, 4, 10, 16, 22, 28, 36]
const DAYS_REMEMBERED = 4_000

/**
 * Offsets of a zone (IANA name). A local time that happened twice has the offset of the first; one that the clock jumped
 * over has the offset before the jump. Throws `invalid` for an unknown zone. Looked up once per day, or once per minute on the days when they change.
 */
export function localOffsets(timeZone: string): LocalOffsets {
  if (timeZone === 'UTC') return () => 0
  const offsetMs = zoneOffsets(timeZone)
  const ofDay = new Map<number, number | undefined>()
  const ofMinute = new Map<number, number>()
  let lastDay = Number.NaN
  let lastOffset: number | undefined
  return (day, localMicros) => {
    if (day !== lastDay) {
      lastOffset = remembered(ofDay, day, () => {
        const offsets = HOURS_AROUND_DAY.map((hour) => offsetMs(day * 86_400_000 + hour * 3_600_000))
        return offsets.every((offset) => offset === offsets[0]) ? (offsets[0] as number) * 1000 : undefined
      })
      lastDay = day
    }
    if (lastOffset !== undefined) return lastOffset
    const minute = Math.floor(localMicros / MICROS_PER_MINUTE)
    return remembered(ofMinute, minute, () => resolveLocal(minute * 60_000, offsetMs) * 1000)
  }
}

function remembered<V>(known: Map<number, V>, key: number, compute: () => V): V {
  if (known.has(key)) return known.get(key) as V
  if (known.size >= DAYS_REMEMBERED) known.clear()
  const value = compute()
  known.set(key, value)
  return value
}

/** The offset that makes `localMs` a time of the zone: the earlier of two, or the one before a jump. */
function resolveLocal(localMs: number, offsetMs: (utcMs: number) => number): number {
  const before = offsetMs(localMs - 86_400_000)
  const after = offsetMs(localMs + 86_400_000)
  const fitting = [before, after].filter((offset) => offsetMs(localMs - offset) === offset)
  return fitting.length === 0 ? before : Math.max(...fitting)
}

function zoneOffsets(timeZone: string): (utcMs: number) => number {
  const format = zoneFormat(timeZone)
  return (utcMs) => {
    const parts: Record<string, number> = {}
    for (const part of format.formatToParts(utcMs)) parts[part.type] = Number(part.value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(utcMs / 1000) * 1000
  }
}

function zoneFormat(timeZone: string): Intl.DateTimeFormat {
  const digits = '2-digit'
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: digits,
      day: digits,
      hour: digits,
      minute: digits,
      second: digits,
    })
  } catch (error) {
    throw new FieldgateError('invalid', `Unknown time zone "${timeZone}".`, {
      hint: 'Use an IANA name such as Europe/Berlin, America/Denver or UTC.',
      cause: error,
    })
  }
}
