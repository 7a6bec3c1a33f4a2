/**
 * `npm run trace:start`: where the time of a start goes, on the build in out/. Prints medians of five starts, and what the window loads
 * at once and later; writes a CPU profile of one start for DevTools.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bootstrap } from './lib/bootstrap.mjs'
import { ROOT } from './lib/paths.mjs'

const CLI = join(ROOT, 'out/main/cli.js')
const RENDERER = join(ROOT, 'out/renderer')
const PROFILES = join(ROOT, 'out/profiles')
const STARTS = 5

async function main() {
  if (!existsSync(CLI)) {
    process.stderr.write('error: There is no build.\nhint: Run "npm run build" first.\n')
    process.exitCode = 1
    return
  }
  const starts = []
  for (let at = 0; at < STARTS; at++) starts.push(await traceStart([]))
  for (const name of Object.keys(starts[0])) print(name, `${median(starts.map((start) => start[name])).toFixed(0)} ms`)
  for (const [name, bytes] of Object.entries(windowSizes())) print(name, `${(bytes / 1024).toFixed(0)} KB`)
  await traceStart(['--cpu-prof', `--cpu-prof-dir=${PROFILES}`])
  print('CPU profile', 'in out/profiles; open it in DevTools, Performance')
}

/** Starts `serve` in an empty workspace and notes when the command, the server and the engine answer, in milliseconds. */
async function traceStart(nodeArgs) {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-trace-'))
  const begunAt = performance.now()
  const since = () => performance.now() - begunAt
  const child = spawn(process.execPath, [...nodeArgs, CLI, 'serve', '--workspace', folder, '--json'])
  try {
    const [line] = await once(child.stdout, 'data')
    const listening = since()
    const { url } = JSON.parse(String(line).split('\n')[0])
    await (await fetch(url)).text()
    const page = since()
    while (!(await fetch(new URL('/api/health', url))).ok) await new Promise((resolve) => setTimeout(resolve, 5))
    return { 'process to listening': listening, 'process to page': page, 'process to engine running': since() }
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
    rmSync(folder, { recursive: true })
  }
}

/** Bytes of script that the window waits for, and of what comes when a screen asks for it. */
function windowSizes() {
  const page = readFileSync(join(RENDERER, 'index.html'), 'utf8')
  const assets = readdirSync(join(RENDERER, 'assets')).filter((name) => name.endsWith('.js'))
  const first = new Set()
  const visit = (name) => {
    if (first.has(name)) return
    first.add(name)
    const text = readFileSync(join(RENDERER, 'assets', name), 'utf8')
    for (const [, next] of text.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) visit(next)
  }
  for (const name of assets) if (page.includes(name)) visit(name)
  const sum = (names) => names.reduce((bytes, name) => bytes + statSync(join(RENDERER, 'assets', name)).size, 0)
  return { 'script at start': sum([...first]), 'script later': sum(assets.filter((name) => !first.has(name))) }
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

function print(name, value) {
  process.stdout.write(`${name.padEnd(28)}${value}\n`)
}

if (await bootstrap(fileURLToPath(import.meta.url), process.argv.slice(2))) await main()
