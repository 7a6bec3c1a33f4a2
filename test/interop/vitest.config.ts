import { defineConfig } from 'vitest/config'

/** Suites that need a server made by others; run by the scripts of this folder, never by `npm test`. */
export default defineConfig({
  test: {
    name: 'interop',
    environment: 'node',
    include: ['test/interop/*.suite.ts'],
    testTimeout: 120_000,
  },
})
