/**
 * What the window costs: `node e2e/bench/ui.ts [--nodes 1000] [--idle-seconds 20] [--heap-minutes 1]
 * [--settle-seconds 330] [--fleet-only]`. Needs a build and a Chromium; Linux, because it reads /proc. Prints one JSON document and
 * a table: first and second start to live data of the served window and of the desktop app (it says whether that was Electron),
 * which `--fleet-only` leaves out; then on a workspace of so many nodes, everything delivered: a second start to the filled table,
 * processor time and memory of the host, processor time of the browser, typing into the filter, scrolling, heap.
 */
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright'
import type { Browser, Page } from 'playwright'
import { findChromium } from '../support/chromium.ts'
import { launchDesktop } from '../support/desktop.ts'
import { ROOT, describeElectron, findElectron } from '../support/electronDist.ts'
import { callFromPage } from '../support/fieldgateWindow.ts'
import { launchServe } from '../support/served.ts'
import { makeWorkspace } from '../support/workspaces.ts'

interface StartTimes {
  readonly servedMs: number
  readonly pageMs: number
  readonly liveDataMs: number
}

const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4096

/** Processor seconds of a process and all its threads so far; Linux only. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** A process and everything it started. */
function family(pid: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      parents.set(Number(name), Number(fields[1]))
    } catch {
      // It ended while the list was read.
    }
  }
  const found = [pid]
  for (const one of found) for (const [child, parent] of parents) if (parent === one) found.push(child)
  return found
}

async function percentOfACore(pids: () => readonly number[], seconds: number): Promise<number> {
  const total = (): number => pids().reduce((sum, pid) => sum + safely(() => cpuSeconds(pid)), 0)
  const before = total()
  await sleep(seconds * 1000)
  return ((total() - before) / seconds) * 100
}

function safely(work: () => number): number {
  try {
    return work()
  } catch {
    return 0
  }
}

/** From the start of the process until a node with delivered rows is on the screen. */
async function measureStart(browser: Browser): Promise<StartTimes> {
  const startedAt = performance.now()
  const served = await launchServe(['--demo'])
  const servedMs = performance.now() - startedAt
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  try {
    await page.goto(served.url)
    await page.getByRole('navigation').first().waitFor()
    const pageMs = performance.now() - startedAt
    await waitForLiveData(page)
    return { servedMs, pageMs, liveDataMs: performance.now() - startedAt }
  } finally {
    await page.close()
    await served.close()
  }
}

async function waitForLiveData(page: Page): Promise<void> {
  for (;;) {
    const reply = await page.evaluate(callFromPage, { method: 'executions.list', input: { limit: 1 } })
    if (reply.ok && (reply.value as readonly unknown[]).length > 0) return
    await sleep(50)
  }
}

interface IdleOptions {
  readonly nodes: number
  readonly seconds: number
  readonly heapMinutes: number
  readonly settleSeconds: number
}

/** Idle: a workspace whose nodes nobody writes, everything delivered, the window on the fleet and visible. */
async function measureIdle(browser: Browser, { nodes, seconds, heapMinutes, settleSeconds }: IdleOptions) {
  const workspace = makeWorkspace({ nodes, rowsPerNode: 20, intervalSeconds: 30 })
  await deliverAll(workspace.folder)
  const startedAt = performance.now()
  const served = await launchServe(['--workspace', workspace.folder])
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  try {
    await page.goto(served.url)
    await page.getByRole('row').nth(5).waitFor()
    const openMs = performance.now() - startedAt
    // Sparklines of a new engine grow for five minutes, and every longer one is news.
    await sleep(settleSeconds * 1000)
    const pid = served.process.pid as number
    const host = await percentOfACore(() => [pid], seconds)
    const browserPids = (): readonly number[] => family(process.pid).filter((one) => one !== process.pid && one !== pid)
    const window = await percentOfACore(browserPids, seconds)
    const hostMb = residentMb(pid)
    const heap = await heapGrowth(page, heapMinutes)
    const filterMs = await slowestKey(page)
    const tasks = await longTasks(page, 5)
    return {
      nodes,
      seconds,
      openMs,
      hostPercent: host,
      hostMb,
      windowPercent: window,
      heap,
      filterMs,
      longTasksWhileScrolling: tasks,
    }
  } finally {
    await page.close()
    await served.close()
    workspace.remove()
  }
}

/** Delivers everything that waits in a workspace, and ends. */
async function deliverAll(folder: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn(process.execPath, [join(ROOT, 'out/main/cli.js'), 'upload', '--once', '--workspace', folder], {
    stdio: 'ignore',
  })
  child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`The upload ended with ${code}.`))))
  await promise
}

function residentMb(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
  return (pages * PAGE_BYTES) / 1e6
}

/** Heap of the page after collecting garbage, before and after some minutes of an open window. */
async function heapGrowth(
  page: Page,
  minutes: number,
): Promise<{ readonly minutes: number; readonly beforeMb: number; readonly afterMb: number }> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const heapMb = async (): Promise<number> => {
    await session.send('HeapProfiler.collectGarbage')
    const { metrics } = await session.send('Performance.getMetrics')
    return (metrics.find((metric) => metric.name === 'JSHeapUsedSize')?.value ?? 0) / 1e6
  }
  const beforeMb = await heapMb()
  await sleep(minutes * 60_000)
  const afterMb = await heapMb()
  await session.detach()
  return { minutes, beforeMb, afterMb }
}

/** Types into the filter of the fleet; the slowest key from press to the paint after it, in steps of 8 ms. */
async function slowestKey(page: Page): Promise<number> {
  await page.evaluate(() => {
    const found: number[] = []
    Reflect.set(window, 'keyTimes', found)
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (/key|input/.test(entry.name)) found.push(entry.duration)
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
  })
  await page.keyboard.press('f')
  await page.keyboard.type('node-04', { delay: 250 })
  await sleep(1000)
  await page.keyboard.press('Escape')
  return Math.max(0, ...(await page.evaluate(() => Reflect.get(window, 'keyTimes') as number[])))
}

/** Scrolls the fleet's table for some seconds and counts tasks of the page over 50 ms. */
async function longTasks(page: Page, seconds: number): Promise<{ readonly count: number; readonly longestMs: number }> {
  await page.evaluate(() => {
    const found: number[] = []
    Reflect.set(window, 'longTasks', found)
    new PerformanceObserver((list) => found.push(...list.getEntries().map((entry) => entry.duration))).observe({
      type: 'longtask',
    })
  })
  await page.mouse.move(500, 500)
  const until = performance.now() + seconds * 1000
  while (performance.now() < until) {
    await page.mouse.wheel(0, 400)
    await sleep(50)
  }
  const found = await page.evaluate(() => Reflect.get(window, 'longTasks') as number[])
  return { count: found.length, longestMs: Math.round(Math.max(0, ...found)) }
}

interface DesktopTimes {
  readonly kind: string
  readonly firstMs: number
  readonly secondMs: number
  readonly loopP99Ms: number
}

/** First and second start of the desktop app to a window with its navigation, and its main process while a demo runs. */
async function measureDesktop(): Promise<DesktopTimes> {
  const userData = await mkdtemp(join(tmpdir(), 'fieldgate-bench-'))
  const once = async (): Promise<{ readonly ms: number; readonly loopP99Ms: number }> => {
    const startedAt = performance.now()
    const desktop = await launchDesktop({ userData, args: ['--demo'] })
    const page = await desktop.page()
    await page.getByRole('navigation').first().waitFor()
    const ms = performance.now() - startedAt
    await sleep(5000)
    const loopP99Ms = await desktop.app.evaluate(mainLoopP99, 15_000)
    await desktop.close()
    return { ms, loopP99Ms }
  }
  try {
    const first = await once()
    const second = await once()
    return { kind: findElectron().kind, firstMs: first.ms, secondMs: second.ms, loopP99Ms: second.loopP99Ms }
  } finally {
    await rm(userData, { recursive: true, force: true })
  }
}

/** Runs in the main process: how late its event loop is, 99th percentile over so many milliseconds, timer resolution taken off. */
async function mainLoopP99(_electron: unknown, ms: number): Promise<number> {
  const resolution = 5
  const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks')
  const delay = monitorEventLoopDelay({ resolution })
  delay.enable()
  await new Promise((resolve) => setTimeout(resolve, ms))
  delay.disable()
  return Math.max(0, delay.percentile(99) / 1e6 - resolution)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string', default: '1000' },
      'idle-seconds': { type: 'string', default: '20' },
      'heap-minutes': { type: 'string', default: '1' },
      'settle-seconds': { type: 'string', default: '330' },
      'fleet-only': { type: 'boolean', default: false },
    },
  })
  const browser = await chromium.launch(findChromium())
  try {
    const starts = values['fleet-only'] ? undefined : await measureStarts(browser)
    const idle = await measureIdle(browser, {
      nodes: Number(values.nodes),
      seconds: Number(values['idle-seconds']),
      heapMinutes: Number(values['heap-minutes']),
      settleSeconds: Number(values['settle-seconds']),
    })
    const machine = { processors: cpus().length, model: cpus()[0]?.model, loadAverage: loadavg()[0] }
    console.log(JSON.stringify({ machine, ...starts, idle }, undefined, 2))
    if ((machine.loadAverage ?? 0) > machine.processors)
      console.log('The machine was busy with other work: times are too long.')
    if (starts !== undefined) printStarts(starts)
    print(`second start, ${idle.nodes} nodes: filled table`, idle.openMs / 1000, 's', idle.nodes > 1000 ? 3 : 2)
    print(`idle host, ${idle.nodes} nodes`, idle.hostPercent, '% of a core', 1)
    print(`host memory, ${idle.nodes} nodes`, idle.hostMb, 'MB', 350)
    print(`idle browser, ${idle.nodes} nodes`, idle.windowPercent, '% of a core', 1)
    print(`heap growth in ${idle.heap.minutes} min`, idle.heap.afterMb - idle.heap.beforeMb, 'MB', 2)
    print('filter: slowest key to paint', idle.filterMs, 'ms', 50)
    print('longest task while scrolling', idle.longTasksWhileScrolling.longestMs, 'ms', 50)
  } finally {
    await browser.close()
  }
}

async function measureStarts(browser: Browser) {
  return {
    first: await measureStart(browser),
    second: await measureStart(browser),
    desktop: await measureDesktop(),
  }
}

function printStarts({ first, second, desktop }: Awaited<ReturnType<typeof measureStarts>>): void {
  console.log(describeElectron(findElectron().kind))
  print('served demo, first start: live data', first.liveDataMs / 1000, 's', 5)
  print('served demo, second start: live data', second.liveDataMs / 1000, 's', 5)
  print('desktop, second start: window', desktop.secondMs / 1000, 's', 5)
  print('main process, event loop p99', desktop.loopP99Ms, 'ms', 16)
}

function print(what: string, value: number, unit: string, target: number): void {
  const verdict = value <= target ? 'ok' : `SHORT of the target ${target}`
  console.log(`${what.padEnd(36)} ${value.toFixed(1).padStart(8)} ${unit}  ${verdict}`)
}

await main()
