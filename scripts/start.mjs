/** `npm start`: the desktop app where it can run, else the same window in a browser. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bootstrap } from './lib/bootstrap.mjs'
import { ROOT } from './lib/paths.mjs'
import { capture, inherit, seconds } from './lib/run.mjs'

const SOURCES = ['electron', 'renderer', 'shared', 'resources', 'electron.vite.config.ts', 'package-lock.json']
const bin = (name) => join(ROOT, 'node_modules', '.bin', name)

function newestChange(path) {
  if (!existsSync(path)) return 0
  const found = statSync(path)
  if (!found.isDirectory()) return found.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newestChange(join(path, name))))
}

/** Builds when a source is newer than the build. */
async function build() {
  const builtAt = ['out/main/index.js', 'out/renderer/index.html'].map((path) => newestChange(join(ROOT, path)))
  if (Math.min(...builtAt) > Math.max(...SOURCES.map((path) => newestChange(join(ROOT, path))))) return
  const startedAt = performance.now()
  process.stdout.write('Building … ')
  const { code, output } = await capture(bin('electron-vite'), ['build', '--logLevel', 'warn'])
  process.stdout.write(code === 0 ? `${seconds(startedAt)}\n` : `failed\n${output}\n`)
  if (code !== 0) process.exit(1)
}

/** Why the desktop app cannot run here, or undefined when it can. Electron's binary is fetched when it is missing. */
async function desktopProblem() {
  const isLinux = process.platform === 'linux'
  if (isLinux && process.env.DISPLAY === undefined && process.env.WAYLAND_DISPLAY === undefined)
    return 'there is no display'
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH !== undefined) return undefined
  if (isLinux && process.getuid?.() === 0) return 'the desktop app does not run as root'
  const { code } = await capture(bin('install-electron'), [])
  return code === 0 ? undefined : "Electron's binary is not here and could not be fetched"
}

async function main(args) {
  await build()
  const problem = await desktopProblem()
  if (problem === undefined) {
    process.exitCode = await inherit(bin('electron'), ['.', ...args])
    return
  }
  process.stdout.write(`The desktop app cannot start: ${problem}. The same window is served to a browser instead.\n`)
  const { isAnythingConfigured } = await import('../electron/core/config/loadConfig.ts')
  const isNamed = args.some((arg) => /^--(config|workspace|sqlite|demo)\b/.test(arg))
  const isDemo = !isNamed && !isAnythingConfigured({ env: process.env, cwd: process.cwd() })
  process.exitCode = await inherit(process.execPath, [
    join(ROOT, 'electron', 'cli', 'index.ts'),
    'serve',
    ...(isDemo ? ['--demo'] : []),
    ...args,
  ])
}

if (await bootstrap(fileURLToPath(import.meta.url), process.argv.slice(2))) await main(process.argv.slice(2))
