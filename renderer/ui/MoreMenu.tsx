import { Menu } from '@mantine/core'
import { messages } from '../text/messages.ts'
import { Icon } from './Icon.tsx'
import type { IconName } from './Icon.tsx'
import { MENU } from './menu.ts'

interface MoreItem {
  readonly label: string
  readonly icon: IconName
  readonly isOn?: boolean
  readonly onClick: () => void
}

/**
 * The actions that find no room on their own below 1320 px, so that no size of the window takes one away. What it holds
 * has the class `hide-1280` where it stands by itself.
 */
export function MoreMenu({ items, size = 'md' }: { readonly items: readonly MoreItem[]; readonly size?: 'md' | 'sm' }) {
  return (
    <span className="only-1280">
      <ActionMenu items={items}>
        <button
          type="button"
          className={size === 'sm' ? 'btn icon sm' : 'btn icon'}
          aria-label={messages.actions.more}
          title={messages.actions.more}
        >
          <Icon name="dots" size={size === 'sm' ? 14 : 16} />
        </button>
      </ActionMenu>
    </span>
  )
}

/** A menu of actions under the button that is its child. */
export function ActionMenu({
  items,
  children,
}: {
  readonly items: readonly MoreItem[]
  readonly children: React.ReactElement
}) {
  return (
    <Menu {...MENU} position="bottom-end">
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown>
        {items.map(({ label, icon, isOn, onClick }) => (
          <Menu.Item
            key={label}
            className={isOn === true ? 'menu-item on' : 'menu-item'}
            leftSection={<Icon name={icon} size={14} />}
            onClick={onClick}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
