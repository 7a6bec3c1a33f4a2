/** The look of a Mantine Menu in this window; spread it into every one. */
export const MENU = {
  unstyled: true,
  position: 'bottom-start',
  offset: 4,
  transitionProps: { duration: 0 },
  hideDetached: false,
  classNames: { dropdown: 'pop menu', item: 'menu-item' },
} as const
