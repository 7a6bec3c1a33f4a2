import { AxeBuilder } from '@axe-core/playwright'
import { SCREENS } from '../support/fieldgateWindow.ts'
import { expect, test } from '../support/fixtures.ts'

for (const screen of SCREENS) {
  test(`${screen} opens from the navigation and complains about nothing`, async ({ fieldgate, complaints }) => {
    await fieldgate.open(screen)
    await expect(fieldgate.page.getByRole('main')).toBeVisible()
    await expect(fieldgate.page.getByText('The data did not load')).toHaveCount(0)
    await fieldgate.page.waitForTimeout(500)
    expect(complaints).toEqual([])
  })

  for (const theme of ['dark', 'light'] as const) {
    test(`${screen} has no serious accessibility problem in the ${theme} theme`, async ({ fieldgate }) => {
      await fieldgate.open(screen)
      await fieldgate.setTheme(theme)
      await expect(fieldgate.page.getByRole('main')).toBeVisible()
      await fieldgate.page.waitForTimeout(300)
      const { violations } = await new AxeBuilder({ page: fieldgate.page }).setLegacyMode(true).analyze()
      const serious = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => ({ id, where: nodes.slice(0, 3).map((node) => node.target.join(' ')) }))
      expect(serious).toEqual([])
    })
  }
}

test('nothing of the frame moves while a screen is read for the first time', async ({ fieldgate }) => {
  const { page } = fieldgate
  await page.reload()
  const story = page.getByRole('region', { name: 'Demo story' })
  await expect(story).toBeVisible()
  const tops = await page.evaluate(async (places) => {
    const bar = document.querySelector('.story')
    const found = new Set<number>()
    for (const place of places) {
      location.hash = `#/${place}`
      for (const until = performance.now() + 400; performance.now() < until;) {
        await new Promise((resolve) => requestAnimationFrame(resolve))
        found.add(Math.round(bar?.getBoundingClientRect().top ?? 0))
      }
    }
    return [...found]
  }, SCREENS)
  expect(tops).toHaveLength(1)
  await fieldgate.open('fleet')
})

test('a node opens from the fleet and back', async ({ fieldgate, complaints }) => {
  const [node] = await fieldgate.call('nodes.list', {})
  await fieldgate.goTo(`node/${node?.nodeId}`)
  await expect(fieldgate.page.getByRole('main')).toContainText(node?.nodeId ?? '')
  await fieldgate.page.waitForTimeout(800)
  expect(complaints).toEqual([])
  await fieldgate.open('fleet')
})

test('the window can be used by keyboard: palette, screens, help', async ({ fieldgate }) => {
  const { page } = fieldgate
  await page.keyboard.press('Control+k')
  await expect(page.getByPlaceholder(/search/i).last()).toBeFocused()
  await page.keyboard.press('Escape')
  for (const [key, screen] of [
    ['p', 'pipelines'],
    ['b', 'buckets'],
    ['r', 'proof'],
    ['a', 'activity'],
    ['f', 'fleet'],
  ] as const) {
    await page.keyboard.press('g')
    await page.keyboard.press(key)
    await expect(page).toHaveURL(new RegExp(`#/${screen}`))
  }
})

test('motion is reduced when the system asks for it', async ({ fieldgate }) => {
  await fieldgate.page.emulateMedia({ reducedMotion: 'reduce' })
  const moving = await fieldgate.page.evaluate(
    () => document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().duration !== 0).length,
  )
  expect(moving).toBe(0)
  await fieldgate.page.emulateMedia({ reducedMotion: null })
})
