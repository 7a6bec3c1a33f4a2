import { test as base } from '@playwright/test'
import type { Page } from '@playwright/test'
import { launchDesktop } from './desktop.ts'
import { fieldgateWindow } from './fieldgateWindow.ts'
import type { FieldgateWindow } from './fieldgateWindow.ts'
import { launchServe } from './served.ts'

export interface HostOptions {
  /** Which host shows the window. */
  readonly host: 'electron' | 'serve'
}

interface Fixtures {
  /** The window, on the fleet screen. */
  readonly fieldgate: FieldgateWindow
  /** What the page complained about: errors of scripts, refused resources. */
  readonly complaints: readonly string[]
}

interface WorkerFixtures {
  readonly demo: { readonly page: Page; readonly complaints: string[] }
}

/** Specs of screens take `fieldgate`, on a demo of the worker's own, and never ask which host shows it. */
export const test = base.extend<Fixtures, WorkerFixtures & HostOptions>({
  host: ['electron', { option: true, scope: 'worker' }],
  demo: [
    async ({ host, browser }, use) => {
      if (host === 'electron') {
        const desktop = await launchDesktop({ args: ['--demo'] })
        const page = await desktop.page()
        await use({ page, complaints: listen(page) })
        await desktop.close()
        return
      }
      const served = await launchServe(['--demo'])
      const context = await browser.newContext({ colorScheme: 'dark', viewport: { width: 1440, height: 900 } })
      const page = await context.newPage()
      const complaints = listen(page)
      await page.goto(served.url)
      await use({ page, complaints })
      await context.close()
      await served.close()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  fieldgate: async ({ demo }, use) => {
    const own = fieldgateWindow(demo.page)
    await demo.page.getByRole('navigation').first().waitFor({ timeout: 60_000 })
    await own.goTo('fleet')
    await use(own)
  },
  complaints: async ({ demo }, use) => {
    demo.complaints.length = 0
    await use(demo.complaints)
  },
})

function listen(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return complaints
}

export { expect } from '@playwright/test'
