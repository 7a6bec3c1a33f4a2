import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from '../support/fixtures.ts'

test('notifications can be chosen exactly where the host has some, and the window says so', async ({ fieldgate }) => {
  const { page } = fieldgate
  const { notifications } = await fieldgate.callHost('host.info', {})
  await fieldgate.goTo('settings/notifications')
  const switches = page.getByRole('switch')
  await expect(switches).toHaveCount(3)
  for (const one of await switches.all()) await expect(one).toBeEnabled({ enabled: notifications !== undefined })
  await expect(page.getByText('Use the desktop app')).toHaveCount(notifications === undefined ? 1 : 0)
  for (const theme of ['dark', 'light'] as const) {
    await fieldgate.setTheme(theme)
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(serious.map(({ id }) => id)).toEqual([])
  }
})
