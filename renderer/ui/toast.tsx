import { notifications } from '@mantine/notifications'
import type { LampState } from '../../shared/domain/lampTypes.ts'
import { errorToData } from '../../shared/domain/errors.ts'
import { messages } from '../text/messages.ts'
import { Button } from './Button.tsx'
import { LampMark } from './marks/Lamp.tsx'

const SHOWN_MS = 8000
let counter = 0

export interface ToastAction {
  readonly label: string
  readonly run: () => void
}

export interface Toast {
  readonly state: LampState
  /** What happened. */
  readonly title: string
  /** What follows from it. */
  readonly text?: string | undefined
  /** The next step, first the likeliest. */
  readonly actions?: readonly ToastAction[]
}

/** Says what happened and offers the next step; goes by itself, a failure only by hand. */
export function showToast({ state, title, text, actions = [] }: Toast): void {
  const id = `toast-${++counter}`
  const close = () => void notifications.hide(id)
  notifications.show({
    id,
    autoClose: state === 'bad' ? false : SHOWN_MS,
    message: (
      <div className="pop toast" role={state === 'bad' ? 'alert' : 'status'}>
        <LampMark state={state} />
        <div className="b">
          <b className="medium">{title}</b>
          {text !== undefined && <p>{text}</p>}
          {actions.length > 0 && (
            <div className="row">
              {actions.map((action, index) => (
                <Button
                  key={action.label}
                  size="sm"
                  kind={index === 0 ? 'default' : 'ghost'}
                  onClick={() => {
                    close()
                    action.run()
                  }}
                >
                  {action.label}
                </Button>
              ))}
            </div>
          )}
        </div>
        <Button kind="ghost" size="sm" icon="x" aria-label={messages.actions.close} onClick={close} />
      </div>
    ),
  })
}

/** Says what failed and the remedy that came with it. */
export function showFailure(title: string, error: unknown, actions: readonly ToastAction[] = []): void {
  const { message, hint, code } = errorToData(error)
  if (code === 'cancelled') return
  showToast({ state: 'bad', title, text: hint === undefined ? message : `${message} ${hint}`, actions })
}
