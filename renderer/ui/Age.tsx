import { useCallback } from 'react'
import { useNow } from './clock.ts'
import { formatAge, formatDateTime, formatWholeDuration } from './format.ts'

/** The age of a value, kept current by the one clock: `12 s`, `14 min`, `13:48`, `21 Nov`. */
export function Age({ sinceMs, suffix = '' }: { readonly sinceMs: number; readonly suffix?: string }) {
  const text = useNow(useCallback((nowMs: number) => formatAge(sinceMs, nowMs), [sinceMs]))
  const isRelative = /[a-z]$/.test(text) && /\b(s|min)$/.test(text)
  return (
    <time dateTime={new Date(sinceMs).toISOString()} title={formatDateTime(sinceMs, sinceMs)}>
      {text}
      {isRelative ? suffix : ''}
    </time>
  )
}

/** Time left until an instant: `42 s` after `before`, or `due` once it has come: "Retry in 42 s", "retrying now". */
export function Until({
  atMs,
  before = '',
  due = 'now',
}: {
  readonly atMs: number
  readonly before?: string
  readonly due?: string
}) {
  const text = useNow(
    useCallback(
      (nowMs: number) => (atMs <= nowMs ? due : `${before} ${formatWholeDuration(atMs - nowMs + 999)}`.trimStart()),
      [atMs, before, due],
    ),
  )
  return <time dateTime={new Date(atMs).toISOString()}>{text}</time>
}
