import type { ReactNode } from 'react'
import { messages } from '../text/messages.ts'
import { Button } from './Button.tsx'

interface PlanDockProps {
  readonly label: string
  /** Mark, count and what is selected. */
  readonly title: ReactNode
  /** What can be planned with the selection. */
  readonly actions?: ReactNode
  readonly onClear: () => void
  /** The plan: choices left, diff right. */
  readonly children?: ReactNode
  /** Reason, discard and apply. */
  readonly foot?: ReactNode
}

/** The plan for a selection, docked under it so that it never hides what it changes. */
export function PlanDock({ label, title, actions, onClear, children, foot }: PlanDockProps) {
  return (
    <section className="plan" aria-label={label}>
      <div className="plh">
        {title}
        <span className="grow" />
        {actions}
        <Button kind="ghost" size="sm" icon="x" aria-label={messages.actions.clear} onClick={onClear} />
      </div>
      {children}
      {foot !== undefined && <div className="plf">{foot}</div>}
    </section>
  )
}
