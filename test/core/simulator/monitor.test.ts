import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { watchSensorConfig } from '../../../electron/core/simulator/configWatch.ts'
import { openMonitor } from '../../../electron/core/simulator/monitor.ts'
import { createSimulator } from '../../../electron/core/simulator/simulator.ts'
import { systemClock } from '../../../electron/core/support/clock.ts'
import { silentLog } from '../../../electron/core/support/log.ts'
import type { SimulatedNode } from '../../../shared/domain/simulator.ts'
import { nodeSpec, SCENARIOS, temporaryFolder } from './helpers.ts'

async function get(url: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('the monitor answers all five questions of the original from the real database', async () => {
  const simulator = createSimulator({
    clock: systemClock,
    log: silentLog,
    scenarios: SCENARIOS,
    preparePipeline: () => undefined,
    commitEveryMs: 50,
  })
  const spec = nodeSpec(temporaryFolder(), 'a', { history: { seconds: 600, ratePerSecond: 1 } })
  await simulator.add([spec])
  const monitor = await openMonitor('127.0.0.1', 0, {
    clock: systemClock,
    identity: spec.sensor.identity,
    databasePath: spec.path,
    runSeconds: 3600,
    node: async () => (await simulator.list())[0] as SimulatedNode,
    memoryBytes: () => 1_048_576,
  })
  try {
    expect(await get(`${monitor.url}/healthz`)).toMatchObject({
      status: 200,
      body: { status: 'healthy', simulator_running: true, database_healthy: true },
    })
    expect(await get(`${monitor.url}/statusz`)).toMatchObject({
      status: 200,
      body: {
        running: true,
        sensor_id: spec.sensor.identity.sensorId,
        memory_usage_mb: 1,
        location: { city: 'Midland' },
      },
    })
    const { body: database } = await get(`${monitor.url}/db_stats`)
    expect(database).toMatchObject({ indexes: ['idx_timestamp'], performance: { journal_mode: 'wal' } })
    expect(database['total_readings']).toBeGreaterThanOrEqual(600)
    expect((await get(`${monitor.url}/metricz`)).body).toMatchObject({
      simulator: { scenario: 'quiet-day' },
      database: { healthy: true },
    })
    const { body: samples } = await get(`${monitor.url}/samplez`)
    expect(samples['samples']).toHaveLength(10)
    expect((samples['samples'] as object[])[0]).toHaveProperty('temperature')
    expect(await get(`${monitor.url}/nothing`)).toMatchObject({
      status: 404,
      body: { endpoints: expect.arrayContaining(['/healthz']) },
    })
    expect((await fetch(`${monitor.url}/healthz`, { method: 'POST' })).status).toBe(405)

    await simulator.stop(['a'])
    expect(await get(`${monitor.url}/health`)).toMatchObject({ status: 503, body: { status: 'unhealthy' } })
    const [host, port] = new URL(monitor.url).host.split(':')
    const inputs = { memoryBytes: () => 1, clock: systemClock } as never
    await expect(openMonitor(host as string, Number(port), inputs)).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining('monitoring.port'),
    })
  } finally {
    await monitor.close()
    await simulator.close()
  }
  await expect(fetch(`${monitor.url}/healthz`)).rejects.toThrowError('fetch failed')
})

test('a changed configuration is read again, a broken one is told and changes nothing', async () => {
  const path = join(temporaryFolder(), 'config.yaml')
  writeFileSync(path, 'simulation: { readings_per_second: 1 }')
  const rates: number[] = []
  const problems: string[] = []
  const watch = watchSensorConfig({
    path,
    everySeconds: 0.01,
    clock: systemClock,
    onProblem: (sentence) => problems.push(sentence),
    onChanged: async (config) => void rates.push(config.ratePerSecond),
  })
  try {
    writeFileSync(path, 'simulation: { readings_per_second: 20 }')
    await expect.poll(() => rates).toEqual([20])
    writeFileSync(path, 'simulation: { reading_per_second: 3 }')
    await expect.poll(() => problems).toEqual([expect.stringContaining('reading_per_second')])
    writeFileSync(path, 'simulation: { readings_per_second: 4.5 }')
    await expect.poll(() => rates).toEqual([20, 4.5])
  } finally {
    await watch.stop()
  }
})
