import { create } from 'zustand'
import { call } from '../client/client.ts'
import { errorToData } from '../../shared/domain/errors.ts'
import type { SettingField, SettingsPreview, SettingsView } from '../../shared/domain/settingsForm.ts'
import { IDLE, failedFrom, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'

export type SettingValue = SettingField['value']

const SETTLE_MS = 150

interface SettingsState {
  readonly load: LoadState
  readonly view: SettingsView | undefined
  /** What the form changed and nobody saved yet, by path. */
  readonly changes: Readonly<Record<string, SettingValue>>
  /** The file as it would be; undefined while nothing is changed. */
  readonly preview: SettingsPreview | undefined
  readonly isSaving: boolean
}

/** The configuration file and the form over it. */
export const useSettings = create<SettingsState>(() => ({
  load: IDLE,
  view: undefined,
  changes: {},
  preview: undefined,
  isSaving: false,
}))

let timer: ReturnType<typeof setTimeout> | undefined
let asked = 0

export async function loadSettings(): Promise<void> {
  useSettings.setState((state) => ({ load: loadingFrom(state.load) }))
  try {
    useSettings.setState({ view: await call('settings.get', {}), load: readyNow() })
  } catch (error) {
    useSettings.setState((state) => ({ load: failedFrom(state.load, error) }))
  }
}

/** The value the form shows for a path: the change, else what holds. */
export function settingValue(state: Pick<SettingsState, 'changes' | 'view'>, path: string): SettingValue {
  if (path in state.changes) return state.changes[path] ?? null
  return state.view?.fields.find((field) => field.path === path)?.value ?? null
}

/** Changes a setting in the form; back to what holds takes the change out again. Null removes the key from the file. */
export function changeSetting(path: string, value: SettingValue): void {
  useSettings.setState(({ changes, view }) => {
    const { [path]: _before, ...others } = changes
    const holds = view?.fields.find((field) => field.path === path)?.value ?? null
    const isSame = JSON.stringify(holds) === JSON.stringify(value)
    return { changes: isSame ? others : { ...others, [path]: value } }
  })
  clearTimeout(timer)
  timer = setTimeout(() => void readPreview(), SETTLE_MS)
}

async function readPreview(): Promise<void> {
  const { changes } = useSettings.getState()
  const turn = ++asked
  if (Object.keys(changes).length === 0) {
    useSettings.setState({ preview: undefined })
    return
  }
  try {
    const preview = await call('settings.preview', { changes: writable(changes) })
    if (turn === asked) useSettings.setState({ preview })
  } catch (error) {
    const { message, hint } = errorToData(error)
    const { view } = useSettings.getState()
    if (turn !== asked) return
    useSettings.setState({
      preview: { yaml: view?.yaml ?? '', changedLines: [], problems: [{ path: undefined, message, hint }] },
    })
  }
}

function writable(changes: SettingsState['changes']): Record<string, string | number | boolean | string[] | null> {
  return Object.fromEntries(
    Object.entries(changes).map(([path, value]) => [
      path,
      typeof value === 'object' && value !== null ? [...value] : value,
    ]),
  )
}

export function discardChanges(): void {
  clearTimeout(timer)
  asked++
  useSettings.setState({ changes: {}, preview: undefined })
}

/** Writes the changes into the file; the host starts the engine anew with them. Rejects when the file refuses them. */
export async function saveSettings(by: string): Promise<void> {
  const { changes } = useSettings.getState()
  useSettings.setState({ isSaving: true })
  try {
    await call('settings.save', { changes: writable(changes), by })
    discardChanges()
    await loadSettings()
  } finally {
    useSettings.setState({ isSaving: false })
  }
}
