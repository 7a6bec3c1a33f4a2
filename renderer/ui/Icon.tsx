import { ICONS } from './icons.tsx'
import type { IconName } from './icons.tsx'

export type { IconName } from './icons.tsx'

/** An icon of the set, drawn in the current colour; says nothing to a screen reader. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {ICONS[name]}
    </svg>
  )
}

/** The mark of the product: a sluice from the front. */
export function Logo({ size = 18 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d="M2.5 1.5h11V11h-2.2V3.6H4.7V11H2.5z" fill="currentColor" />
      <path d="M6 3.6h4v4H6z" fill="currentColor" opacity=".5" />
      <path d="M0 12.3h16v2.2H0z" fill="var(--accent)" />
    </svg>
  )
}
