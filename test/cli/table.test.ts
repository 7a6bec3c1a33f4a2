import { expect, test } from 'vitest'
import { createLog } from '../../electron/core/support/log.ts'
import { formatLogEntry, toJson } from '../../electron/cli/output.ts'
import { formatBytes, formatCount, formatSpan, formatTable, formatTime, plural } from '../../electron/cli/table.ts'
import { createFakeClock } from '../helpers/fakeClock.ts'

test('numbers are grouped and right-aligned, missing values are a dash', () => {
  const rows = [
    { name: 'midland-01', rows: 1_234_567 },
    { name: 'pecos', rows: undefined },
  ]
  const table = formatTable<(typeof rows)[number]>(
    [
      { title: 'NODE', value: (row) => row.name },
      { title: 'ROWS', value: (row) => row.rows },
    ],
    rows,
  )
  expect(table).toBe('NODE             ROWS\nmidland-01  1,234,567\npecos               -')
})

test('figures read the same on every machine', () => {
  expect([formatBytes(0), formatBytes(999), formatBytes(1000), formatBytes(123_456_789)]).toEqual([
    '0 B',
    '999 B',
    '1.0 KB',
    '123 MB',
  ])
  expect([formatSpan(0), formatSpan(59_400), formatSpan(3_725_000), formatSpan(90_000_000)]).toEqual([
    '0s',
    '59s',
    '1h 2m',
    '1d 1h',
  ])
  expect(formatTime(0)).toBe('1970-01-01 00:00:00Z')
  expect(formatTime(undefined)).toBe('-')
  expect([plural(1, 'row'), plural(2000, 'row')]).toEqual(['1 row', '2,000 rows'])
  expect(formatCount(1234.5)).toBe('1,234.5')
})

test('JSON takes big integers and leaves bytes out', () => {
  expect(toJson({ big: 2n ** 60n, bytes: new Uint8Array(3) })).toBe('{"big":"1152921504606846976","bytes":{"bytes":3}}')
})

test('a log line has time, level, sentence and facts, and hides what smells of a secret', () => {
  const lines: string[] = []
  const log = createLog(createFakeClock(0), (entry) => lines.push(formatLogEntry(entry)))
  log.warn('Upload failed.', { nodeId: 'a b', rows: 3, secretKey: 'planted' })
  expect(lines[0]).toBe('1970-01-01T00:00:00.000Z warn  Upload failed. nodeId="a b" rows=3 secretKey=[hidden]')
})
