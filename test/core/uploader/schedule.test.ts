import { expect, test } from 'vitest'
import { wantsLook } from '../../../electron/core/uploader/schedule.ts'
import { newNodeEntry } from '../../../electron/core/uploader/status.ts'

const MINUTE = 60_000
const entry = {
  ...newNodeEntry({ id: 'n1', sqlite: 'n1.db', labels: {} } as never),
  drainedStamp: 'as it was',
  lookedAtMs: 0,
}

test('a node whose file changed is looked at whatever the size of the fleet', () => {
  expect(wantsLook(entry, 'changed', 1, 10)).toBe(true)
  expect(wantsLook(entry, 'changed', 1, 10_000)).toBe(true)
})

test('an unchanged one is looked at anyway, every five minutes, in a large fleet every so many that the cost stays', () => {
  expect(wantsLook(entry, 'as it was', 4 * MINUTE, 48)).toBe(false)
  expect(wantsLook(entry, 'as it was', 6 * MINUTE, 48)).toBe(true)
  expect(wantsLook(entry, 'as it was', 19 * MINUTE, 1_000)).toBe(false)
  expect(wantsLook(entry, 'as it was', 21 * MINUTE, 1_000)).toBe(true)
})
