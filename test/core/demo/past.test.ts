import { expect, test } from 'vitest'
import { demoFleet } from '../../../electron/core/demo/fleet.ts'
import { loadTales, pastChanges } from '../../../electron/core/demo/past.ts'
import { loadDemoSites } from '../../../electron/core/demo/sites.ts'
import { findResources } from '../../../electron/core/simulator/resources.ts'

const NOW = Date.UTC(2026, 5, 2)
const DAY = 86_400
const TALES = loadTales(findResources())
const FLEET = demoFleet(loadDemoSites(findResources()), 'seed', '/x')

test('every past ends with the type the node has, lies within the history, in order, and never repeats a type', () => {
  for (const seed of ['a', 'b', 'c']) {
    for (const node of FLEET) {
      const changes = pastChanges(node, TALES, seed, NOW, DAY)
      expect(changes.at(-1)?.type).toBe(node.pipelineType)
      expect(changes[0]).toMatchObject({ by: 'sensor', atMs: NOW - DAY * 1000 })
      const times = changes.map((change) => change.atMs)
      expect(times).toEqual(times.toSorted((x, y) => x - y))
      expect(times.at(-1)).toBeLessThan(NOW)
      expect(changes.every((change, i) => change.type !== changes[i - 1]?.type)).toBe(true)
    }
  }
})

test('some nodes have a tale and most have none; the same seed tells the same', () => {
  const told = FLEET.filter((node) => pastChanges(node, TALES, 'a', NOW, DAY).length > 1)
  expect(told.length).toBeGreaterThan(3)
  expect(told.length).toBeLessThan(24)
  expect(FLEET.map((node) => pastChanges(node, TALES, 'a', NOW, DAY))).toEqual(
    FLEET.map((node) => pastChanges(node, TALES, 'a', NOW, DAY)),
  )
})

test('a history too short for a tale is told without it', () => {
  for (const node of FLEET) {
    for (const change of pastChanges(node, TALES, 'a', NOW, 600))
      expect(change.atMs).toBeGreaterThanOrEqual(NOW - 600_000)
  }
})
