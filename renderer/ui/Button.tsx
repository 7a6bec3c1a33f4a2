import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { Icon } from './Icon.tsx'
import type { IconName } from './Icon.tsx'
import { Kbd } from './Kbd.tsx'

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'type'> {
  /** `primary` at most once per screen; `danger` asks, `dangerSolid` does. */
  readonly kind?: 'default' | 'primary' | 'ghost' | 'danger' | 'dangerSolid'
  readonly size?: 'md' | 'sm'
  readonly icon?: IconName
  /** The shortcut shown on the button; registering it is the screen's part. */
  readonly keys?: string
  readonly isOn?: boolean
  readonly children?: ReactNode
  readonly ref?: Ref<HTMLButtonElement>
}

const KINDS = { default: '', primary: ' primary', ghost: ' ghost', danger: ' danger', dangerSolid: ' danger-solid' }

/** A button: verb and object, an icon where it helps, its shortcut where it is worth learning. */
export function Button({ kind = 'default', size = 'md', icon, keys, isOn, className, children, ...rest }: ButtonProps) {
  const isIconOnly = children === undefined
  const classes = `btn${KINDS[kind]}${size === 'sm' ? ' sm' : ''}${isIconOnly ? ' icon' : ''}${isOn === true ? ' on' : ''}`
  return (
    <button
      type="button"
      className={className === undefined ? classes : `${classes} ${className}`}
      aria-pressed={isOn}
      {...rest}
    >
      {icon !== undefined && <Icon name={icon} size={size === 'sm' ? (isIconOnly ? 14 : 12) : 16} />}
      {children}
      {keys !== undefined && <Kbd>{keys}</Kbd>}
    </button>
  )
}
