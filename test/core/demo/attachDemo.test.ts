import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../electron/core/config/loadConfig.ts'
import { attachDemo } from '../../../electron/core/demo/attachDemo.ts'
import type { AttachedDemo } from '../../../electron/core/demo/attachDemo.ts'
import { createDemoWorkspace } from '../../../electron/core/demo/workspace.ts'
import { noFaults } from '../../../electron/core/objects/embedded/faults.ts'
import { readPipeline, setPipeline } from '../../../electron/core/pipelines/pipelineManager.ts'
import { systemClock } from '../../../electron/core/support/clock.ts'
import { silentLog } from '../../../electron/core/support/log.ts'
import { spawnSimulator } from '../../../electron/worker/spawnSimulator.ts'
import type { DemoState } from '../../../shared/domain/demo.ts'
import type { EngineConfig } from '../../../shared/domain/settings.ts'
import type { SimulatedNode } from '../../../shared/domain/simulator.ts'
import { query, temporaryFolder } from '../simulator/helpers.ts'

function attach(config: EngineConfig) {
  const switches = noFaults()
  const states: DemoState[] = []
  const heard: (readonly SimulatedNode[])[] = []
  const attached: AttachedDemo = attachDemo({
    config,
    clock: systemClock,
    log: silentLog,
    spawnWorker: () => new Worker('setInterval(() => {}, 1000)', { eval: true }),
    spawnSimulator,
    store: () => switches,
    onMended: () => undefined,
    setPipeline: (nodeId, type, reason) => {
      const path = config.nodes.find((node) => node.id === nodeId)?.sqlite ?? ''
      setPipeline(path, { type, by: 'demo', reason, backfill: false, atMs: systemClock.now(), customTypes: [] })
    },
    onDemo: (state) => states.push(state),
    onSimulator: (nodes) => heard.push(nodes),
  })
  return { attached, switches, states, heard }
}

test('a made demo workspace opens, lives, plays its story on real databases and threads, and ends with nothing left', async () => {
  const folder = join(temporaryFolder(), 'demo')
  await createDemoWorkspace({ folder, seed: 'test', spawnSimulator, historySeconds: 600 })
  const { config } = loadConfig({ workspace: folder, env: {}, cwd: folder })
  const { attached, switches, states, heard } = attach(config)
  const worker = attached.spawnWorker()
  const exited = new Promise<number>((resolve) => worker.once('exit', resolve))
  attached.start()
  await expect.poll(() => states.at(-1)?.steps.length, { timeout: 10_000 }).toBe(5)
  const demo = attached.demo()
  await demo?.setSpeed(60)
  await demo?.next()
  await demo?.next()
  const pathOf = (nodeId: string): string => config.nodes.find((node) => node.id === nodeId)?.sqlite ?? ''
  const switched = config.nodes.filter((node) => readPipeline(node.sqlite, { customTypes: [] }).type === 'emergency')
  expect(new Set(switched.map((node) => node.site)).size).toBe(1)
  expect(readPipeline(pathOf(switched[0]?.id ?? ''), { customTypes: [] })).toMatchObject({ updatedBy: 'demo' })
  await demo?.next()
  expect(switches.cutLink).toBe(true)
  await demo?.setFault('powerCut', true)
  expect(await exited).toBe(1)
  await demo?.next()
  expect(switches.cutLink).toBe(false)
  await expect.poll(() => heard.at(-1)?.every((node) => node.rowsWritten > 0), { timeout: 10_000 }).toBe(true)
  await attached.stop()
  expect(attached.demo()).toBeUndefined()
  const marked = switched.map((node) =>
    query(node.sqlite, 'SELECT count(*) AS n FROM sensor_readings WHERE anomaly_flag = 1'),
  )
  expect(marked.flat().every((row) => (row['n'] as number) > 0)).toBe(true)
  expect(config.nodes.some((node) => readPipeline(node.sqlite, { customTypes: [] }).type === 'emergency')).toBe(false)
})

test('a workspace that is no demo gets nothing of it', async () => {
  const folder = temporaryFolder()
  const { config } = loadConfig({ workspace: folder, env: {}, cwd: folder, flags: { sqlite: join(folder, 'a.db') } })
  const { attached } = attach(config)
  attached.start()
  expect([attached.demo(), attached.simulator()]).toEqual([undefined, undefined])
  await attached.stop()
})
