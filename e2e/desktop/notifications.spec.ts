import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { launchDesktop } from '../support/desktop.ts'
import { fieldgateWindow } from '../support/fieldgateWindow.ts'
import { makeWorkspace } from '../support/workspaces.ts'

test('what a person does not want to be interrupted for is remembered over a start', async () => {
  const userData = mkdtempSync(join(tmpdir(), 'fieldgate-e2e-'))
  const workspace = makeWorkspace({ nodes: 1, rowsPerNode: 10 })
  const first = await launchDesktop({ userData, args: ['--workspace', workspace.folder] })
  try {
    const { page, ...window } = fieldgateWindow(await first.page())
    await page.waitForFunction(() => 'fieldgate' in globalThis)
    await window.goTo('settings/notifications')
    const stalls = page.getByRole('switch', { name: 'Something stands still' })
    await expect(stalls).toBeChecked()
    await stalls.click()
    await expect(stalls).not.toBeChecked()
  } finally {
    await first.close()
  }
  const second = await launchDesktop({ userData })
  try {
    const window = fieldgateWindow(await second.page())
    await window.page.waitForFunction(() => 'fieldgate' in globalThis)
    expect((await window.callHost('host.info', {})).notifications).toEqual({
      emergency: true,
      stalls: false,
      quiet: null,
    })
  } finally {
    await second.close()
    workspace.remove()
    rmSync(userData, { recursive: true, force: true, maxRetries: 5 })
  }
})
