import { useId } from 'react'

/** On or off, at once, with what it means below. */
export function Switch({
  label,
  help,
  isOn,
  isDisabled = false,
  onChange,
}: {
  readonly label: string
  readonly help: string
  readonly isOn: boolean
  readonly isDisabled?: boolean
  readonly onChange: (isOn: boolean) => void
}) {
  const id = useId()
  return (
    <div className="row top">
      <button
        type="button"
        role="switch"
        className="switch"
        aria-checked={isOn}
        aria-labelledby={id}
        aria-describedby={`${id}-help`}
        disabled={isDisabled}
        onClick={() => onChange(!isOn)}
      />
      <div>
        <span id={id} className={isDisabled ? 't3' : 'medium'}>
          {label}
        </span>
        <div id={`${id}-help`} className="small t3">
          {help}
        </div>
      </div>
    </div>
  )
}
