import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../electron/core/config/loadConfig.ts'
import { demoFleet } from '../../../electron/core/demo/fleet.ts'
import { loadDemoSites } from '../../../electron/core/demo/sites.ts'
import { createDemoWorkspace } from '../../../electron/core/demo/workspace.ts'
import { readPipeline } from '../../../electron/core/pipelines/pipelineManager.ts'
import { findResources } from '../../../electron/core/simulator/resources.ts'
import { spawnSimulator } from '../../../electron/worker/spawnSimulator.ts'
import { query, temporaryFolder } from '../simulator/helpers.ts'

const SITES = loadDemoSites(findResources())

test('the demo fleet has 12 sites and 48 nodes with ids, places and identities of their own', () => {
  const fleet = demoFleet(SITES, 'seed', '/x')
  expect(SITES).toHaveLength(12)
  expect(fleet).toHaveLength(48)
  expect(new Set(fleet.map((node) => node.nodeId)).size).toBe(48)
  expect(new Set(fleet.map((node) => node.simulated.sensor.identity.sensorId)).size).toBe(48)
  expect(fleet.filter((node) => node.site.id === 'midland').map((node) => node.nodeId)).toEqual(
    ['01', '02', '03', '04', '05', '06'].map((number) => `midland-${number}`),
  )
  expect(new Set(fleet.map((node) => node.pipelineType))).toEqual(new Set(['raw', 'schematized', 'aggregated']))
})

test('the same seed gives the same fleet, another seed another one', () => {
  expect(demoFleet(SITES, 'a', '/x')).toEqual(demoFleet(SITES, 'a', '/x'))
  expect(demoFleet(SITES, 'a', '/x')).not.toEqual(demoFleet(SITES, 'b', '/x'))
})

test('a demo workspace is complete when it is made: configuration, databases with their past, pipelines', async () => {
  const folder = join(temporaryFolder(), 'demo')
  const progress: number[] = []
  const made = await createDemoWorkspace({
    folder,
    seed: 'test',
    spawnSimulator,
    historySeconds: 3600,
    onProgress: (done) => progress.push(done),
  })
  expect(made).toMatchObject({ folder, nodes: 48, rows: 48 * 120 })
  expect(progress.at(-1)).toBe(48)
  const { config, notices } = loadConfig({ workspace: folder, env: {}, cwd: folder })
  expect(notices).toEqual([])
  expect(config.demo).toEqual({ seed: 'test' })
  expect(config.store).toMatchObject({ kind: 'embedded', folder: join(folder, 'objects') })
  expect(config.nodes).toHaveLength(48)
  for (const node of config.nodes.filter((_node, i) => i % 12 === 0)) {
    expect(node.location).toBeDefined()
    expect(query(node.sqlite, 'SELECT count(*) AS n FROM sensor_readings')).toEqual([{ n: 120 }])
    const expected = demoFleet(SITES, 'test', '').find((one) => one.nodeId === node.id)
    expect(readPipeline(node.sqlite, { customTypes: [] }).type).toBe(expected?.pipelineType)
  }
  expect(readdirSync(join(folder, 'nodes')).filter((name) => name.endsWith('.building'))).toEqual([])

  const file = config.nodes[0]?.sqlite as string
  const before = readFileSync(file)
  writeFileSync(join(folder, 'fieldgate.yaml'), '')
  await createDemoWorkspace({ folder, seed: 'test', spawnSimulator, historySeconds: 3600 })
  expect(readFileSync(file).equals(before)).toBe(true)
})
