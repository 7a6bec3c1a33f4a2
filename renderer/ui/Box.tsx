import { Icon } from './Icon.tsx'

/** The picture of a check box; whoever shows it carries the role and the state for a screen reader. */
export function Box({ state }: { readonly state: 'on' | 'off' | 'some' }) {
  return (
    <span className={`cb${state === 'off' ? '' : ' on'}`} aria-hidden="true">
      {state === 'on' && <Icon name="check" size={12} />}
      {state === 'some' && <Icon name="minus" size={12} />}
    </span>
  )
}
