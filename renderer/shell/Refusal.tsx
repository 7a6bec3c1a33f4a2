import { createRoot } from 'react-dom/client'
import type { ErrorData } from '../../shared/domain/errors.ts'
import { messages } from '../text/messages.ts'
import { ErrorState } from '../ui/states.tsx'
import '../theme/theme.ts'

/** The page when there is no way to an engine at all: why, and the remedy. */
export function mountRefusal(element: Element, error: ErrorData): void {
  createRoot(element).render(
    <main className="shell">
      <div className="main">
        <ErrorState title={messages.shell.refusal} error={error} />
      </div>
    </main>,
  )
}
