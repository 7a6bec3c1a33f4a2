import type { ReactNode } from 'react'

/** The head of a screen: title, a sentence that says how it stands, and what can be done. */
export function Head({
  title,
  sub,
  children,
}: {
  readonly title: ReactNode
  readonly sub?: ReactNode
  /** The actions, at most one of them primary. */
  readonly children?: ReactNode
}) {
  return (
    <header className="head">
      <h1>{title}</h1>
      {sub !== undefined && <div className="sub">{sub}</div>}
      {children !== undefined && <div className="actions">{children}</div>}
    </header>
  )
}
