import { Modal } from '@mantine/core'
import { useEffect } from 'react'
import type { ReactNode } from 'react'
import { messages } from '../text/messages.ts'
import { Button } from './Button.tsx'
import type { IconName } from './Icon.tsx'
import { closeSidePane, openSidePane, useSidePane } from './sidePaneState.ts'

/**
 * What stands beside a screen's main part: a pane where there is room, below 1100 px a drawer that its button opens.
 * In the drawer focus is kept inside, Esc closes, and focus goes back to where it was.
 */
export function SidePane({
  label,
  className,
  children,
}: {
  /** Name of the pane, and the drawer's title. */
  readonly label: string
  readonly className?: string
  readonly children: ReactNode
}) {
  const { isDrawer, isOpen } = useSidePane()
  useEffect(() => closeSidePane, [])
  const classes = className === undefined ? 'pane' : `pane ${className}`
  if (!isDrawer) {
    return (
      <aside className={classes} aria-label={label}>
        {children}
      </aside>
    )
  }
  return (
    <Modal.Root
      opened={isOpen}
      onClose={closeSidePane}
      unstyled
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      classNames={{ overlay: 'scrim', inner: 'drawer-inner', content: 'pop drawer', title: 'grow ell h2' }}
    >
      <Modal.Overlay />
      <Modal.Content>
        <div className="drawer-head">
          <Modal.Title>{label}</Modal.Title>
          <Button kind="ghost" size="sm" icon="x" aria-label={messages.actions.close} onClick={closeSidePane} />
        </div>
        <div className={classes}>{children}</div>
      </Modal.Content>
    </Modal.Root>
  )
}

/** Opens the side pane where it is a drawer; nothing where the pane is in sight anyway. */
export function SidePaneButton({ label, icon = 'columns' }: { readonly label: string; readonly icon?: IconName }) {
  const { isDrawer, isOpen } = useSidePane()
  if (!isDrawer) return null
  return (
    <Button icon={icon} aria-haspopup="dialog" aria-expanded={isOpen} onClick={openSidePane}>
      {label}
    </Button>
  )
}
