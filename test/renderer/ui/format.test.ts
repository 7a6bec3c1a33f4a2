import { describe, expect, it } from 'vitest'
import {
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatLink,
  formatNoun,
  formatRange,
  formatRate,
  formatWholeDuration,
} from '../../../renderer/ui/format.ts'

describe('formatting', () => {
  it('writes counts with separators and their noun in the right number', () => {
    expect(formatCount(18_402_113)).toBe('18,402,113')
    expect(formatNoun(1, 'row')).toBe('1 row')
    expect(formatNoun(4312, 'row')).toBe('4,312 rows')
    expect(formatNoun(0, 'entry', 'entries')).toBe('0 entries')
  })

  it('writes bytes in SI units without needless digits', () => {
    expect([918, 11_900, 41_000_000, 580_000_000, 1_240_000_000].map(formatBytes)).toEqual([
      '918 B',
      '11.9 kB',
      '41 MB',
      '580 MB',
      '1.24 GB',
    ])
  })

  it('writes a link rate in bits', () => {
    expect(formatLink(64_000)).toBe('512 kbit/s')
    expect(formatLink(250_000)).toBe('2 Mbit/s')
    expect(formatLink(128)).toBe('1 kbit/s')
  })

  it('writes durations as people say them', () => {
    expect(formatDuration(2.4)).toBe('2.4 ms')
    expect(formatDuration(84)).toBe('84 ms')
    expect(formatDuration(2700)).toBe('2.7 s')
    expect(formatDuration(41_000)).toBe('41 s')
    expect(formatWholeDuration(100_000)).toBe('1 min 40 s')
    expect(formatWholeDuration(14 * 60_000)).toBe('14 min')
    expect(formatWholeDuration(125 * 60_000)).toBe('2 h 5 min')
    expect(formatWholeDuration(320 * 86_400_000)).toBe('320 days')
    expect(formatWholeDuration(-5)).toBe('0 s')
  })

  it('writes an age as relative, then as clock time, then as date', () => {
    const now = new Date(2026, 10, 23, 14, 2, 37).getTime()
    expect(formatAge(now - 9000, now)).toBe('9 s')
    expect(formatAge(now - 14 * 60_000, now)).toBe('14 min')
    expect(formatAge(new Date(2026, 10, 23, 12, 48).getTime(), now)).toBe('12:48')
    expect(formatAge(new Date(2026, 10, 21, 6, 12).getTime(), now)).toBe('21 Nov')
    expect(formatAge(new Date(2024, 0, 4).getTime(), now)).toBe('Jan 2024')
    expect(formatAge(now + 5000, now)).toBe('0 s')
  })

  it('writes rates and ranges', () => {
    expect(formatRate(486.3)).toBe('486 rows/s')
    expect(formatRate(9.93)).toBe('9.9 rows/s')
    expect(formatRate(0.05)).toBe('0.05 rows/s')
    expect(formatRate(0)).toBe('0 rows/s')
    expect(formatRange(402_086, 402_117)).toBe('402,086-402,117')
    expect(formatRange(7, 7)).toBe('7')
  })
})
