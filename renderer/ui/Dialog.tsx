import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { messages } from '../text/messages.ts'
import { Button } from './Button.tsx'

/** A dialog that floats: for what interrupts on purpose. Focus is kept inside, Esc closes, focus goes back after. */
export function Dialog({
  title,
  isOpen,
  onClose,
  isWide = false,
  children,
  foot,
}: {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly isWide?: boolean
  readonly children: ReactNode
  readonly foot?: ReactNode
}) {
  return (
    <Modal.Root
      opened={isOpen}
      onClose={onClose}
      unstyled
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      classNames={{
        overlay: 'scrim',
        inner: 'dialog-inner',
        content: `pop dialog${isWide ? ' wide' : ''}`,
        title: 'grow',
      }}
    >
      <Modal.Overlay />
      <Modal.Content>
        <div className="dialog-head">
          <Modal.Title>{title}</Modal.Title>
          <Button kind="ghost" size="sm" icon="x" aria-label={messages.actions.close} onClick={onClose} />
        </div>
        <div className="dialog-body">{children}</div>
        {foot !== undefined && <div className="dialog-foot">{foot}</div>}
      </Modal.Content>
    </Modal.Root>
  )
}
