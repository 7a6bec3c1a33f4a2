import { EventEmitter } from 'node:events'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { preventable } from '../runtime.ts'
import type { Runtime } from '../runtime.ts'
import { strict } from '../strict.ts'
import { claimInstance } from '../singleInstance.ts'

/** The windows as the app needs them when it quits. */
export interface OpenWindows {
  /** Asks every window to close; false when one refuses. Resolves when they are gone. */
  closeAll(): Promise<boolean>
}

export interface AppInternals {
  readonly app: StandinApp
  /** Announces ready; once. */
  readonly becomeReady: () => void
}

export type StandinApp = ReturnType<typeof createAppObject>

export function createApp(runtime: Runtime, windows: OpenWindows): AppInternals {
  let resolveReady: () => void = () => undefined
  const ready = new Promise<void>((resolve) => {
    resolveReady = resolve
  })
  const app = createAppObject(runtime, windows, ready)
  return {
    app,
    becomeReady() {
      app.emit('ready', {}, {})
      resolveReady()
    },
  }
}

function createAppObject(runtime: Runtime, windows: OpenWindows, ready: Promise<void>) {
  const events = new EventEmitter()
  const switches = new Map<string, string>()
  let name = runtime.manifest.productName ?? runtime.manifest.name ?? 'Electron'
  let isQuitting = false
  let hasExited = false
  let releaseLock: (() => void) | undefined

  const argument = (key: string): string | undefined =>
    runtime.argv.find((one) => one.startsWith(`--${key}=`))?.slice(key.length + 3)
  const pathOf = (key: string): string => {
    const userData = argument('user-data-dir') ?? join(homedir(), '.config', name)
    const known: Readonly<Record<string, string>> = {
      home: homedir(),
      temp: tmpdir(),
      userData,
      sessionData: userData,
      logs: join(userData, 'logs'),
      crashDumps: join(userData, 'Crashpad'),
      exe: runtime.executable,
    }
    const path = known[key]
    if (path === undefined) throw new Error(`Failed to get '${key}' path`)
    return path
  }
  const isPrevented = (event: string): boolean => {
    const one = preventable({})
    events.emit(event, one)
    return one.defaultPrevented
  }

  const members = {
    isPackaged: false,
    commandLine: strict('app.commandLine', {
      appendSwitch: (key: string, value = '') => void switches.set(key, value),
      hasSwitch: (key: string) => switches.has(key) || runtime.argv.includes(`--${key}`) || argument(key) !== undefined,
      getSwitchValue: (key: string) => switches.get(key) ?? argument(key) ?? '',
    }),
    /** For the stand-in itself: what the app asked of Chromium. */
    standinSwitches: (): ReadonlyMap<string, string> => switches,
    whenReady: () => ready,
    isReady: () => runtime.isReady(),
    getName: () => name,
    setName: (next: string) => {
      name = next
    },
    getVersion: () => runtime.manifest.version ?? '0.0.0',
    getAppPath: () => runtime.appPath,
    getPath: pathOf,
    enableSandbox: () => undefined,
    setAsDefaultProtocolClient: () => true,
    requestSingleInstanceLock(): boolean {
      releaseLock = claimInstance(pathOf('userData'), [runtime.executable, ...runtime.argv], (argv, cwd) =>
        events.emit('second-instance', {}, argv, cwd, {}),
      )
      return releaseLock !== undefined
    },
    /** before-quit → windows close → will-quit → quit; each of the first three may be refused. */
    quit(): void {
      if (isQuitting) return
      isQuitting = true
      void (async () => {
        if (isPrevented('before-quit') || !(await windows.closeAll()) || isPrevented('will-quit')) isQuitting = false
        else members.exit(0)
      })()
    },
    exit(code = 0): void {
      if (hasExited) return
      hasExited = true
      events.emit('quit', {}, code)
      releaseLock?.()
      process.exit(code)
    },
    /** For the stand-in itself. */
    standinIsQuitting: () => isQuitting,
  }
  return strict('app', Object.assign(events, members))
}
