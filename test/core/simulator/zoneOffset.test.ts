import { expect, test } from 'vitest'
import { zoneOffset } from '../../../electron/core/simulator/zoneOffset.ts'

test('the offset follows daylight saving in both directions while the sensor runs', () => {
  const denver = zoneOffset('America/Denver')
  expect(denver(Date.UTC(2026, 2, 8, 8, 59, 59))).toBe('-07:00')
  expect(denver(Date.UTC(2026, 2, 8, 9, 0, 0))).toBe('-06:00')
  expect(denver(Date.UTC(2026, 10, 1, 7, 59, 59))).toBe('-06:00')
  expect(denver(Date.UTC(2026, 10, 1, 8, 0, 0))).toBe('-07:00')
})

test('zones with minutes, without summer time and UTC have their offsets', () => {
  expect(zoneOffset('Asia/Kathmandu')(0)).toBe('+05:30')
  expect(zoneOffset('Asia/Kathmandu')(Date.UTC(2026, 0, 1))).toBe('+05:45')
  expect(zoneOffset('America/Phoenix')(Date.UTC(2026, 6, 1))).toBe('-07:00')
  expect(zoneOffset('UTC')(0)).toBe('+00:00')
  expect(() => zoneOffset('Mars/Base')).toThrowError(/Mars\/Base/)
})
