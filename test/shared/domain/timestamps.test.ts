import { assert, date as anyDate, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatMicros, timestampReader, utcDate } from '../../../shared/domain/timestamps.ts'

const utc = timestampReader('text', 'UTC')
const two = (value: number): string => String(value).padStart(2, '0')
const iso = (micros: number): string => (Number.isNaN(micros) ? 'unreadable' : formatMicros(micros))

describe('epochs', () => {
  test('a number is read in the unit of its column, to the microsecond', () => {
    expect(timestampReader('epochSeconds', 'UTC')(1_753_596_000.67)).toBe(1_753_596_000_670_000)
    expect(timestampReader('epochSeconds', 'UTC')(1_753_596_000.123457)).toBe(1_753_596_000_123_457)
    expect(timestampReader('epochMillis', 'UTC')(1_753_596_000_670.25)).toBe(1_753_596_000_670_250)
    expect(timestampReader('epochMicros', 'UTC')(1_753_596_000_670_123)).toBe(1_753_596_000_670_123)
    expect(timestampReader('epochMicros', 'UTC')(1_753_596_000_670_123n)).toBe(1_753_596_000_670_123)
  })

  test('numeric text is the number it spells', () => {
    expect(timestampReader('epochMillis', 'UTC')('1753596000670')).toBe(1_753_596_000_670_000)
    expect(timestampReader('epochSeconds', 'UTC')(' 1753596000.5 ')).toBe(1_753_596_000_500_000)
  })

  test('without a unit the size of the number says which it is', () => {
    for (const value of [1_753_596_000, 1_753_596_000_000, 1_753_596_000_000_000, 1_753_596_000_000_000_000n]) {
      expect(iso(utc(value))).toBe('2025-07-27T06:00:00.000000Z')
      expect(iso(utc(String(value)))).toBe('2025-07-27T06:00:00.000000Z')
    }
  })
})

describe('ISO text', () => {
  test.each([
    ['2025-07-27T06:00:00.670+00:00', '2025-07-27T06:00:00.670000Z'],
    ['2025-07-27 06:00:00.670', '2025-07-27T06:00:00.670000Z'],
    ['2025-07-27T06:00:00Z', '2025-07-27T06:00:00.000000Z'],
    ['2025-07-27t06:00z', '2025-07-27T06:00:00.000000Z'],
    ['2025-07-27', '2025-07-27T00:00:00.000000Z'],
    ['2025-07-27T06:00:00,5-06', '2025-07-27T12:00:00.500000Z'],
    ['2025-07-27T06:00:00-0630', '2025-07-27T12:30:00.000000Z'],
    ['2025-07-27 06:00:00.123456789 +01:00', '2025-07-27T05:00:00.123456Z'],
    ['  2025-07-27 06:00:00 UTC', '2025-07-27T06:00:00.000000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000000Z'],
    ['1969-12-31T23:59:59.999999Z', '1969-12-31T23:59:59.999999Z'],
  ])('%s is %s', (text, expected) => {
    expect(iso(utc(text))).toBe(expected)
  })

  test.each([
    '',
    'no time at all',
    '2025-02-29T00:00:00Z',
    '2025-13-01',
    '2025-00-10',
    '2025-07-32',
    '2025-07-27T24:00:00Z',
    '2025-07-27T06:60:00Z',
    '2025-07-27T06:00:60Z',
    '2025-07-27T06:00:00.Z',
    '2025-07-27T06:00:00+',
    '2025-07-27T06:00:00+1:00',
    '2025-07-27T06:00:00Zulu',
    '2025-07-27X06:00:00',
    '2025-07-2',
    '20x5-07-27',
    '9999-12-31T00:00:00Z',
  ])('"%s" holds no time', (text) => {
    expect(utc(text)).toBeNaN()
  })

  test.each([null, undefined, true, new Uint8Array(8), {}, Number.NaN, Number.POSITIVE_INFINITY])(
    '%s holds no time',
    (value) => {
      expect(utc(value)).toBeNaN()
    },
  )

  test('reads what Date reads, for every instant and offset', () => {
    const range = { min: new Date('1700-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }
    assert(
      property(anyDate(range), integer({ min: -14 * 60, max: 14 * 60 }), (date, minutes) => {
        const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1)
        const sign = minutes < 0 ? '-' : '+'
        const zone = `${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
        expect(utc(local + zone)).toBe(Date.parse(local + zone) * 1000)
      }),
    )
  })

  test('writing an instant and reading it back gives the instant', () => {
    assert(
      property(integer({ min: -8_000_000_000_000_000, max: 8_000_000_000_000_000 }), (micros) => {
        expect(utc(formatMicros(micros))).toBe(micros)
        expect(utcDate(micros)).toBe(formatMicros(micros).slice(0, 10))
      }),
    )
  })
})

describe('local time', () => {
  const denver = timestampReader('text', 'America/Denver')

  test('follows the summer time of its zone', () => {
    expect(iso(denver('2025-07-27T06:00:00'))).toBe('2025-07-27T12:00:00.000000Z')
    expect(iso(denver('2025-01-27 06:00:00'))).toBe('2025-01-27T13:00:00.000000Z')
  })

  test('a time that happened twice is the first of the two', () => {
    expect(iso(denver('2025-11-02T01:30:00'))).toBe('2025-11-02T07:30:00.000000Z')
  })

  test('a time the clock jumped over lies as far behind the jump', () => {
    expect(iso(denver('2025-03-09T02:30:00'))).toBe('2025-03-09T09:30:00.000000Z')
  })

  test('a stated zone wins over the configured one', () => {
    expect(iso(denver('2025-07-27T06:00:00Z'))).toBe('2025-07-27T06:00:00.000000Z')
  })

  test.each([
    'America/Denver',
    'Europe/Berlin',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'Africa/Cairo',
  ])('every wall clock reading of %s comes back as it was written', (timeZone) => {
    const read = timestampReader('text', timeZone)
    const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
    const range = { min: new Date('1990-01-01'), max: new Date('2037-01-01'), noInvalidDate: true }
    assert(
      property(anyDate(range), (date) => {
        const shown = clock.format(date)
        const micros = read(shown)
        expect(clock.format(micros / 1000)).toBe(shown)
        expect(micros).toBeLessThanOrEqual(date.getTime() * 1000)
      }),
      { numRuns: 300 },
    )
  })

  test('hours around every change of the clock come back as they were written', () => {
    const read = timestampReader('text', 'Europe/Berlin')
    const clock = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Berlin',
      dateStyle: 'short',
      timeStyle: 'medium',
    })
    for (const change of ['2025-03-30T01:00:00Z', '2025-10-26T01:00:00Z']) {
      for (let minute = -200; minute <= 200; minute++) {
        const instant = Date.parse(change) + minute * 60_000
        expect(clock.format(read(clock.format(instant)) / 1000)).toBe(clock.format(instant))
      }
    }
  })

  test('an unknown zone is named', () => {
    expect(() => timestampReader('text', 'Mars/Olympus')).toThrow(/Mars\/Olympus/)
  })
})
