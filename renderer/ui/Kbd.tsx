import type { ReactNode } from 'react'

/** A key, as printed on the keyboard; decoration for the eyes, the control's own name says the rest. */
export function Kbd({ children }: { readonly children: ReactNode }) {
  return (
    <kbd className="kbd" aria-hidden="true">
      {children}
    </kbd>
  )
}
