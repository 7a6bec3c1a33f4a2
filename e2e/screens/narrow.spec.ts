import { AxeBuilder } from '@axe-core/playwright'
import type { FieldgateWindow } from '../support/fieldgateWindow.ts'
import { expect, test } from '../support/fixtures.ts'

/** Every screen with a side pane, and the button that opens it where the window is narrow. */
const PANES = [
  { place: 'fleet', label: 'Map and attention' },
  { place: 'node', label: 'Pipeline and uploader' },
  { place: 'pipelines', label: 'Types, rule and quarantine' },
  { place: 'buckets', label: 'Object preview' },
  { place: 'proof', label: 'Day and trace' },
  { place: 'activity', label: 'Detail' },
  { place: 'simulator', label: 'Controls' },
  { place: 'settings/store', label: 'The file as it would be' },
  { place: 'settings/nodes', label: 'What will happen' },
] as const

test.describe('in a window of 1024 by 700', () => {
  test.beforeEach(async ({ fieldgate }) => {
    await fieldgate.page.setViewportSize({ width: 1024, height: 700 })
  })
  test.afterEach(async ({ fieldgate }) => {
    await fieldgate.page.keyboard.press('Escape')
    await fieldgate.page.setViewportSize({ width: 1440, height: 900 })
  })

  for (const { place, label } of PANES) {
    test(`the side pane of ${place} is a drawer that Escape closes`, async ({ fieldgate, complaints }) => {
      const { page } = fieldgate
      await goTo(fieldgate, place)
      const button = page.getByRole('button', { name: label, exact: true })
      await button.click()
      const drawer = page.getByRole('dialog', { name: label })
      await expect(drawer).toBeVisible()
      const box = await drawer.boundingBox()
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeCloseTo(1024, 0)
      for (const theme of ['dark', 'light'] as const) {
        await page.evaluate((next) => (document.documentElement.dataset['theme'] = next), theme)
        const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
        expect(
          violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, nodes }) => [id, ...nodes.map((node) => node.html)]),
        ).toEqual([])
      }
      await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'))
      await page.keyboard.press('Escape')
      await expect(drawer).toHaveCount(0)
      await expect(button).toBeFocused()
      expect(complaints).toEqual([])
    })
  }
})

async function goTo(fieldgate: FieldgateWindow, place: string): Promise<void> {
  if (place === 'node') {
    const [node] = await fieldgate.call('nodes.list', {})
    await fieldgate.goTo(`node/${node?.nodeId}`)
    return
  }
  // The proof has its pane once there is a proof.
  if (place === 'proof') await fieldgate.proven()
  await fieldgate.goTo(place)
}
