import { rmSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { openNodeDatabase } from '../../../electron/core/db/nodeDatabase.ts'
import { createFleet } from '../../../electron/core/fleet/fleet.ts'
import type { Fleet, FleetPorts } from '../../../electron/core/fleet/fleet.ts'
import { readPipeline, setPipeline } from '../../../electron/core/pipelines/pipelineManager.ts'
import { systemClock } from '../../../electron/core/support/clock.ts'
import type { NodeSummary } from '../../../shared/domain/node.ts'
import { createFakeClock } from '../../helpers/fakeClock.ts'
import type { FakeClock } from '../../helpers/fakeClock.ts'
import { SAMPLE_START_MS } from '../../helpers/nodeDatabases.ts'
import { makeUploaderBench } from '../../helpers/uploaderBench.ts'
import type { BenchOptions, UploaderBench } from '../../helpers/uploaderBench.ts'

const never = new AbortController().signal
let bench: UploaderBench
let clock: FakeClock
let opened = 0
const stops: (() => Promise<void>)[] = []

function make(options: BenchOptions = {}, overrides: Partial<FleetPorts> = {}): Fleet {
  bench = makeUploaderBench(options)
  clock = createFakeClock(SAMPLE_START_MS + 30_000)
  opened = 0
  const fleet = createFleet({
    config: bench.config,
    clock,
    openNode: (node) => {
      opened++
      return openNodeDatabase(node.sqlite, { timeZone: node.timeZone })
    },
    readActive: (node) => readPipeline(node.sqlite, { customTypes: [] }),
    readLedger: () => bench.ledger,
    uploads: () => [],
    proof: () => ({ state: 'unknown', checkedAtMs: undefined, rows: 0, missing: 0, duplicated: 0 }),
    attention: () => 0,
    link: () => ({ capBytesPerSecond: undefined, monthBytes: 0, monthBudgetBytes: undefined, isCut: false }),
    onFleet: () => undefined,
    onNodes: () => undefined,
    onError: (error) => {
      throw error
    },
    ...overrides,
  })
  stops.push(() => fleet.stop())
  return fleet
}

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
  await bench.remove()
})

async function line(fleet: Fleet): Promise<NodeSummary> {
  const [first] = await fleet.list()
  if (first === undefined) throw new Error('The fleet has no node.')
  return first
}

test('right after a switch of the type the backlog is what an upload would deliver now', async () => {
  const fleet = make({ rows: 40 })
  await bench.uploader().once(undefined, never)
  bench.nodes[0]?.append(3)
  const path = bench.nodes[0]?.path ?? ''
  const change = { type: 'schematized', by: 't', reason: 't', atMs: SAMPLE_START_MS, customTypes: [] }
  setPipeline(path, { ...change, backfill: false })
  expect(await line(fleet)).toMatchObject({ pipelineType: 'schematized', backlog: 3 })
  setPipeline(path, { ...change, backfill: true })
  clock.advance(3_600_000)
  expect(await line(fleet)).toMatchObject({ backlog: 43 })
})

describe('while the link is down', () => {
  const failure = { code: 'unavailable', message: 'The store does not answer.', retryable: true } as const
  const waiting = [
    {
      nodeId: 'n1',
      state: 'waiting',
      failure,
      failingSinceMs: SAMPLE_START_MS,
      nextRetryMs: undefined,
      holder: undefined,
    },
  ] as const

  test('the backlog has an end, counted from when the link is back, by how fast uploads were', async () => {
    const fleet = make({ rows: 400 }, { uploads: () => waiting })
    expect((await line(fleet)).drain).toEqual({ kind: 'afterLink', ms: undefined })
    await bench.uploader().once(undefined, never)
    bench.nodes[0]?.append(100)
    clock.advance(3_600_000)
    const { drain, lamps } = await line(fleet)
    expect(drain).toEqual({ kind: 'afterLink', ms: expect.any(Number) as unknown })
    expect(drain.kind === 'afterLink' && drain.ms).toBeGreaterThan(0)
    expect(lamps.deliver.state).toBe('warn')
    expect((await fleet.status()).drain).toEqual(drain)
  })

  test('a node whose failure is another than the link stays stalled', async () => {
    const denied = { code: 'denied', message: 'AccessDenied', retryable: false } as const
    const fleet = make({ rows: 40 }, { uploads: () => [{ ...waiting[0], failure: denied }] })
    expect((await line(fleet)).drain).toEqual({ kind: 'stalled' })
  })
})

describe('a line of the fleet', () => {
  test('before the first delivery says what is there and that all of it waits', async () => {
    const fleet = make({ rows: 20 })
    expect(await line(fleet)).toMatchObject({
      nodeId: 'n1',
      table: 'sensor_readings',
      pipelineType: 'raw',
      newestSeq: 20,
      newestEventMs: SAMPLE_START_MS + 19_000,
      location: { latitude: 31.9973, longitude: -102.0779 },
      anomaliesLastHour: 2,
      backlog: 20,
      lanes: [],
      rowsDelivered: 0,
      lamps: { reach: { state: 'ok' }, collect: { state: 'ok' }, deliver: { state: 'warn', word: 'nothing yet' } },
    })
  })

  test('after a delivery carries what the ledger knows', async () => {
    const fleet = make({ rows: 20 })
    await bench.uploader().once(undefined, never)
    const summary = fleet.get(bench.config.nodes[0] as never)
    expect(summary).toMatchObject({
      backlog: 0,
      drain: { kind: 'none' },
      rowsDelivered: 20,
      newestDeliveredMs: SAMPLE_START_MS + 19_000,
      lanes: [{ route: 'raw', isActive: true, ackedSeq: 20, backlog: 0, pendingBackfill: 0 }],
      lamps: { deliver: { state: 'ok' } },
    })
    expect(summary.bytesDelivered).toBeGreaterThan(0)
  })

  test('counts what a backfill will bring as waiting', async () => {
    const fleet = make({ rows: 20 })
    const uploader = bench.uploader()
    const path = bench.nodes[0]?.path ?? ''
    const change = { by: 't', reason: 't', atMs: 1, customTypes: [] }
    await uploader.once(undefined, never)
    setPipeline(path, { ...change, type: 'schematized', backfill: false })
    await uploader.once(undefined, never)
    expect(fleet.get(bench.config.nodes[0] as never)).toMatchObject({ pipelineType: 'schematized', backlog: 0 })

    setPipeline(path, { ...change, type: 'schematized', backfill: true, atMs: 2 })
    bench.beforePut = async () => {
      throw new Error('held')
    }
    await uploader.once(undefined, never)
    const summary = fleet.get(bench.config.nodes[0] as never)
    expect(summary.lanes.find((lane) => lane.isActive)?.pendingBackfill).toBe(20)
    expect(summary.backlog).toBe(20)
  })

  test('measures rows per second and keeps the last samples, with a hole where nobody could look', async () => {
    const fleet = make({ rows: 20 })
    await line(fleet)
    for (let second = 0; second < 4; second++) {
      clock.advance(10_000)
      bench.nodes[0]?.append(20)
      fleet.get(bench.config.nodes[0] as never)
    }
    expect((await line(fleet)).rowsPerSecond).toBeCloseTo(2)
    expect((await line(fleet)).spark).toEqual([2, 2, 2, 2])

    bench.nodes[0]?.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync((bench.nodes[0]?.path ?? '') + suffix, { force: true })
    clock.advance(10_000)
    const gone = fleet.get(bench.config.nodes[0] as never)
    expect(gone).toMatchObject({
      newestSeq: 100,
      failure: { code: 'notFound' },
      lamps: { reach: { state: 'off', word: 'no link' }, collect: { state: 'none' } },
    })
    expect(gone.spark.at(-1)).toBeNull()
  })

  test('forgets the anomalies of a table that began anew', async () => {
    const fleet = make({ rows: 130 })
    expect((await line(fleet)).anomaliesLastHour).toBe(6)
    clock.advance(60_000)
    expect(fleet.get(bench.config.nodes[0] as never).anomaliesLastHour).toBe(12)
    bench.nodes[0]?.writer.exec(
      "DELETE FROM sensor_readings; DELETE FROM sqlite_sequence WHERE name = 'sensor_readings'",
    )
    bench.nodes[0]?.append(10, SAMPLE_START_MS + 60_000)
    expect(fleet.get(bench.config.nodes[0] as never).anomaliesLastHour).toBe(1)
  })
})

describe('the fleet', () => {
  test('opens no database to be listed again', async () => {
    const fleet = make({ nodes: 30, rows: 3 })
    expect(await fleet.list()).toHaveLength(30)
    const before = opened
    await fleet.list()
    await fleet.status()
    expect(opened).toBe(before)
  })

  test('adds its lines up to figures', async () => {
    const fleet = make({ nodes: 3, rows: 10 })
    const status = await fleet.status()
    expect(status).toMatchObject({ nodes: 3, backlogRows: 30, anomaliesLastHour: 3, attention: 0 })
    expect(status.trends.backlogRows).toEqual([30])
  })

  test('announces lines that changed while it runs, and nothing after it stopped', async () => {
    const news: string[][] = []
    let figures = 0
    const fleet = make(
      { nodes: 3, rows: 3 },
      {
        clock: systemClock,
        onNodes: (nodes) => void news.push(nodes.map((node) => `${node.nodeId}:${node.newestSeq}`)),
        onFleet: () => void figures++,
      },
    )
    fleet.start()
    await expect.poll(() => news.flat(), { timeout: 20_000 }).toEqual(expect.arrayContaining(['n1:3', 'n2:3', 'n3:3']))
    bench.nodes[1]?.append(1)
    await expect.poll(() => news.flat(), { timeout: 20_000 }).toContain('n2:4')
    await fleet.stop()
    const before = [news.length, figures]
    await new Promise((resolve) => setTimeout(resolve, 1_300))
    expect([news.length, figures]).toEqual(before)
    expect(figures).toBeGreaterThan(0)
  })
})
