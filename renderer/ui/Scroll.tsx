import type { ReactNode } from 'react'

/** A part that scrolls by itself: the keyboard reaches it as well, and it has a name. */
export function Scroll({
  label,
  className,
  children,
}: {
  readonly label: string
  readonly className?: string
  readonly children: ReactNode
}) {
  return (
    <div
      className={className === undefined ? 'scroll' : `scroll ${className}`}
      role="region"
      aria-label={label}
      tabIndex={0}
    >
      {children}
    </div>
  )
}
