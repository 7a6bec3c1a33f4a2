import { Component } from 'react'
import type { ReactNode } from 'react'
import { errorToData } from '../../shared/domain/errors.ts'
import type { ErrorData } from '../../shared/domain/errors.ts'
import { messages } from '../text/messages.ts'
import { ErrorState } from '../ui/states.tsx'

interface State {
  readonly error: ErrorData | undefined
}

/** What a browser says of a part of the window it could not read; it never asks for it again, only a new page does. */
function isUnread({ message }: ErrorData): boolean {
  return /dynamically imported module|importing a module script|preload CSS/i.test(message)
}

const UNREAD: ErrorData = { code: 'unavailable', ...messages.shell.unread, retryable: true }

/** Keeps a screen that failed to draw from taking the window with it. React offers this to classes only. */
export class ScreenBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error: errorToData(error) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    if (isUnread(error)) return <ErrorState error={UNREAD} onRetry={() => location.reload()} />
    return <ErrorState error={error} onRetry={() => this.setState({ error: undefined })} />
  }
}
