import { FieldgateError } from '../../../shared/domain/errors.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds of a span as people write it: `90`, `30s`, `10m`, `24h`, `2d`. Throws `invalid` naming the option. */
export function parseSpan(text: string, option: string): number {
  const parts = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text.trim())
  const seconds =
    parts === null ? 0 : Number(parts[1]) * (UNITS[parts[2] === '' ? 's' : (parts[2] as string)] as number)
  if (seconds > 0) return seconds
  throw new FieldgateError('invalid', `${option} takes a span of time, not "${text}".`, {
    hint: 'Write 90, 30s, 10m, 24h or 2d.',
  })
}
