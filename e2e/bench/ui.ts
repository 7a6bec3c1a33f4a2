/**
 * What the window costs: `node e2e/bench/ui.ts [--nodes 1000] [--idle-seconds 20]`. Needs a build and a Chromium. Prints one JSON
 * document and a table. Runs the served window (and the desktop app, which it names, where Electron is): cold and warm start to
 * live data, the event loop of the host, idle processor time of the host and of the page.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright'
import type { Browser, Page } from 'playwright'
import { findChromium } from '../support/chromium.ts'
import { launchDesktop } from '../support/desktop.ts'
import { describeElectron, findElectron } from '../support/electronDist.ts'
import { callFromPage } from '../support/fieldgateWindow.ts'
import { launchServe } from '../support/served.ts'
import { makeWorkspace } from '../support/workspaces.ts'

interface StartTimes {
  readonly servedMs: number
  readonly pageMs: number
  readonly liveDataMs: number
}

const TICKS_PER_SECOND = 100

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

/** Idle: a workspace whose nodes nobody writes, everything delivered, the window on the fleet and visible. */
async function measureIdle(browser: Browser, nodes: number, seconds: number) {
  const workspace = makeWorkspace({ nodes, rowsPerNode: 20 })
  const served = await launchServe(['--workspace', workspace.folder])
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  try {
    await page.goto(served.url)
    await page.getByRole('navigation').first().waitFor()
    for (let tries = 0; tries < 600; tries++) {
      const reply = await page.evaluate(callFromPage, { method: 'nodes.list', input: {} })
      if (reply.ok && (reply.value as readonly { backlog: number }[]).every((node) => node.backlog === 0)) break
      await sleep(500)
    }
    await sleep(10_000)
    const pid = served.process.pid as number
    const host = await percentOfACore(() => [pid], seconds)
    const browserPids = (): readonly number[] => family(process.pid).filter((one) => one !== process.pid && one !== pid)
    const window = await percentOfACore(browserPids, seconds)
    const tasks = await longTasks(page, 5)
    return { nodes, seconds, hostPercent: host, windowPercent: window, longTasksWhileScrolling: tasks }
  } finally {
    await page.close()
    await served.close()
    workspace.remove()
  }
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

/** Cold and warm start of the desktop app to a window with its navigation. */
async function measureDesktop(): Promise<{ readonly kind: string; readonly coldMs: number; readonly warmMs: number }> {
  const userData = await mkdtemp(join(tmpdir(), 'fieldgate-bench-'))
  const once = async (): Promise<number> => {
    const startedAt = performance.now()
    const desktop = await launchDesktop({ userData, args: ['--demo'] })
    const page = await desktop.page()
    await page.getByRole('navigation').first().waitFor()
    const ms = performance.now() - startedAt
    await desktop.close()
    return ms
  }
  try {
    return { kind: findElectron().kind, coldMs: await once(), warmMs: await once() }
  } finally {
    await rm(userData, { recursive: true, force: true })
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { nodes: { type: 'string', default: '1000' }, 'idle-seconds': { type: 'string', default: '20' } },
  })
  const browser = await chromium.launch(findChromium())
  try {
    const cold = await measureStart(browser)
    const warm = await measureStart(browser)
    const desktop = await measureDesktop()
    const idle = await measureIdle(browser, Number(values.nodes), Number(values['idle-seconds']))
    const result = { machine: `${cpus().length} × ${cpus()[0]?.model ?? ''}`, cold, warm, desktop, idle }
    console.log(JSON.stringify(result, undefined, 2))
    console.log(describeElectron(findElectron().kind))
    print('demo, cold: live data', cold.liveDataMs / 1000, 's', 5)
    print('demo, warm: live data', warm.liveDataMs / 1000, 's', 5)
    print(`idle host, ${idle.nodes} nodes`, idle.hostPercent, '% of a core', 1)
    print(`idle window, ${idle.nodes} nodes`, idle.windowPercent, '% of a core', 1)
    print('longest task while scrolling', idle.longTasksWhileScrolling.longestMs, 'ms', 50)
  } finally {
    await browser.close()
  }
}

function print(what: string, value: number, unit: string, target: number): void {
  const verdict = value <= target ? 'ok' : `SHORT of the target ${target}`
  console.log(`${what.padEnd(36)} ${value.toFixed(1).padStart(8)} ${unit}  ${verdict}`)
}

await main()
