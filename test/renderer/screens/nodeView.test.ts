import { describe, expect, test } from 'vitest'
import { compactSeries, formatValue, gapsOf } from '../../../renderer/screens/node/view.ts'
import type { SeriesWindow } from '../../../shared/domain/series.ts'

const SECOND = 1_000

/** A window of one-second bins with a reading at each of these seconds. */
function seriesAt(seconds: readonly number[]): SeriesWindow {
  const length = (seconds.at(-1) ?? 0) + 1
  const filled = new Set(seconds)
  const mean = Array.from({ length }, (_, second) => (filled.has(second) ? 20 : null))
  return {
    nodeId: 'n',
    table: 't',
    fromMs: 0,
    toMs: length * SECOND,
    binMs: SECOND,
    timesMs: mean.map((_, second) => second * SECOND),
    fields: [{ name: 'temperature', unit: '°C', min: mean, max: mean, mean }],
    anomalies: [],
    rowsRead: seconds.length,
    firstMs: 0,
    newestMs: length * SECOND,
  }
}

const every = (step: number, from: number, to: number): readonly number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step)

describe('stretches without a reading', () => {
  test('a node that begins to write thirty times as often has no gap in what it wrote before', () => {
    const slowThenFast = [...every(30, 0, 1_200), ...every(1, 1_201, 1_800)]
    expect(gapsOf(seriesAt(slowThenFast))).toEqual([])
    expect(gapsOf(seriesAt([...every(1, 0, 600), ...every(30, 630, 1_830)]))).toEqual([])
  })

  test('a stop between readings is a gap, whatever else of the window is slower', () => {
    const stopped = [...every(30, 0, 1_200), ...every(1, 1_201, 1_300), ...every(1, 1_340, 1_500)]
    expect(gapsOf(seriesAt(stopped))).toEqual([{ fromMs: 1_301 * SECOND, toMs: 1_340 * SECOND }])
  })

  test('the line is broken at a gap and nowhere else', () => {
    const series = compactSeries(seriesAt([...every(10, 0, 200), ...every(10, 400, 600)]))
    const empty = series.timesMs.filter((_, index) => series.fields[0]?.mean[index] === null)
    expect(empty).toEqual([201 * SECOND])
  })
})

test('a value keeps the digits that tell something, and separators in large ones', () => {
  expect([0.126, 21.94, 71.43, 101_004.4, -5_000, null, undefined].map(formatValue)).toEqual([
    '0.13',
    '21.94',
    '71.4',
    '101,004',
    '-5,000',
    '',
    '',
  ])
})
