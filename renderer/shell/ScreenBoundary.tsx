import { Component } from 'react'
import type { ReactNode } from 'react'
import { errorToData } from '../../shared/domain/errors.ts'
import type { ErrorData } from '../../shared/domain/errors.ts'
import { ErrorState } from '../ui/states.tsx'

interface State {
  readonly error: ErrorData | undefined
}

/** Keeps a screen that failed to draw from taking the window with it. React offers this to classes only. */
export class ScreenBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error: errorToData(error) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return <ErrorState error={error} onRetry={() => this.setState({ error: undefined })} />
  }
}
