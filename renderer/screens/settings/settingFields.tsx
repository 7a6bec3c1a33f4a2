import type { ReactNode } from 'react'
import { changeSetting, settingValue, useSettings } from '../../stores/settings.ts'
import type { SettingValue } from '../../stores/settings.ts'
import { messages } from '../../text/messages.ts'
import { NumberField, SelectField, TextField } from '../../ui/fields.tsx'

const words = messages.settings

interface SettingProps {
  /** Dotted path in the configuration file. */
  readonly path: string
  readonly label: string
  readonly help?: ReactNode
  readonly placeholder?: string
}

interface Bound {
  readonly value: SettingValue
  readonly error: string | undefined
  readonly help: ReactNode
  /** True when environment or flags win over the file, so that the form cannot change it. */
  readonly isFixed: boolean
}

/** What a field of the form needs to know of its setting. */
function useSetting(path: string, help: ReactNode): Bound {
  const value = useSettings((state) => settingValue(state, path))
  const field = useSettings((state) => state.view?.fields.find((known) => known.path === path))
  const problem = useSettings((state) => state.preview?.problems.find((known) => known.path === path))
  const isFixed = field?.origin === 'environment' || field?.origin === 'flag'
  return {
    value,
    error:
      problem === undefined
        ? undefined
        : [problem.message, problem.hint].filter((part) => part !== undefined).join(' '),
    help: isFixed ? words.setBy(words.origins[field.origin], field.source ?? '') : help,
    isFixed,
  }
}

export function SettingText({ path, label, help, placeholder }: SettingProps) {
  const bound = useSetting(path, help)
  return (
    <TextField
      label={label}
      description={bound.help}
      error={bound.error}
      disabled={bound.isFixed}
      placeholder={placeholder}
      value={typeof bound.value === 'string' ? bound.value : ''}
      onChange={(event) => changeSetting(path, event.currentTarget.value === '' ? null : event.currentTarget.value)}
    />
  )
}

/** A number; `scale` is what the file's unit is times the shown one (1000/8 shows bytes as kilobits). */
export function SettingNumber({
  path,
  label,
  help,
  placeholder,
  scale = 1,
}: SettingProps & { readonly scale?: number }) {
  const bound = useSetting(path, help)
  return (
    <NumberField
      label={label}
      description={bound.help}
      error={bound.error}
      disabled={bound.isFixed}
      placeholder={placeholder}
      value={typeof bound.value === 'number' ? Number((bound.value / scale).toFixed(3)) : ''}
      onChange={(next) => changeSetting(path, typeof next === 'number' ? Math.round(next * scale * 1000) / 1000 : null)}
    />
  )
}

export function SettingSelect({
  path,
  label,
  help,
  options,
}: SettingProps & { readonly options: readonly { readonly value: string; readonly label: string }[] }) {
  const bound = useSetting(path, help)
  return (
    <SelectField
      label={label}
      description={bound.help}
      error={bound.error}
      disabled={bound.isFixed}
      data={[...options]}
      value={typeof bound.value === 'string' ? bound.value : null}
      onChange={(next) => changeSetting(path, next === null ? null : String(next))}
    />
  )
}

/** True or false, at once in the form, written with the rest. */
export function SettingCheck({ path, label }: SettingProps) {
  const bound = useSetting(path, undefined)
  return (
    <label className="row small">
      <input
        type="checkbox"
        className="check"
        disabled={bound.isFixed}
        checked={bound.value === true}
        onChange={(event) => changeSetting(path, event.currentTarget.checked)}
      />
      {label}
      {bound.isFixed && <span className="t3">{bound.help}</span>}
    </label>
  )
}

/** Several of a list. */
export function SettingNames({ path, label, options }: SettingProps & { readonly options: readonly string[] }) {
  const bound = useSetting(path, undefined)
  const chosen = typeof bound.value === 'object' && bound.value !== null ? bound.value : []
  const toggle = (name: string) => {
    const next = chosen.includes(name) ? chosen.filter((known) => known !== name) : [...chosen, name]
    changeSetting(path, next.length === 0 ? null : next)
  }
  return (
    <fieldset className="field bare-set" disabled={bound.isFixed}>
      <legend className="label">{label}</legend>
      <div className="row wrap">
        {options.map((name) => (
          <label key={name} className="row small">
            <input type="checkbox" className="check" checked={chosen.includes(name)} onChange={() => toggle(name)} />
            {name}
          </label>
        ))}
      </div>
      {bound.help !== undefined && <span className="help">{bound.help}</span>}
    </fieldset>
  )
}

/** A setting the form does not edit: what the file holds of it. */
export function SettingSummary({ path, label }: SettingProps) {
  const { value } = useSetting(path, undefined)
  return (
    <div className="row small">
      <span className="t3 grow">{label}</span>
      <span>{value === null ? words.origins.default : String(value)}</span>
    </div>
  )
}
