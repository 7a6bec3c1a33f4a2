import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { launchDesktop } from '../support/desktop.ts'
import type { Desktop } from '../support/desktop.ts'
import { ROOT, electronBinary } from '../support/electronDist.ts'
import { fieldgateWindow } from '../support/fieldgateWindow.ts'
import type { FieldgateWindow } from '../support/fieldgateWindow.ts'
import { makeWorkspace } from '../support/workspaces.ts'
import type { TestWorkspace } from '../support/workspaces.ts'

const ROWS = 60_000
let userData: string
let workspace: TestWorkspace

test.beforeEach(() => {
  userData = mkdtempSync(join(tmpdir(), 'fieldgate-e2e-'))
})
test.afterEach(() => {
  rmSync(userData, { recursive: true, force: true, maxRetries: 5 })
  workspace.remove()
})

async function start(): Promise<{ readonly desktop: Desktop; readonly fieldgate: FieldgateWindow }> {
  const desktop = await launchDesktop({ userData, args: ['--workspace', workspace.folder] })
  const page = await desktop.page()
  await page.waitForFunction(() => 'fieldgate' in window)
  return { desktop, fieldgate: fieldgateWindow(page) }
}

/** Waits until an upload is under way. */
async function midUpload(fieldgate: FieldgateWindow): Promise<void> {
  await expect
    .poll(
      async () =>
        (await fieldgate.call('executions.list', { limit: 50 })).filter(
          (one) => one.state === 'claimed' || one.state === 'encoded',
        ).length,
    )
    .toBeGreaterThan(0)
}

async function expectDelivered(fieldgate: FieldgateWindow): Promise<void> {
  await fieldgate.call('link.set', { bytesPerSecond: null, by: 'e2e' })
  await fieldgate.drained()
  const report = await fieldgate.proven()
  expect(report.totals.sourceRows).toBe(ROWS * workspace.nodes.length)
}

test('quitting during an upload, and starting again: it resumes, nothing is lost or doubled', async () => {
  workspace = makeWorkspace({ nodes: 2, rowsPerNode: ROWS, bytesPerSecond: 20_000 })
  const first = await start()
  await midUpload(first.fieldgate)
  await first.desktop.close()
  const second = await start()
  await expectDelivered(second.fieldgate)
  await second.desktop.close()
})

test('killed in the middle of an upload, and started again: the proof is clean', async () => {
  workspace = makeWorkspace({ nodes: 2, rowsPerNode: ROWS, bytesPerSecond: 20_000 })
  const first = await start()
  await midUpload(first.fieldgate)
  await first.desktop.kill()
  const second = await start()
  await expectDelivered(second.fieldgate)
  await second.desktop.close()
})

test('a second instance hands its link to the first and ends', async () => {
  workspace = makeWorkspace({ nodes: 1, rowsPerNode: 10 })
  const { desktop, fieldgate } = await start()
  const second = spawn(electronBinary(), [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ROOT,
    `--user-data-dir=${userData}`,
    'fieldgate://node/node-01',
  ])
  await once(second, 'exit')
  await expect(fieldgate.page).toHaveURL(/#\/node\/node-01/)
  expect(desktop.app.windows()).toHaveLength(1)
  await desktop.close()
})

test('the workspace and the size of the window are remembered', async () => {
  workspace = makeWorkspace({ nodes: 1, rowsPerNode: 10 })
  const first = await start()
  await (
    await first.desktop.app.browserWindow(first.fieldgate.page)
  ).evaluate((window) => window.setBounds({ x: 40, y: 50, width: 1300, height: 820 }))
  await first.desktop.close()
  const desktop = await launchDesktop({ userData })
  const page = await desktop.page()
  await page.waitForFunction(() => 'fieldgate' in window)
  expect(await fieldgateWindow(page).call('workspace.get', {})).toMatchObject({
    folder: workspace.folder,
    isDemo: false,
  })
  expect(await (await desktop.app.browserWindow(page)).evaluate((window) => window.getNormalBounds())).toMatchObject({
    width: 1300,
    height: 820,
  })
  await desktop.close()
})

test('broken settings: the window opens in recovery, and the last good ones bring it back', async () => {
  workspace = makeWorkspace({ nodes: 1, rowsPerNode: 10 })
  const first = await start()
  await first.fieldgate.drained()
  await first.desktop.close()
  const file = join(workspace.folder, 'fieldgate.yaml')
  const broken = 'nodes: [ { id:'
  writeFileSync(file, broken)
  const { desktop, fieldgate } = await start()
  await expect(fieldgate.page).toHaveURL(/#\/recovery/)
  const { recovery } = await fieldgate.callHost('host.info', {})
  expect(recovery).toMatchObject({ part: 'settings' })
  expect(readFileSync(recovery?.setAside ?? '', 'utf8')).toBe(broken)
  await expect(fieldgate.page.getByRole('radiogroup')).toBeVisible()
  await fieldgate.page.keyboard.press('Control+Enter')
  await expect(fieldgate.page).toHaveURL(/#\/fleet/)
  await fieldgate.drained()
  await desktop.close()
})

test('the menu and the tray reach the window', async () => {
  workspace = makeWorkspace({ nodes: 1, rowsPerNode: 10 })
  const { desktop, fieldgate } = await start()
  await desktop.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('view.proof')?.click())
  await expect(fieldgate.page).toHaveURL(/#\/proof/)
  await desktop.close()
})
