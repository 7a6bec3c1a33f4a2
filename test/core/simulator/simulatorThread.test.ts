import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { connectSimulator } from '../../../electron/core/simulator/simulatorThread.ts'
import { findResources } from '../../../electron/core/simulator/resources.ts'
import { readPipeline } from '../../../electron/core/pipelines/pipelineManager.ts'
import { spawnSimulator } from '../../../electron/worker/spawnSimulator.ts'
import { nodeSpec, query, temporaryFolder } from './helpers.ts'

test('nodes run in a real thread: history, pipeline, live rows, announcements, errors with their remedy', async () => {
  const folder = temporaryFolder()
  const simulator = spawnSimulator(findResources())
  const spec = nodeSpec(folder, 'midland-01', {
    ratePerSecond: 100,
    pipeline: [
      { type: 'raw', by: 'sensor', reason: 'Initial setup', atMs: Date.UTC(2026, 0, 1) },
      { type: 'schematized', by: 'ana', reason: 'Agreed', atMs: Date.UTC(2026, 0, 2) },
    ],
    history: { seconds: 600, ratePerSecond: 1 },
  })
  const hearsRows = new Promise<void>((resolve) => {
    simulator.onChanged((nodes) => {
      if ((nodes[0]?.rowsWritten ?? 0) > 600) resolve()
    })
  })
  await simulator.add([spec])
  await hearsRows
  await expect(simulator.stop(['midland-02'])).rejects.toMatchObject({
    code: 'notFound',
    hint: 'Did you mean midland-01?',
  })
  await simulator.close()
  expect(query(spec.path, 'SELECT count(*) AS n FROM sensor_readings')[0]?.['n']).toBeGreaterThan(600)
  expect(readPipeline(spec.path, { customTypes: [] })).toMatchObject({
    type: 'schematized',
    updatedBy: 'ana',
    updatedAt: '2026-01-02T00:00:00.000Z',
  })
})

test('a thread that dies fails the calls in flight and every later one, with a remedy', async () => {
  const worker = Object.assign(new EventEmitter(), { postMessage: () => undefined, terminate: async () => 0 })
  const simulator = connectSimulator(worker)
  const inFlight = simulator.list()
  worker.emit('exit', 1)
  await expect(inFlight).rejects.toMatchObject({
    code: 'unavailable',
    hint: expect.stringContaining('Open the workspace'),
  })
  await expect(simulator.start(['a'])).rejects.toMatchObject({ code: 'unavailable' })
  await simulator.close()
})
