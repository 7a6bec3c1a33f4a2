import { useCallback } from 'react'
import type { ReactNode } from 'react'
import type { Lamp, LampState } from '../../../shared/domain/lampTypes.ts'
import { messages } from '../../text/messages.ts'
import { useNow } from '../clock.ts'
import { formatAge } from '../format.ts'
import { Mark, stateClass } from './Mark.tsx'

/** A mark, named for a screen reader, with its word. */
export function LampMark({
  state,
  size = 12,
  title,
  children,
}: {
  readonly state: LampState
  readonly size?: number
  readonly title?: string
  readonly children?: ReactNode
}) {
  return (
    <span className={`lamp ${stateClass(state)}`} title={title}>
      <Mark state={state} size={size} label={messages.lamp.states[state]} />
      {children !== undefined && <span className="age">{children}</span>}
    </span>
  )
}

/** What a lamp says now: the word, the age, or the word and then the age ("no link 14 min"). */
export function lampText(lamp: Lamp, nowMs: number): string {
  const age = lamp.sinceMs === undefined ? undefined : formatAge(lamp.sinceMs, nowMs)
  if (lamp.word !== undefined) return age === undefined ? lamp.word : `${lamp.word} ${age}`
  return age ?? messages.lamp.unknown
}

/** One lamp of a node: shape, colour, and the word or age, which ticks by itself. */
export function LampCell({ lamp }: { readonly lamp: Lamp }) {
  const text = useNow(useCallback((nowMs: number) => lampText(lamp, nowMs), [lamp]))
  return (
    <LampMark state={lamp.state} title={messages.lamp.states[lamp.state]}>
      {text}
    </LampMark>
  )
}
