import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Of two processors Vitest would use one. Every test has folders, ports and processes of its own.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/system/**', 'test/sim/**', 'test/faults/**', 'test/renderer/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'renderer',
          environment: 'jsdom',
          include: ['test/renderer/**/*.test.{ts,tsx}'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'sim',
          environment: 'node',
          include: ['test/sim/**/*.test.ts'],
          testTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'system',
          environment: 'node',
          include: ['test/system/**/*.test.ts', 'test/faults/**/*.test.ts'],
          testTimeout: 600_000,
        },
      },
    ],
  },
})
