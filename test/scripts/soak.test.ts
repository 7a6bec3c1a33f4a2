import { join } from 'node:path'
import { expect, test } from 'vitest'

interface Sample {
  readonly atMs: number
  readonly rssBytes: number
  readonly openFiles: number
  readonly ledgerBytes: number
}

const { findGrowth, slopes } = (await import(join(import.meta.dirname, '../../scripts/lib/growth.mjs'))) as {
  readonly findGrowth: (samples: readonly Sample[]) => readonly string[]
  readonly slopes: (samples: readonly Sample[]) => readonly { readonly name: string; readonly perHour: number }[]
}

const MIB = 1 << 20

/** An hour of samples, one a minute. */
function hour(change: (minute: number) => Partial<Sample>): Sample[] {
  return Array.from({ length: 60 }, (_, minute) => ({
    atMs: minute * 60_000,
    rssBytes: 200 * MIB,
    openFiles: 90,
    ledgerBytes: 5 * MIB,
    ...change(minute),
  }))
}

test('a flat hour passes, warming up and one peak included', () => {
  expect(findGrowth(hour(() => ({})))).toEqual([])
  expect(findGrowth(hour((minute) => ({ rssBytes: (minute < 20 ? minute * 10 : 200) * MIB })))).toEqual([])
  expect(findGrowth(hour((minute) => (minute === 55 ? { rssBytes: 900 * MIB, openFiles: 400 } : {})))).toEqual([])
})

test('growth beyond its bound is named, each by itself', () => {
  expect(findGrowth(hour((minute) => ({ rssBytes: (200 + minute * 10) * MIB })))).toEqual([
    expect.stringMatching(/^memory grew/),
  ])
  expect(findGrowth(hour((minute) => ({ openFiles: 90 + minute * 3 })))).toEqual([
    expect.stringMatching(/^open files grew/),
  ])
  expect(findGrowth(hour((minute) => ({ ledgerBytes: minute * 4 * MIB })))).toEqual([
    expect.stringMatching(/^ledger grew/),
  ])
})

test('too few samples are no proof', () => {
  expect(findGrowth(hour(() => ({})).slice(0, 3))).toHaveLength(1)
})

test('the slope is that of the straight line through the second half, per hour', () => {
  const found = slopes(
    hour((minute) => ({ rssBytes: (minute < 30 ? 900 : minute * 2) * MIB, ledgerBytes: minute * MIB })),
  )
  expect(found.map(({ name, perHour }) => [name, Math.round(perHour / MIB)])).toEqual([
    ['memory', 120],
    ['open files', 0],
    ['ledger', 60],
  ])
})
