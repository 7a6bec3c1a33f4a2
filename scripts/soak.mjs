/**
 * `npm run soak -- --hours 24`: the demo fleet in real time. Samples memory, open files and ledger each minute, prints them, and
 * exits 1 when one grows beyond its bound or the process ends. Open files are counted on Linux only.
 */
import { spawn, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bootstrap } from './lib/bootstrap.mjs'
import { findGrowth, slopes } from './lib/growth.mjs'
import { ROOT } from './lib/paths.mjs'
import { childEnv } from './lib/run.mjs'

const MINUTE_MS = 60_000

/** The pid and workspace of a demo that serves; it is ended with SIGTERM. */
async function startDemo(temporary) {
  const entry = join(ROOT, 'electron', 'cli', 'index.ts')
  const child = spawn(process.execPath, [entry, 'serve', '--demo', '--json'], {
    env: childEnv({ TMPDIR: temporary }),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)))
  let out = ''
  const told = new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text
      if (out.includes('\n')) resolve(JSON.parse(out.slice(0, out.indexOf('\n'))))
    })
  })
  const served = await Promise.race([told, ended])
  if (typeof served === 'number') throw new Error(`The demo ended with ${served} before it served.`)
  return { child, ended, ...served }
}

function sample({ pid, workspace }, startedAt) {
  return {
    atMs: Math.round(performance.now() - startedAt),
    rssBytes: rssOf(pid),
    openFiles: existsSync(`/proc/${pid}/fd`) ? readdirSync(`/proc/${pid}/fd`).length : 0,
    ledgerBytes: sizeOf(join(workspace, 'state', 'ledger.db')) + sizeOf(join(workspace, 'state', 'ledger.db-wal')),
  }
}

function rssOf(pid) {
  const path = `/proc/${pid}/status`
  const kilobytes = existsSync(path)
    ? /VmRSS:\s+(\d+)/.exec(readFileSync(path, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })
  return Number(kilobytes) * 1024
}

function sizeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function print({ atMs, rssBytes, openFiles, ledgerBytes }) {
  const mebibytes = (bytes) => `${(bytes / (1 << 20)).toFixed(1)} MiB`.padStart(12)
  const minutes = (atMs / MINUTE_MS).toFixed(1).padStart(8)
  process.stdout.write(`${minutes}${mebibytes(rssBytes)}${String(openFiles).padStart(8)}${mebibytes(ledgerBytes)}\n`)
}

async function soak(hours) {
  const temporary = mkdtempSync(join(tmpdir(), 'fieldgate-soak-'))
  const startedAt = performance.now()
  const demo = await startDemo(temporary)
  const samples = []
  try {
    process.stdout.write(' minutes      memory   files      ledger\n')
    // A short run is sampled more often, so that there is enough to judge.
    const everyMs = Math.min(MINUTE_MS, (hours * 60 * MINUTE_MS) / 12)
    let hasEnded = false
    void demo.ended.then(() => (hasEnded = true))
    while (performance.now() - startedAt < hours * 60 * MINUTE_MS) {
      await new Promise((resolve) => setTimeout(resolve, everyMs))
      if (hasEnded) throw new Error('The demo ended by itself.')
      samples.push(sample(demo, startedAt))
      print(samples.at(-1))
    }
  } finally {
    demo.child.kill('SIGTERM')
    await demo.ended
    rmSync(temporary, { recursive: true, force: true })
  }
  printSlopes(samples)
  return findGrowth(samples)
}

function printSlopes(samples) {
  for (const { name, key, perHour } of slopes(samples)) {
    const grown = key === 'openFiles' ? perHour.toFixed(1) : `${(perHour / (1 << 20)).toFixed(1)} MiB`
    process.stdout.write(`${name}: ${grown} per hour in the second half\n`)
  }
}

if (await bootstrap(fileURLToPath(import.meta.url), process.argv.slice(2))) {
  const { values } = parseArgs({ options: { hours: { type: 'string', default: '24' } } })
  const findings = await soak(Number(values.hours))
  for (const finding of findings) process.stderr.write(`error: ${finding}\n`)
  process.stdout.write(findings.length === 0 ? 'Nothing grew beyond its bound.\n' : 'It grows.\n')
  process.exitCode = findings.length === 0 ? 0 : 1
}
