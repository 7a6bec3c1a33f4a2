import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createElectron } from './api/electron.ts'
import { startChromium } from './chromium.ts'
import type { Chromium } from './chromium.ts'
import { readCommandLine } from './commandLine.ts'
import type { Runtime } from './runtime.ts'

/** The version of Electron whose API this stands in for; `process.versions.standin` says that it is not the real one. */
const ELECTRON_VERSION = '45.4.1'
const STANDIN_VERSION = '1'
const MODULE_KEY = 'fieldgate.standin.electron'

const executable = fileURLToPath(new URL('./dist/electron', import.meta.url))
const argv = process.argv.slice(2)
const { preloads, entry, debugPort, isVersionAsked } = readCommandLine(argv)
if (isVersionAsked) {
  process.stdout.write(`v${ELECTRON_VERSION} (stand-in ${STANDIN_VERSION})\n`)
  process.exit(0)
}

const target = resolve(entry ?? '.')
const appPath = statSync(target).isDirectory() ? target : dirname(target)
const manifestPath = join(appPath, 'package.json')
const manifest = (existsSync(manifestPath) ? JSON.parse(readFileSync(manifestPath, 'utf8')) : {}) as {
  readonly main?: string
  readonly name?: string
  readonly version?: string
}
const main = target === appPath ? resolve(appPath, manifest.main ?? 'index.js') : target
const profile = mkdtempSync(join(tmpdir(), 'fieldgate-standin-'))

let isReady = false
let chromium: Promise<Chromium> | undefined
const runtime: Runtime = {
  appPath,
  manifest,
  executable,
  argv,
  debugPort,
  isReady: () => isReady,
  chromium: () => {
    if (chromium === undefined) throw new Error('Chromium is not started yet.')
    return chromium
  },
}
const electron = createElectron(runtime)

process.argv = [executable, ...argv]
Object.defineProperty(process, 'type', { value: 'browser' })
Object.defineProperty(process, 'versions', {
  value: Object.freeze({ ...process.versions, electron: ELECTRON_VERSION, standin: STANDIN_VERSION }),
})
provideModule(electron.module)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => electron.app.quit())
process.on('exit', () => {
  running?.kill()
  rmSync(profile, { recursive: true, force: true, maxRetries: 3 })
})

// Keeps the process while the app has nothing else to do, as Electron's message loop would.
setInterval(() => undefined, 1 << 30)
let running: Chromium | undefined

const require = createRequire(import.meta.url)
for (const preload of preloads) require(resolve(preload))
try {
  await import(pathToFileURL(main).href)
  chromium = startChromium({
    switches: chromiumSwitches(electron.app.standinSwitches()),
    profile,
    debugPort,
    isHeaded: process.env['DISPLAY'] !== undefined && process.env['STANDIN_HEADLESS'] !== '1',
  })
  running = await chromium
  running.onExit(() => {
    console.error('[standin] Chromium ended.')
    electron.app.exit(1)
  })
  isReady = true
  await electron.becomeReady(running)
} catch (error) {
  console.error('[standin]', error)
  process.exit(1)
}

/** `electron` for `import` (with its names) and for `require`. */
function provideModule(module: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(module)
  const slot = globalThis as unknown as Record<string, unknown>
  slot[MODULE_KEY] = module
  const get = `globalThis[${JSON.stringify(MODULE_KEY)}]`
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== 'electron' && specifier !== 'electron/main') return next(specifier, context)
      const isImport = context.conditions.includes('import')
      return { url: isImport ? 'standin:import' : 'standin:require', shortCircuit: true }
    },
    load(url, context, next) {
      if (url === 'standin:require') {
        return { format: 'commonjs', source: `module.exports = ${get}`, shortCircuit: true }
      }
      if (url === 'standin:import') {
        const source = `const electron = ${get}\nexport default electron\n${names.map((name) => `export const ${name} = electron.${name}`).join('\n')}`
        return { format: 'module', source, shortCircuit: true }
      }
      return next(url, context)
    },
  })
}

/** What the app asked of Chromium, without what the stand-in decides itself. */
function chromiumSwitches(asked: ReadonlyMap<string, string>): readonly string[] {
  const own = new Set(['user-data-dir', 'remote-debugging-port', 'headless'])
  return [...asked]
    .filter(([key]) => !own.has(key))
    .map(([key, value]) => (value === '' ? `--${key}` : `--${key}=${value}`))
}
