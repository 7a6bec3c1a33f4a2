import { create } from 'zustand'

export const THEMES = ['system', 'dark', 'light'] as const
export const DENSITIES = ['default', 'roomy'] as const
export const UNIT_SYSTEMS = ['asMeasured', 'metric', 'imperial'] as const
export type Theme = (typeof THEMES)[number]
export type Density = (typeof DENSITIES)[number]
export type UnitSystem = (typeof UNIT_SYSTEMS)[number]

/** What a person chose for this computer; kept in the browser's storage, never in the workspace. */
export interface Preferences {
  readonly theme: Theme
  readonly density: Density
  readonly units: UnitSystem
  /** Who changes are recorded as. */
  readonly person: string
}

const KEY = 'fieldgate.preferences'
const DEFAULTS: Preferences = { theme: 'system', density: 'default', units: 'asMeasured', person: '' }

function read(): Preferences {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>
    return {
      theme: THEMES.find((theme) => theme === kept.theme) ?? DEFAULTS.theme,
      density: DENSITIES.find((density) => density === kept.density) ?? DEFAULTS.density,
      units: UNIT_SYSTEMS.find((units) => units === kept.units) ?? DEFAULTS.units,
      person: typeof kept.person === 'string' ? kept.person : DEFAULTS.person,
    }
  } catch {
    return DEFAULTS
  }
}

export const usePreferences = create<Preferences>(read)

export function setPreferences(change: Partial<Preferences>): void {
  usePreferences.setState(change)
  localStorage.setItem(KEY, JSON.stringify(usePreferences.getState()))
}

/** Who a change is recorded as: the name given in Settings, else the role of this window. */
export function currentPerson(): string {
  return usePreferences.getState().person.trim() || 'operator'
}

/** Keeps `data-theme` and `data-density` on the document in step with the choice and the system. Returns the undo. */
export function followTheme(page: Window = window): () => void {
  const system = page.matchMedia('(prefers-color-scheme: light)')
  const apply = () => {
    const { theme, density } = usePreferences.getState()
    const shown = theme === 'system' ? (system.matches ? 'light' : 'dark') : theme
    page.document.documentElement.dataset['theme'] = shown
    page.document.documentElement.dataset['density'] = density
  }
  apply()
  system.addEventListener('change', apply)
  const stop = usePreferences.subscribe(apply)
  return () => {
    system.removeEventListener('change', apply)
    stop()
  }
}

/** The theme on screen now. */
export function shownTheme(): 'dark' | 'light' {
  return document.documentElement.dataset['theme'] === 'light' ? 'light' : 'dark'
}
