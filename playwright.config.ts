import { defineConfig } from '@playwright/test'
import { findChromium } from './e2e/support/chromium.ts'
import type { HostOptions } from './e2e/support/fixtures.ts'

/**
 * `conformance`: the Electron API as the app uses it. `electron`: the desktop app on real Electron where its binary is, else
 * on the stand-in. `serve`: the same window from `fieldgate serve` in Chromium. Needs a build: `npm run build`.
 */
export default defineConfig<HostOptions>({
  testDir: 'e2e',
  outputDir: 'test-results',
  // One window at a time: several would compete for the processor and say nothing about the app.
  workers: 1,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  globalSetup: './e2e/support/globalSetup.ts',
  use: { launchOptions: findChromium(), screenshot: 'only-on-failure' },
  projects: [
    { name: 'conformance', testDir: 'e2e/conformance' },
    { name: 'electron', testMatch: ['desktop/**/*.spec.ts', 'screens/**/*.spec.ts'], use: { host: 'electron' } },
    { name: 'serve', testMatch: 'screens/**/*.spec.ts', use: { host: 'serve' } },
  ],
})
