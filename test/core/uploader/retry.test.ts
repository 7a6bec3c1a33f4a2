import { expect, test } from 'vitest'
import { isDue } from '../../../electron/core/uploader/retry.ts'

test('a wait within bounds is kept', () => {
  expect(isDue(1_000, 1_000)).toBe(true)
  expect(isDue(300_000, 0)).toBe(false)
  expect(isDue(300_001, 0)).toBe(true)
})
