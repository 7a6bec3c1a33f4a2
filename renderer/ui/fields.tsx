import { NumberInput, PasswordInput, Select, TextInput } from '@mantine/core'
import type { ComponentProps, ReactNode } from 'react'
import { Icon } from './Icon.tsx'
import { Kbd } from './Kbd.tsx'

/** Mantine inputs in the look of the tokens: their own styles are off, these classes are on. */
const TEXT_CLASSES = {
  root: 'field',
  wrapper: 'input',
  label: 'label',
  description: 'help',
  error: 'err',
  section: 't3',
} as const

export function TextField(props: ComponentProps<typeof TextInput>) {
  return (
    <TextInput
      unstyled
      classNames={TEXT_CLASSES}
      spellCheck={false}
      autoComplete="off"
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      {...props}
    />
  )
}

export function NumberField(props: ComponentProps<typeof NumberInput>) {
  return (
    <NumberInput
      unstyled
      hideControls
      classNames={TEXT_CLASSES}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      {...props}
    />
  )
}

export function SecretField(props: ComponentProps<typeof PasswordInput>) {
  return (
    <PasswordInput
      unstyled
      classNames={{ ...TEXT_CLASSES, input: 'grow', innerInput: 'grow', visibilityToggle: 'bare t3' }}
      autoComplete="new-password"
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      visible={false}
      onVisibilityChange={() => undefined}
      {...props}
    />
  )
}

export function SelectField(props: ComponentProps<typeof Select>) {
  return (
    <Select
      unstyled
      allowDeselect={false}
      classNames={{ ...TEXT_CLASSES, wrapper: 'select', dropdown: 'pop menu', option: 'menu-item' }}
      rightSection={<Icon name="down" size={12} />}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      comboboxProps={{ offset: 4, width: 'target', hideDetached: false, transitionProps: { duration: 0 } }}
      {...props}
    />
  )
}

/** The filter of a list: a search input with its shortcut on it. */
export function SearchField({
  label,
  value,
  onChange,
  keys = 'F',
  width = 180,
  inputRef,
}: {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly keys?: string
  readonly width?: number
  readonly inputRef?: React.Ref<HTMLInputElement>
}) {
  return (
    <div className="input" style={{ width }}>
      <Icon name="search" size={14} />
      <input
        ref={inputRef}
        type="text"
        role="searchbox"
        className="small"
        placeholder={label}
        aria-label={label}
        value={value}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.stopPropagation()
          if (value === '') event.currentTarget.blur()
          else onChange('')
        }}
      />
      {value === '' && <Kbd>{keys}</Kbd>}
    </div>
  )
}

/** One choice of several with its consequence below it. */
export function RadioOption({
  name,
  isChosen,
  onChoose,
  title,
  children,
  boxed = false,
}: {
  readonly name: string
  readonly isChosen: boolean
  readonly onChoose: () => void
  readonly title: ReactNode
  readonly children?: ReactNode
  readonly boxed?: boolean
}) {
  return (
    <label className={boxed ? `opt${isChosen ? ' on' : ''}` : 'row top small'}>
      <input type="radio" className="radio" name={name} checked={isChosen} onChange={onChoose} />
      <span className="grow">
        {title}
        <span className="sr">. </span>
        {children !== undefined && <span className={boxed ? 't2 sub' : 't3 sub'}>{children}</span>}
      </span>
    </label>
  )
}
