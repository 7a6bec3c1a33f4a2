import { now } from '../../ui/clock.ts'
import { formatMoment } from '../../ui/format.ts'

/** Digits that fit a narrow column and still tell two readings apart. */
const DIGITS = 7

/** A statistic of a footer, short enough for its column: times as elsewhere, numbers with as many digits as tell something. */
export function shortStatistic(type: string, text: string | undefined): string {
  if (text === undefined || text === '') return ''
  if (type.startsWith('timestamp')) {
    const at = Date.parse(text)
    return Number.isNaN(at) ? text : formatMoment(at, now())
  }
  const value = Number(text)
  return type === 'double' && Number.isFinite(value) ? String(Number(value.toPrecision(DIGITS))) : text
}
