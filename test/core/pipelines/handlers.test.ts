import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listAudit } from '../../../electron/core/db/ledger/records.ts'
import { pipelineHandlers } from '../../../electron/core/handlers/pipelines.ts'
import { ruleHandlers } from '../../../electron/core/handlers/rules.ts'
import { createBench } from '../../helpers/pipelineBench.ts'
import type { Bench } from '../../helpers/pipelineBench.ts'
import { queryForeign } from '../../helpers/pipelineTables.ts'

let bench: Bench
const context = { signal: new AbortController().signal }
const handlers = () => pipelineHandlers(bench.deps)

beforeEach(() => {
  bench = createBench(3)
  const insert = Array.from({ length: 9 }, (_, index) => `('2026-03-01T00:00:0${index}+00:00', 'S', ${index})`)
  for (const path of bench.paths) {
    queryForeign(path, `INSERT INTO sensor_readings (timestamp, sensor_id, temperature) VALUES ${insert.join(', ')}`)
  }
})
afterEach(() => bench.close())

describe('a plan', () => {
  test('says per node what continuing and what a backfill would carry, and changes nothing', async () => {
    await bench.upload()
    queryForeign(
      bench.paths[0] as string,
      `INSERT INTO sensor_readings (timestamp, sensor_id) VALUES ('2026-03-01T01:00:00Z', 'S')`,
    )
    queryForeign(bench.paths[2] as string, 'CREATE TABLE pipeline_config (name TEXT)')
    const plan = await handlers()['pipelines.plan']({ nodeIds: ['n1', 'n2', 'n3'], type: 'anomalies' }, context)
    expect(plan.type).toBe('emergency')
    expect(plan.nodes[0]).toMatchObject({
      fromType: 'raw',
      fromBucket: 'bench-databricks-raw-us-west-2',
      toBucket: 'bench-databricks-emergency-us-west-2',
      continueRows: 1,
      backfillRows: 11,
      openClaims: 0,
      problem: undefined,
    })
    expect(plan.nodes[0]?.backfillBytes).toBeGreaterThan(0)
    expect(plan.nodes[1]).toMatchObject({ continueRows: 0, backfillRows: 10 })
    expect(plan.nodes[2]?.problem).toMatch(/pipeline_config/)
    expect(await handlers()['pipelines.history']({ nodeId: 'n1', limit: 5 }, context)).toEqual([])
  })
})

describe('setting many', () => {
  test('reports each node, audits each change, announces it, and goes on past one that cannot be set', async () => {
    queryForeign(bench.paths[1] as string, 'CREATE TABLE pipeline_config (name TEXT)')
    const results = await handlers()['pipelines.setMany'](
      { nodeIds: ['n1', 'n2', 'n3'], type: 'aggregated', by: 'ana', reason: 'storm' },
      context,
    )
    expect(results.map((each) => [each.nodeId, each.result?.changed, each.problem === undefined])).toEqual([
      ['n1', true, true],
      ['n2', undefined, false],
      ['n3', true, true],
    ])
    expect(
      listAudit(bench.ledger, 10).map(
        (entry) => `${entry.actor} ${entry.subject} ${entry.before}→${entry.after} ${entry.reason}`,
      ),
    ).toEqual(['ana n3 raw→aggregated storm', 'ana n1 raw→aggregated storm'])
    expect(bench.events.filter(({ event }) => event === 'pipelines.changed')).toHaveLength(2)
    const again = await handlers()['pipelines.setMany']({ nodeIds: ['n1'], type: 'aggregated', by: 'ana' }, context)
    expect(again[0]?.result).toMatchObject({ changed: false, previousType: 'aggregated' })
  })

  test('refuses an unknown type and an unknown node before anything is set', async () => {
    await expect(handlers()['pipelines.setMany']({ nodeIds: ['n1'], type: 'bogus', by: 'a' }, context)).rejects.toThrow(
      /bogus/,
    )
    await expect(
      handlers()['pipelines.setMany']({ nodeIds: ['n1', 'n9'], type: 'raw', by: 'a' }, context),
    ).rejects.toThrow(/n9/)
    expect(await handlers()['pipelines.get']({ nodeId: 'n1' }, context)).toMatchObject({ source: 'default' })
  })
})

describe('what happened', () => {
  test('is one timeline over the nodes, newest first, with what each change came from', async () => {
    for (const [nodeId, type] of [
      ['n1', 'emergency'],
      ['n2', 'schematized'],
      ['n1', 'raw'],
    ] as const) {
      await handlers()['pipelines.set']({ nodeId, type, by: 'ana' }, context)
      bench.clock.advance(60_000)
    }
    const timeline = await handlers()['pipelines.timeline']({ limit: 10 }, context)
    expect(timeline.map((entry) => `${entry.nodeId} ${entry.previousType}→${entry.type} ${entry.isCurrent}`)).toEqual([
      'n1 emergency→raw true',
      'n2 undefined→schematized true',
      'n1 undefined→emergency false',
    ])
    const recent = await handlers()['pipelines.timeline']({ limit: 10, fromMs: bench.clock.now() - 90_000 }, context)
    expect(recent).toHaveLength(1)
  })

  test('adds up per type over the fleet', async () => {
    await handlers()['pipelines.set']({ nodeId: 'n2', type: 'aggregated', by: 'ana' }, context)
    await bench.upload()
    const totals = await handlers()['pipelines.totals']({ hours: 24 }, context)
    expect(
      totals.map(({ route, nodes, rows, kept, aggregated }) => ({ route, nodes, rows, kept, aggregated })),
    ).toEqual(
      expect.arrayContaining([
        { route: 'raw', nodes: 2, rows: 20, kept: 20, aggregated: 0 },
        { route: 'aggregated', nodes: 1, rows: 10, kept: 0, aggregated: 10 },
      ]),
    )
    const stats = await handlers()['pipelines.stats']({ nodeId: 'n2', hours: 24 }, context)
    expect(stats).toMatchObject({
      health: 'HEALTHY',
      totals: { executions: 1, failed: 0, rows: 10 },
      foreignExecutions: 0,
    })
  })

  test('a node set to a type that is unknown here can be set right', async () => {
    queryForeign(
      bench.paths[0] as string,
      'CREATE TABLE pipeline_config (id INTEGER PRIMARY KEY, pipeline_type TEXT, created_at TEXT)',
    )
    queryForeign(bench.paths[0] as string, `INSERT INTO pipeline_config VALUES (1, 'bogus', '2026-01-01')`)
    expect(() => handlers()['pipelines.get']({ nodeId: 'n1' }, context)).toThrow(/bogus/)
    expect(await handlers()['pipelines.set']({ nodeId: 'n1', type: 'raw', by: 'ana' }, context)).toMatchObject({
      changed: true,
      previousType: 'bogus',
    })
  })
})

test('rules and contracts are shown as they hold', async () => {
  const shown = ruleHandlers(bench.deps)
  expect(await shown['rules.get']({}, context)).toEqual({
    emergency: bench.deps.config.pipelines.emergency,
    autoSwitch: undefined,
  })
  expect(await shown['contracts.list']({}, context)).toHaveLength(2)
  bench.configure((config) => ({
    ...config,
    pipelines: { ...config.pipelines, contracts: [{ table: 'sensor_readings', version: 3, columns: {} }] },
  }))
  const contracts = await ruleHandlers(bench.deps)['contracts.list']({}, context)
  expect(contracts.map((contract) => contract.version)).toEqual([3, 1])
})
