import { test as base } from '@playwright/test'
import type { Page } from '@playwright/test'
import { launchDesktop } from './desktop.ts'
import { launchServe } from './served.ts'

export interface HostOptions {
  /** Which host shows the window. */
  readonly host: 'electron' | 'serve'
}

interface Fixtures {
  /** The window on a fresh demo workspace, whichever host shows it. One per test file. */
  readonly window: Page
}

interface WorkerFixtures {
  readonly demo: { readonly page: Page }
}

/** Specs of screens take `window` and never ask which host it is. */
export const test = base.extend<Fixtures, WorkerFixtures & HostOptions>({
  host: ['electron', { option: true, scope: 'worker' }],
  demo: [
    async ({ host, browser }, use) => {
      if (host === 'electron') {
        const desktop = await launchDesktop({ args: ['--demo'] })
        await use({ page: await desktop.page() })
        await desktop.close()
        return
      }
      const served = await launchServe(['--demo'])
      const context = await browser.newContext({ colorScheme: 'dark', viewport: { width: 1440, height: 900 } })
      const page = await context.newPage()
      await page.goto(served.url)
      await use({ page })
      await context.close()
      await served.close()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  window: async ({ demo }, use) => {
    await use(demo.page)
  },
})

export { expect } from '@playwright/test'
