import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findResources, loadScenarios } from '../../../electron/core/simulator/resources.ts'
import { chooseMember, scenarioSchema, strengthOf } from '../../../electron/core/simulator/scenario.ts'
import { createRng } from '../../../electron/core/support/rng.ts'
import { SCENARIOS, temporaryFolder } from './helpers.ts'

function resourcesWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'scenarios'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'scenarios', name), text)
  return folder
}

test('the shipped scenarios load and are those that the product names', () => {
  expect([...SCENARIOS.keys()].toSorted()).toEqual(['failing-bearing', 'heat-wave', 'mixed', 'quiet-day', 'storm'])
  expect(findResources()).toMatch(/resources$/)
  expect(() => findResources('/')).toThrowError(expect.objectContaining({ code: 'notFound' }))
})

test('a scenario may be JSON, and a mistake in one names file, key and what was meant', () => {
  const json = JSON.stringify({ id: 'mine', label: 'Mine', description: 'My own' })
  expect(loadScenarios(resourcesWith({ 'mine.json': json })).get('mine')?.effects).toEqual([])
  expect(() => loadScenarios(resourcesWith({ 'a.yaml': 'id: a\nlabel: A\ndescription: x\nefects: []' }))).toThrowError(
    expect.objectContaining({
      message: expect.stringContaining('a.yaml: unknown key "efects"'),
      hint: 'Did you mean "effects"?',
    }),
  )
  const stray = 'id: a\nlabel: A\ndescription: x\nmembers: [{ scenario: nobody, weight: 1 }]'
  expect(() => loadScenarios(resourcesWith({ 'a.yaml': stray }))).toThrowError(/unknown member "nobody"/)
})

test('an effect rises, holds, falls and comes again', () => {
  const { effects } = scenarioSchema.parse({
    id: 'x',
    label: 'X',
    description: 'x',
    effects: [
      {
        kind: 'shift',
        field: 'voltage',
        sigmas: 1,
        afterMinutes: 5,
        rampMinutes: 10,
        holdMinutes: 5,
        everyMinutes: 60,
      },
    ],
  })
  const at = (minutes: number): number => strengthOf(effects[0] as (typeof effects)[number], minutes * 60_000)
  expect([0, 4.9, 10, 15, 19, 25, 30, 59, 70].map(at)).toEqual([0, 0, 0.5, 1, 1, 0.5, 0, 0, 0.5])
})

test('a mixed fleet splits by weight, the same way for the same seed', () => {
  const mixed = SCENARIOS.get('mixed') as NonNullable<ReturnType<typeof SCENARIOS.get>>
  const counts = new Map<string, number>()
  for (let i = 0; i < 2000; i++) {
    const { id } = chooseMember(SCENARIOS, mixed, createRng(i))
    expect(chooseMember(SCENARIOS, mixed, createRng(i)).id).toBe(id)
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  expect(counts.get('quiet-day')).toBeGreaterThan(1300)
  expect(counts.get('storm')).toBeGreaterThan(130)
})
