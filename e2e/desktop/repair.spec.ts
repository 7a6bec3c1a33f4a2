import { expect, test } from '@playwright/test'
import { launchDesktop } from '../support/desktop.ts'
import { fieldgateWindow } from '../support/fieldgateWindow.ts'
import { makeWorkspace } from '../support/workspaces.ts'

test('an object that somebody deleted is missed by the proof, and put back with one button', async () => {
  const workspace = makeWorkspace({ nodes: 2, rowsPerNode: 500 })
  const desktop = await launchDesktop({ args: ['--workspace', workspace.folder] })
  try {
    const fieldgate = fieldgateWindow(await desktop.page())
    const { page } = fieldgate
    await page.waitForFunction(() => 'fieldgate' in window)
    await fieldgate.drained()
    const { buckets } = await fieldgate.call('workspace.get', {})
    const bucket = buckets['raw'] ?? ''
    const { objects } = await fieldgate.call('objects.list', { bucket })
    const [first] = objects
    await fieldgate.call('objects.delete', { bucket, keys: [first?.key ?? ''], confirm: 1, by: 'e2e' })

    await fieldgate.open('proof')
    await page
      .getByRole('button', { name: 'Check again' })
      .or(page.getByRole('button', { name: 'Check now' }))
      .click()
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/[1-9]\d* missing/)
    await page.getByRole('button', { name: 'Deliver what is missing' }).click()
    await expect(page.getByText('Put back 1 object')).toBeVisible({ timeout: 30_000 })
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('0 missing, 0 duplicated')
    await expect(page.getByRole('button', { name: 'Deliver what is missing' })).toHaveCount(0)
    expect((await fieldgate.call('objects.list', { bucket })).objects.map(({ key }) => key)).toContain(first?.key)
    await fieldgate.proven()
  } finally {
    await desktop.close()
    workspace.remove()
  }
})
