import { lazy } from 'react'
import type { ComponentType, LazyExoticComponent } from 'react'
import { messages } from '../text/messages.ts'
import type { IconName } from '../ui/Icon.tsx'

const words = messages.shell.screens

interface ScreenInfo {
  readonly id: string
  readonly label: string
  /** Two presses, as the help shows them. */
  readonly shortcut: string
  readonly icon: IconName
  /** False for a screen one gets to from another, such as one node. */
  readonly isInNav: boolean
  readonly Component: LazyExoticComponent<ComponentType>
}

type Load = () => Promise<{ readonly default: ComponentType }>
const loads: Load[] = []

function lazyScreen(load: Load): LazyExoticComponent<ComponentType> {
  loads.push(load)
  return lazy(load)
}

/** Reads every screen now, so that none has to be read later, when the engine may be away. A failure is tried again when the screen is opened. */
export function preloadScreens(): void {
  for (const load of loads) load().catch(() => undefined)
}

/** The table of screens, in the order of the navigation. Adding a screen: a folder and an entry here. */
export const SCREENS = [
  {
    id: 'fleet',
    label: words.fleet,
    shortcut: 'G F',
    icon: 'fleet',
    isInNav: true,
    Component: lazyScreen(async () => ({ default: (await import('./fleet/FleetScreen.tsx')).FleetScreen })),
  },
  {
    id: 'pipelines',
    label: words.pipelines,
    shortcut: 'G P',
    icon: 'pipelines',
    isInNav: true,
    Component: lazyScreen(async () => ({ default: (await import('./pipelines/PipelinesScreen.tsx')).PipelinesScreen })),
  },
  {
    id: 'buckets',
    label: words.buckets,
    shortcut: 'G B',
    icon: 'buckets',
    isInNav: true,
    Component: lazyScreen(async () => ({ default: (await import('./buckets/BucketsScreen.tsx')).BucketsScreen })),
  },
  {
    id: 'proof',
    label: words.proof,
    shortcut: 'G R',
    icon: 'proof',
    isInNav: true,
    Component: lazyScreen(async () => ({ default: (await import('./proof/ProofScreen.tsx')).ProofScreen })),
  },
  {
    id: 'activity',
    label: words.activity,
    shortcut: 'G A',
    icon: 'activity',
    isInNav: true,
    Component: lazyScreen(async () => ({ default: (await import('./activity/ActivityScreen.tsx')).ActivityScreen })),
  },
  {
    id: 'simulator',
    label: words.simulator,
    shortcut: 'G I',
    icon: 'simulator',
    isInNav: true,
    Component: lazyScreen(async () => ({ default: (await import('./simulator/SimulatorScreen.tsx')).SimulatorScreen })),
  },
  {
    id: 'settings',
    label: words.settings,
    shortcut: 'G S',
    icon: 'settings',
    isInNav: true,
    Component: lazyScreen(async () => ({ default: (await import('./settings/SettingsScreen.tsx')).SettingsScreen })),
  },
  {
    id: 'node',
    label: words.node,
    shortcut: '',
    icon: 'fleet',
    isInNav: false,
    Component: lazyScreen(async () => ({ default: (await import('./node/NodeScreen.tsx')).NodeScreen })),
  },
] as const satisfies readonly ScreenInfo[]

export type ScreenId = (typeof SCREENS)[number]['id']

/** The screen of an id; the fleet for an id nobody knows. */
export function screenOf(id: string): ScreenInfo {
  return SCREENS.find((screen) => screen.id === id) ?? SCREENS[0]
}
