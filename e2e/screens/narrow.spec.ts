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
      // The first proof of a demo takes long on a busy machine.
      if (place === 'proof') test.slow()
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

test.describe('what has no room in its place', () => {
  test.afterEach(async ({ fieldgate }) => {
    await fieldgate.page.keyboard.press('Escape')
    await fieldgate.page.setViewportSize({ width: 1440, height: 900 })
  })

  test('stands behind one button in a window of 1280 by 800', async ({ fieldgate }) => {
    const { page } = fieldgate
    await page.setViewportSize({ width: 1280, height: 800 })
    await fieldgate.goTo('buckets')
    const more = page.locator('header').getByRole('button', { name: 'More actions' })
    await more.click()
    await page.getByRole('menuitem', { name: 'Bucket settings' }).click()
    await expect(page.getByRole('dialog', { name: /^Settings of/ })).toBeVisible()
    await page.keyboard.press('Escape')
    const [node] = await fieldgate.call('nodes.list', {})
    await fieldgate.goTo(`node/${node?.nodeId}`)
    await more.click()
    await expect(page.getByRole('menuitem', { name: 'Copy as CLI' })).toBeVisible()
  })

  test('the story is whole at any width: sentence, faults and speed', async ({ fieldgate }) => {
    const { page } = fieldgate
    const story = page.getByRole('region', { name: 'Demo story' })
    for (const width of [1280, 1024, 800]) {
      await page.setViewportSize({ width, height: 700 })
      const sentence = story.locator('.story-sentence')
      const cut = await sentence.evaluate(
        (element) => element.scrollWidth - element.clientWidth + (element.scrollHeight - element.clientHeight),
      )
      expect(cut, `pixels of the sentence that do not show at ${width}`).toBeLessThanOrEqual(2)
      const faster = page.getByRole('menuitem', { name: 'Run at 60×' })
      // A menu that was open while the window changed its size closes late.
      await expect(async () => {
        if (!(await faster.isVisible())) await story.getByRole('button', { name: 'More actions' }).click()
        await expect(faster).toBeVisible({ timeout: 1_000 })
      }).toPass({ timeout: 15_000 })
      await page.keyboard.press('Escape')
      await expect(page.getByRole('menuitem')).toHaveCount(0)
    }
    await story.getByRole('button', { name: 'Break something' }).click()
    await expect(page.getByRole('menuitem')).toHaveCount(6)
    await page.getByRole('menuitem', { name: 'SlowDown' }).click()
    await expect
      .poll(async () => (await fieldgate.call('demo.get', {}))?.faults.filter((f) => f.isActive).length)
      .toBe(1)
    await fieldgate.call('demo.setFault', { fault: 'slowDown', isActive: false })
  })

  test('no screen scrolls sideways as a whole in a window of 800 by 700', async ({ fieldgate }) => {
    const { page } = fieldgate
    await page.setViewportSize({ width: 800, height: 700 })
    const [node] = await fieldgate.call('nodes.list', {})
    const places = PANES.map(({ place }) => (place === 'node' ? `node/${node?.nodeId}` : place))
    for (const place of [...places, 'settings/notifications']) {
      await fieldgate.goTo(place)
      await expect(page.locator('.screen h1').first()).toBeVisible()
      expect(await page.evaluate(() => document.documentElement.scrollWidth), place).toBeLessThanOrEqual(800)
    }
  })
})

async function goTo(fieldgate: FieldgateWindow, place: string): Promise<void> {
  if (place === 'node') {
    const [node] = await fieldgate.call('nodes.list', {})
    await fieldgate.goTo(`node/${node?.nodeId}`)
    return
  }
  // The proof has its pane once there is a proof; the demo makes them by itself.
  if (place === 'proof')
    await expect
      .poll(async () => (await fieldgate.call('fleet.status', {})).proof.checkedAtMs, { timeout: 200_000 })
      .toBeDefined()
  await fieldgate.goTo(place)
}
