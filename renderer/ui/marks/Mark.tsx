import type { LampState } from '../../../shared/domain/lampTypes.ts'

const SHAPES = {
  ok: <circle cx="6" cy="6" r="4.2" fill="currentColor" />,
  warn: <path d="M6 1.2L11.2 10.6H.8z" fill="currentColor" />,
  bad: (
    <>
      <rect x="1.4" y="1.4" width="9.2" height="9.2" rx="1.2" fill="currentColor" />
      <path d="M3.6 6h4.8" stroke="var(--bg-panel)" strokeWidth="1.7" />
    </>
  ),
  off: <circle cx="6" cy="6" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  hold: <path d="M3.8 2v8M8.2 2v8" stroke="currentColor" strokeWidth="2" />,
  none: <path d="M2.5 6h7" stroke="currentColor" strokeWidth="1.5" />,
} as const satisfies Record<LampState, unknown>

/** The shape of a state: disc, triangle, square with a bar, ring, two bars or a dash. The shape alone tells it. */
export function Mark({
  state,
  size = 12,
  label,
}: {
  readonly state: LampState
  readonly size?: number
  /** Names the state for a screen reader; without it the mark is silent. */
  readonly label?: string
}) {
  const voice = label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label }
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" {...voice}>
      {SHAPES[state]}
    </svg>
  )
}

/** The class of a state's colours; `hold` and `none` share the colours of `off`. */
export function stateClass(state: LampState): 'ok' | 'warn' | 'bad' | 'off' {
  return state === 'hold' || state === 'none' ? 'off' : state
}
