import { screen, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { inUnits } from '../../../renderer/screens/node/inUnits.ts'
import { setPreferences } from '../../../renderer/stores/preferences.ts'
import type { SeriesWindow } from '../../../shared/domain/series.ts'
import { renderApp } from './renderApp.tsx'

const SERIES: SeriesWindow = {
  nodeId: 'midland-01',
  table: 'sensor_readings',
  fromMs: 0,
  toMs: 2_000,
  binMs: 1_000,
  timesMs: [0, 1_000],
  fields: [
    { name: 'temperature', unit: '°C', min: [0, null], max: [100, null], mean: [20, null] },
    { name: 'humidity', unit: '%', min: [40, 41], max: [42, 43], mean: [41, 42] },
    { name: 'vibration', unit: undefined, min: [1, 1], max: [2, 2], mean: [1, 1] },
  ],
  anomalies: [],
  rowsRead: 2,
  firstMs: 0,
  newestMs: 1_000,
}

// jsdom draws nothing: a canvas that takes every call and measures every text as empty.
const pen: unknown = new Proxy(() => undefined, {
  get: (_target, key) => (key === 'measureText' ? () => ({ width: 0 }) : () => undefined),
  set: () => true,
})
vi.stubGlobal(
  'Path2D',
  class {
    readonly moveTo = () => undefined
    readonly lineTo = () => undefined
    readonly rect = () => undefined
    readonly arc = () => undefined
    readonly closePath = () => undefined
    readonly addPath = () => undefined
  },
)
HTMLCanvasElement.prototype.getContext = (() => pen) as never

afterEach(() => setPreferences({ units: 'asMeasured' }))

describe('readings in the units of the settings', () => {
  it('convert minimum, maximum and mean, and leave gaps and unknown units alone', () => {
    const { fields } = inUnits(SERIES, 'imperial')
    expect(fields[0]).toEqual({ name: 'temperature', unit: '°F', min: [32, null], max: [212, null], mean: [68, null] })
    expect(fields.slice(1)).toEqual(SERIES.fields.slice(1))
    expect(inUnits(SERIES, 'asMeasured')).toBe(SERIES)
    expect(inUnits(SERIES, 'metric').fields).toEqual(SERIES.fields)
  })

  it('are what charts and the table of readings say, with the measured value on hover', async () => {
    setPreferences({ units: 'imperial' })
    renderApp('node/midland-01', {
      'readings.series': () => SERIES,
      'readings.recent': () => ({
        nodeId: 'midland-01',
        table: 'sensor_readings',
        columns: ['timestamp', 'temperature', 'humidity'],
        rows: [[7, '2026-11-25T00:00:00Z', 20, 41.5]],
      }),
    })
    const readings = await screen.findByRole('region', { name: 'Readings' })
    const unit = await within(readings).findByText('°F')
    expect(unit.closest('th')?.textContent).toBe('temperature °F')
    const cell = within(readings).getByTitle('20')
    expect(cell.textContent).toBe('68')
    expect(within(readings).getByText('41.50')).toBeTruthy()
    const charts = await screen.findByRole('group', { name: /chart/i })
    expect(within(charts).getByText('68.0')).toBeTruthy()
    expect(within(charts).getByText('°F')).toBeTruthy()
  })
})
