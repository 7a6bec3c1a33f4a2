import { defineConfig } from '@playwright/test'
import { availableParallelism } from 'node:os'
import { findChromium } from './e2e/support/chromium.ts'
import type { HostOptions } from './e2e/support/fixtures.ts'

/**
 * `conformance`: the Electron API as the app uses it. `electron`: the desktop app on real Electron where its binary is, else
 * on the stand-in. `serve`: the same window from `fieldgate serve` in Chromium. Needs a build: `npm run build`.
 */
export default defineConfig<HostOptions>({
  testDir: 'e2e',
  outputDir: 'test-results',
  // Two windows at a time, where there are two processors: much of the time a story waits. Files run in order within.
  workers: Math.min(2, availableParallelism()),
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
