// Pictures of every screen and state, both themes, 1440 × 900 and 1280 × 800: `node scripts/screenshots.mjs [FOLDER [FILE…]]`;
// with names of files only those.
// Serves a fresh demo from the build, tells its story, and looks. Needs `npm run build` and a Chromium.
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright'
import { findChromium } from '../e2e/support/chromium.ts'
import { callFromPage } from '../e2e/support/fieldgateWindow.ts'
import { launchServe } from '../e2e/support/served.ts'

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '../docs/images'))
const wanted = new Set(process.argv.slice(3))
const SIZES = [
  { name: '1440', width: 1440, height: 900 },
  { name: '1280', width: 1280, height: 800 },
]
const THEMES = ['dark', 'light']
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

/** Every picture: where, and what to do first. `only` keeps a state to the large dark picture. */
const SCENES = [
  { name: 'fleet', place: 'fleet' },
  { name: 'fleet-selected', place: 'fleet', before: (tools) => tools.selectRows(3), only: 'dark' },
  { name: 'node', place: (tools) => `node/${tools.nodeId}` },
  { name: 'pipelines', place: 'pipelines' },
  { name: 'pipelines-rules', place: 'pipelines', before: (tools) => tools.tab('Rules'), only: 'dark' },
  { name: 'pipelines-contracts', place: 'pipelines', before: (tools) => tools.tab('Contracts'), only: 'dark' },
  { name: 'pipelines-quarantine', place: 'pipelines', before: (tools) => tools.tab('Quarantine'), only: 'dark' },
  { name: 'buckets', place: 'buckets', before: (tools) => tools.firstObject() },
  { name: 'proof', place: 'proof' },
  { name: 'activity', place: 'activity', before: (tools) => tools.firstRow() },
  { name: 'simulator', place: 'simulator' },
  { name: 'settings', place: 'settings' },
  { name: 'settings-store', place: 'settings/store', only: 'dark' },
  { name: 'settings-nodes', place: 'settings/nodes', only: 'dark' },
  { name: 'palette', place: 'fleet', before: (tools) => tools.palette('midland'), only: 'dark' },
  { name: 'shortcuts', place: 'fleet', before: (tools) => tools.page.keyboard.press('?'), only: 'dark' },
  { name: 'recovery', place: 'recovery', only: 'dark' },
]
const CUT_SCENES = [
  { name: 'fleet-link-cut', place: 'fleet' },
  { name: 'node-link-cut', place: (tools) => `node/${tools.nodeId}`, only: 'dark' },
  { name: 'activity-link-cut', place: 'activity', only: 'dark' },
]

function toolsFor(page, nodeId) {
  const quietly = (work) => work.catch((error) => console.log(`  (${error.message.split('\n')[0]})`))
  return {
    page,
    nodeId,
    call: (method, input) => page.evaluate(callFromPage, { method, input }),
    selectRows: async (count) => {
      const rows = page.getByRole('row')
      await quietly(rows.nth(3).click({ timeout: 3000 }))
      for (let at = 0; at < count; at++) {
        await page.keyboard.press('Space')
        await page.keyboard.press('ArrowDown')
      }
    },
    tab: (name) => quietly(page.getByRole('tab', { name: new RegExp(name) }).click({ timeout: 3000 })),
    firstRow: () => quietly(page.getByRole('row').nth(1).click({ timeout: 3000 })),
    firstObject: async () => {
      const { ok, value } = await page.evaluate(callFromPage, { method: 'workspace.get', input: {} })
      const bucket = ok ? value.buckets.raw : undefined
      const listed = await page.evaluate(callFromPage, {
        method: 'objects.list',
        input: { bucket, prefix: 'raw/', maxKeys: 1 },
      })
      if (listed.ok && listed.value.objects[0] !== undefined) {
        const prefix = listed.value.objects[0].key.split('/').slice(0, -1).join('/')
        await page.evaluate(
          (hash) => void (location.hash = hash),
          `#/buckets/${encodeURIComponent(bucket)}?prefix=${encodeURIComponent(`${prefix}/`)}`,
        )
        await sleep(800)
      }
      await quietly(page.getByRole('row').nth(1).click({ timeout: 3000 }))
    },
    palette: async (text) => {
      await page.keyboard.press('Control+k')
      await page.keyboard.type(text)
    },
  }
}

async function shoot(tools, scenes) {
  for (const theme of THEMES) {
    for (const size of SIZES) {
      await tools.page.setViewportSize({ width: size.width, height: size.height })
      for (const scene of scenes) {
        if (scene.only !== undefined && (theme !== scene.only || size.name !== '1440')) continue
        const file = `${scene.name}-${theme}${size.name === '1440' ? '' : `-${size.name}`}.png`
        if (wanted.size > 0 && !wanted.has(file)) continue
        const place = typeof scene.place === 'function' ? scene.place(tools) : scene.place
        await tools.page.evaluate((hash) => void (location.hash = hash), `#/${place}`)
        await setTheme(tools.page, theme)
        await sleep(900)
        await scene.before?.(tools)
        await settled(tools.page)
        await tools.page.screenshot({ path: join(folder, file) })
        console.log(file)
        await tools.page.keyboard.press('Escape')
        await tools.page.keyboard.press('Escape')
      }
    }
  }
}

/** Waits until nothing on the page says that it loads; a state that never ends is pictured as it is. */
async function settled(page) {
  await sleep(500)
  await page
    .waitForFunction(() => !/\bLoading\b/.test(document.body.innerText), undefined, { timeout: 10_000 })
    .catch(() => undefined)
  await sleep(200)
}

async function setTheme(page, theme) {
  const root = page.locator('html')
  if ((await root.getAttribute('data-theme')) === theme) return
  await page
    .getByRole('button', { name: 'Switch theme' })
    .click({ timeout: 3000 })
    .catch(() => undefined)
  // Whoever looks has not just pressed that button.
  await page.evaluate(() => document.activeElement?.blur())
}

async function main() {
  await mkdir(folder, { recursive: true })
  const served = await launchServe(['--demo'])
  const browser = await chromium.launch(findChromium())
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' })
    page.on('pageerror', (error) => console.log(`  page error: ${error.message}`))
    await page.goto(served.url)
    await page.getByRole('navigation').first().waitFor({ timeout: 60_000 })
    const probe = toolsFor(page, '')
    for (let tries = 0; tries < 60; tries++) {
      const status = await probe.call('fleet.status', {})
      if (status.ok && status.value.backlogRows < 2000 && status.value.nodesWriting > 40) break
      await sleep(1000)
    }
    const nodes = await probe.call('nodes.list', {})
    const nodeId = nodes.value.find((node) => node.nodeId.startsWith('midland'))?.nodeId ?? nodes.value[0].nodeId
    const tools = toolsFor(page, nodeId)
    await tools.call('simulator.inject', { nodeIds: [nodeId], type: 'spike', seconds: 20 })
    await tools.call('pipelines.set', { nodeId, type: 'emergency', by: 'a.meyer', reason: 'Tank pressure above limit' })
    await tools.call('pipelines.set', {
      nodeId: nodes.value[5].nodeId,
      type: 'aggregated',
      by: 'ops',
      reason: 'Save bandwidth',
    })
    for (let tries = 0; tries < 180; tries++) {
      const status = await tools.call('fleet.status', {})
      if (status.ok && status.value.proof.state === 'clean') break
      await sleep(1000)
    }
    // A minute of life, so that trends have something to show.
    await sleep(60_000)
    await shoot(tools, SCENES)
    if (wanted.size > 0) return
    await tools.call('demo.setFault', { fault: 'cutLink', isActive: true })
    await sleep(20_000)
    await shoot(tools, CUT_SCENES)
  } finally {
    await browser.close()
    await served.close()
  }
}

await main()
