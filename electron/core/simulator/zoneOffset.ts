import { FieldgateError } from '../../../shared/domain/errors.ts'

const QUARTER_MS = 900_000

/**
 * The offset of a zone as `+05:30` at any UTC time, right across daylight-saving changes (the original worked it out once).
 * Looked up once per quarter of an hour, which is as fine as zones change. Throws `invalid` for an unknown IANA name.
 */
export function zoneOffset(timeZone: string): (utcMs: number) => string {
  const format = offsetFormat(timeZone)
  let quarter = Number.NaN
  let text = '+00:00'
  return (utcMs) => {
    const wanted = Math.floor(utcMs / QUARTER_MS)
    if (wanted !== quarter) {
      quarter = wanted
      const name =
        format.formatToParts(wanted * QUARTER_MS).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
      text = name === 'GMT' ? '+00:00' : name.slice(3, 9)
    }
    return text
  }
}

function offsetFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch (error) {
    throw new FieldgateError('invalid', `Unknown time zone "${timeZone}".`, {
      hint: 'Use an IANA name such as America/Denver or UTC.',
      cause: error,
    })
  }
}
