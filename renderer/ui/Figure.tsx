import type { ReactNode } from 'react'

interface FigureProps {
  readonly label: string
  readonly value: ReactNode
  readonly trend?: ReactNode
  /** The bad tail: what the value hides. */
  readonly tail?: ReactNode
}

/** One figure of a strip: what it is, the value, its trend, and its own bad tail. */
export function Figure({ label, value, trend, tail }: FigureProps) {
  return (
    <div className="vital">
      <span className="micro t3">{label}</span>
      <span className="row">
        <b>{value}</b>
        {trend}
      </span>
      {tail !== undefined && <span className="micro t2 ell">{tail}</span>}
    </div>
  )
}
