import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowMaker } from '../../../electron/core/simulator/rows.ts'

test('timestamps are UTC text with milliseconds and an offset, at every time and in any order', () => {
  const toRow = rowMaker('America/Chicago')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }), (atMs) => {
      const [stamp] = toRow({ atMs, values: [1, 2, 3, 4, 5], anomaly: undefined })
      expect(stamp).toBe(new Date(atMs).toISOString().replace('Z', '+00:00'))
    }),
  )
})
