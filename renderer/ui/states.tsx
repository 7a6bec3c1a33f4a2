import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import type { ErrorData } from '../../shared/domain/errors.ts'
import { messages } from '../text/messages.ts'
import { Button } from './Button.tsx'
import { Icon } from './Icon.tsx'
import type { IconName } from './Icon.tsx'
import { Until } from './Age.tsx'
import { LampMark } from './marks/Lamp.tsx'
import { Mark } from './marks/Mark.tsx'

const SKELETON_AFTER_MS = 300
const SKELETON_WIDTHS = ['92%', '78%', '86%', '64%', '81%']

/** Bars without shimmer and a count; only after 300 ms, so that quick loads do not flash. */
export function Skeleton({ text = messages.load.loading }: { readonly text?: string }) {
  const [isDue, setDue] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), SKELETON_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  if (!isDue) return null
  return (
    <div className="skeleton" role="status">
      {SKELETON_WIDTHS.map((width) => (
        <i key={width} style={{ width }} />
      ))}
      <span className="micro t3">{text}</span>
    </div>
  )
}

/** What would be here, and the one way to get it. */
export function EmptyState({
  title,
  children,
  action,
}: {
  readonly title: string
  readonly children?: ReactNode
  readonly action?: ReactNode
}) {
  return (
    <div className="state">
      <b>{title}</b>
      {children !== undefined && <p>{children}</p>}
      {action !== undefined && <div className="row">{action}</div>}
    </div>
  )
}

/** A failure as a sentence with its remedy, the next try and a button. */
export function ErrorState({
  error,
  title = messages.load.failed,
  nextTryMs,
  onRetry,
  actions,
}: {
  readonly error: ErrorData
  readonly title?: string
  readonly nextTryMs?: number | undefined
  readonly onRetry?: () => void
  readonly actions?: ReactNode
}) {
  return (
    <div className="state" role="alert">
      <span className="row">
        <LampMark state="bad" />
        <b>{title}</b>
      </span>
      <p>
        {error.message} {error.hint}
        {nextTryMs !== undefined && (
          <>
            {' '}
            <Until atMs={nextTryMs} before={messages.load.nextTry} due={messages.load.tryingNow} />.
          </>
        )}
      </p>
      <div className="row">
        {onRetry !== undefined && (
          <Button size="sm" icon="retry" onClick={onRetry}>
            {messages.actions.retryNow}
          </Button>
        )}
        {actions}
      </div>
    </div>
  )
}

/** One line across a screen that stays until its cause is gone. */
export function Banner({
  tone = 'info',
  icon,
  children,
  action,
}: {
  readonly tone?: 'info' | 'warn' | 'bad'
  readonly icon?: ReactNode
  readonly children: ReactNode
  readonly action?: ReactNode
}) {
  return (
    <div className={`banner ${tone}`} role="status">
      {icon}
      <span className="grow">{children}</span>
      {action}
    </div>
  )
}

/** A boxed remark beside what it is about. */
export function Note({
  tone,
  icon,
  children,
}: {
  readonly tone?: 'ok' | 'warn' | 'bad' | 'info'
  readonly icon?: IconName
  readonly children: ReactNode
}) {
  return (
    <div className={`note${tone === undefined ? '' : ` ${tone}`}`}>
      {icon !== undefined && <Icon name={icon} size={14} />}
      <div className="grow">{children}</div>
    </div>
  )
}

/** A small state in a frame: mark and words. */
export function Badge({
  tone,
  children,
}: {
  readonly tone?: 'ok' | 'warn' | 'bad' | 'off' | 'accent'
  readonly children: ReactNode
}) {
  const mark = tone === 'ok' || tone === 'warn' || tone === 'bad'
  return (
    <span className={`badge${tone === undefined ? '' : ` ${tone}`}`}>
      {mark && <LampGlyph state={tone} />}
      {children}
    </span>
  )
}

function LampGlyph({ state }: { readonly state: 'ok' | 'warn' | 'bad' }) {
  return (
    <span className={`lamp ${state}`}>
      <Mark state={state} size={9} />
    </span>
  )
}
