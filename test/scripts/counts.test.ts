import { join } from 'node:path'
import { expect, test } from 'vitest'

interface Counts {
  readonly passed: number
  readonly failed: number
}

interface CountsModule {
  countAsOne(result: { readonly code: number }): Counts
  countReported(result: { readonly code: number }, counts: Counts | undefined): Counts
  vitestCounts(report: unknown): Counts | undefined
  playwrightCounts(report: unknown): Counts | undefined
}

interface BootstrapModule {
  isInstalled(): boolean
}

const SCRIPTS = join(import.meta.dirname, '../../scripts/lib')
const counts = (await import(join(SCRIPTS, 'counts.mjs'))) as CountsModule
const bootstrap = (await import(join(SCRIPTS, 'bootstrap.mjs'))) as BootstrapModule

test('the last line of npm test never looks better than what happened', () => {
  expect(counts.countReported({ code: 0 }, { passed: 5, failed: 0 })).toEqual({ passed: 5, failed: 0 })
  expect(counts.countReported({ code: 1 }, { passed: 5, failed: 2 })).toEqual({ passed: 5, failed: 2 })
  expect(counts.countReported({ code: 1 }, { passed: 5, failed: 0 })).toEqual({ passed: 5, failed: 1 })
  expect(counts.countReported({ code: 1 }, undefined)).toEqual({ passed: 0, failed: 1 })
  expect(counts.countReported({ code: 0 }, undefined)).toEqual({ passed: 0, failed: 1 })
  expect(counts.countAsOne({ code: 0 })).toEqual({ passed: 1, failed: 0 })
  expect(counts.countAsOne({ code: 3 })).toEqual({ passed: 0, failed: 1 })
})

test('reports of both runners are read by their own words', () => {
  expect(counts.vitestCounts({ numPassedTests: 7, numFailedTests: 1 })).toEqual({ passed: 7, failed: 1 })
  expect(counts.playwrightCounts({ stats: { expected: 3, flaky: 1, unexpected: 2, skipped: 0 } })).toEqual({
    passed: 4,
    failed: 2,
  })
  expect(counts.vitestCounts(undefined)).toBeUndefined()
  expect(counts.playwrightCounts({})).toBeUndefined()
})

test('what is installed is recognised without asking npm', () => {
  expect(bootstrap.isInstalled()).toBe(true)
})
