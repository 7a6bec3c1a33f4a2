import type uPlot from 'uplot'
import { formatClock, formatMinute } from '../ui/format.ts'
import { token } from './colors.ts'

const FONT = '11px "Inter Variable", sans-serif'
const DAY_S = 86_400

/** What stands on a chart beside its line; times in epoch milliseconds. */
export interface ChartMarks {
  readonly anomalies?: readonly { readonly fromMs: number; readonly toMs: number }[]
  /** Spans without data, each with its word ("missing", "not fetched yet"). */
  readonly gaps?: readonly { readonly fromMs: number; readonly toMs: number; readonly text: string }[]
  readonly limit?: { readonly value: number; readonly text: string } | undefined
  /** The stretch that other charts show. */
  readonly brush?: readonly [fromMs: number, toMs: number]
}

export interface ChartFrame {
  readonly width: number
  readonly height: number
  /** Times are written under the lowest chart of a stack only. */
  readonly showsTimes: boolean
  readonly syncKey: string | undefined
  readonly range: readonly [number, number]
}

/** uPlot options in the look of the reference: hairline grid, one thin line over its min-max band, marks drawn by hooks. */
export function chartOptions(frame: ChartFrame, marks: () => ChartMarks): uPlot.Options {
  const grid = { stroke: () => token('--chart-grid'), width: 1 }
  const axis = { font: FONT, stroke: () => token('--chart-axis'), grid, ticks: { show: false } }
  return {
    width: frame.width,
    height: frame.height,
    padding: [8, 0, frame.showsTimes ? 0 : 4, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 6, width: 1.5, stroke: () => token('--bg-panel'), fill: () => token('--chart-line') },
      drag: { x: true, y: false, setScale: false },
      ...(frame.syncKey === undefined ? {} : { sync: { key: frame.syncKey, setSeries: false } }),
    },
    scales: { x: { time: true }, y: { range: () => [...frame.range] as [number, number] } },
    axes: [
      { ...axis, size: frame.showsTimes ? 22 : 0, space: 90, gap: 6, values: frame.showsTimes ? timeLabels : [] },
      { ...axis, size: AXIS_WIDTH, space: Math.max(VALUE_SPACE, frame.height / 4), gap: 6, values: valueLabels },
    ],
    series: [
      {},
      { show: true, stroke: 'transparent', points: { show: false } },
      { show: true, stroke: 'transparent', points: { show: false } },
      { stroke: () => token('--chart-line'), width: 1.25, points: { show: false }, spanGaps: false },
    ],
    bands: [{ series: [2, 1], fill: () => token('--chart-band') }],
    hooks: {
      drawClear: [(chart) => drawBands(chart, marks())],
      draw: [(chart) => drawMarks(chart, marks())],
    },
  }
}

/** The same for every chart, so that a stack of them is aligned; "102,000" is the longest label. */
export const AXIS_WIDTH = 52
/** Least distance of two values on the axis: a chart of 50 px gets two or three. */
const VALUE_SPACE = 18
const COMPACT_FROM = 1e6
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 2 })
const plain = new Intl.NumberFormat('en-US', { maximumFractionDigits: 6 })

function valueLabels(_chart: uPlot, values: number[]): string[] {
  return values.map((value) => (Math.abs(value) >= COMPACT_FROM ? compact : plain).format(value))
}

/** Half of a label: nearer to the edge it would be cut. */
const EDGE_PX = 16

function timeLabels(chart: uPlot, seconds: number[]): string[] {
  const span = (seconds.at(-1) ?? 0) - (seconds[0] ?? 0)
  const lastX = chart.bbox.width / devicePixelRatio - EDGE_PX
  return seconds.map((s) =>
    chart.valToPos(s, 'x') > lastX
      ? ''
      : span < 240
        ? formatClock(s * 1000)
        : span > 2 * DAY_S
          ? dayLabel(s)
          : formatMinute(s * 1000),
  )
}

function dayLabel(seconds: number): string {
  const at = new Date(seconds * 1000)
  return `${at.getDate()}.${at.getMonth() + 1}. ${formatMinute(seconds * 1000)}`
}

function drawBands(chart: uPlot, { anomalies = [], brush }: ChartMarks): void {
  const { ctx, bbox } = chart
  ctx.save()
  if (brush !== undefined) drawBrush(chart, brush)
  ctx.fillStyle = token('--chart-anomaly-band')
  for (const { fromMs, toMs } of anomalies) {
    const x = chart.valToPos(fromMs / 1000, 'x', true)
    const width = Math.max(2, chart.valToPos(toMs / 1000, 'x', true) - x)
    ctx.fillRect(x, bbox.top, width, bbox.height)
  }
  ctx.restore()
}

function drawBrush(chart: uPlot, [fromMs, toMs]: readonly [number, number]): void {
  const { ctx, bbox } = chart
  const ratio = devicePixelRatio
  const left = Math.max(bbox.left, chart.valToPos(fromMs / 1000, 'x', true))
  const right = Math.min(bbox.left + bbox.width, chart.valToPos(toMs / 1000, 'x', true))
  const width = Math.max(3 * ratio, right - left)
  ctx.fillStyle = token('--accent-weak')
  ctx.fillRect(left, bbox.top, width, bbox.height)
  ctx.strokeStyle = token('--accent')
  ctx.lineWidth = ratio
  ctx.strokeRect(left, bbox.top + 0.5, width, bbox.height - 1)
}

function drawMarks(chart: uPlot, { anomalies = [], gaps = [], limit }: ChartMarks): void {
  const { ctx, bbox } = chart
  const ratio = devicePixelRatio
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top - 8 * ratio, bbox.width, bbox.height + 8 * ratio)
  ctx.clip()
  ctx.font = FONT.replace('11px', `${11 * ratio}px`)
  for (const gap of gaps) drawGap(chart, gap)
  if (limit !== undefined) {
    const y = Math.round(chart.valToPos(limit.value, 'y', true)) + 0.5
    ctx.strokeStyle = token('--type-emergency')
    ctx.setLineDash([4 * ratio, 3 * ratio])
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
    ctx.setLineDash([])
    ctx.fillStyle = token('--type-emergency')
    ctx.fillText(limit.text, bbox.left + 6 * ratio, y - 5 * ratio)
  }
  ctx.fillStyle = token('--chart-anomaly')
  // Marks that would touch say no more than one.
  let lastX = Number.NEGATIVE_INFINITY
  for (const { fromMs, toMs } of anomalies) {
    const x = chart.valToPos((fromMs + toMs) / 2000, 'x', true)
    if (x - lastX < 14 * ratio) continue
    lastX = x
    drawAnomaly(chart, (fromMs + toMs) / 2000)
  }
  ctx.restore()
}

/** An amber triangle that points down at the reading. */
function drawAnomaly(chart: uPlot, seconds: number): void {
  const { ctx, bbox, data } = chart
  const ratio = devicePixelRatio
  const index = chart.valToIdx(seconds)
  const value = data[1]?.[index] ?? data[3]?.[index]
  if (value === null || value === undefined) return
  const x = chart.valToPos(seconds, 'x', true)
  const y = Math.max(bbox.top + ratio, chart.valToPos(value, 'y', true) - 9 * ratio)
  ctx.beginPath()
  ctx.moveTo(x - 4.5 * ratio, y)
  ctx.lineTo(x + 4.5 * ratio, y)
  ctx.lineTo(x, y + 6.5 * ratio)
  ctx.fill()
}

function drawGap(chart: uPlot, gap: { readonly fromMs: number; readonly toMs: number; readonly text: string }): void {
  const { ctx, bbox } = chart
  const ratio = devicePixelRatio
  const x = Math.round(chart.valToPos(gap.fromMs / 1000, 'x', true)) + 0.5
  const width = chart.valToPos(gap.toMs / 1000, 'x', true) - x
  ctx.fillStyle = token('--chart-gap')
  ctx.fillRect(x, bbox.top, width, bbox.height)
  ctx.strokeStyle = token('--off')
  ctx.setLineDash([2 * ratio, 3 * ratio])
  ctx.strokeRect(x, bbox.top + 0.5, width, bbox.height - 1)
  ctx.setLineDash([])
  ctx.fillStyle = token('--text-3')
  ctx.textAlign = 'center'
  if (width > ctx.measureText(gap.text).width + 8)
    ctx.fillText(gap.text, x + width / 2, bbox.top + bbox.height - 6 * ratio)
  ctx.textAlign = 'left'
}
