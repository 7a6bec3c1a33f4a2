import { memo } from 'react'

interface SparklineProps {
  /** Oldest first; null is a sample nobody could take and shows as a hatch, never as a line. */
  readonly values: readonly (number | null)[]
  readonly width?: number
  readonly height?: number
  readonly tone?: 'line' | 'warn'
}

/** A trend of 84 × 18: one line, no axis. Empty when there is nothing to draw. */
export const Sparkline = memo(function Sparkline({ values, width = 84, height = 18, tone = 'line' }: SparklineProps) {
  const known = values.filter((value) => value !== null)
  if (values.length < 2 || known.length === 0) return <svg width={width} height={height} aria-hidden="true" />
  const least = Math.min(...known)
  const most = Math.max(...known)
  const x = (index: number) => 1 + (index / (values.length - 1)) * (width - 3)
  const y = (value: number) =>
    most === least ? height / 2 : height - 3 - ((value - least) / (most - least)) * (height - 6)
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {gapsOf(values).map(([from, to]) => (
        <g key={from}>
          <rect x={x(from)} y="1" width={Math.max(2, x(to) - x(from))} height={height - 2} fill="var(--chart-gap)" />
          <path d={`M${x(from)} ${height - 2}H${x(to)}`} stroke="var(--off)" strokeDasharray="2 2" />
        </g>
      ))}
      <path
        d={linePath(values, x, y)}
        fill="none"
        stroke={tone === 'warn' ? 'var(--warn)' : 'var(--chart-line)'}
        strokeWidth="1.2"
        strokeLinejoin="round"
      />
    </svg>
  )
})

function linePath(
  values: readonly (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let path = ''
  let isDown = false
  values.forEach((value, index) => {
    if (value === null) {
      isDown = false
      return
    }
    path += `${isDown ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`
    isDown = true
  })
  return path
}

/** First and last index of each run of missing samples, widened to the neighbours they lie between. */
function gapsOf(values: readonly (number | null)[]): readonly (readonly [number, number])[] {
  const gaps: [number, number][] = []
  values.forEach((value, index) => {
    if (value !== null) return
    const last = gaps.at(-1)
    if (last !== undefined && last[1] >= index - 1) last[1] = index
    else gaps.push([index, index])
  })
  return gaps.map(([from, to]) => [Math.max(0, from - 1), Math.min(values.length - 1, to + 1)] as const)
}
