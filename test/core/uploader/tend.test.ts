import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listExecutions } from '../../../electron/core/db/ledger/executions.ts'
import type { LedgerConnection } from '../../../electron/core/db/ledger/connection.ts'
import { readSetting } from '../../../electron/core/db/ledger/settings.ts'
import { setPipeline } from '../../../electron/core/pipelines/pipelineManager.ts'
import type { Log } from '../../../electron/core/support/log.ts'
import { silentLog } from '../../../electron/core/support/log.ts'
import { tendLedger } from '../../../electron/core/uploader/tend.ts'
import { createBench } from '../../helpers/pipelineBench.ts'
import type { Bench } from '../../helpers/pipelineBench.ts'
import { queryForeign } from '../../helpers/pipelineTables.ts'

const HOUR = 3_600_000
let bench: Bench
let told: string[]
const log: Log = {
  ...silentLog,
  info: (message) => void told.push(message),
  warn: (message) => void told.push(message),
}

beforeEach(() => {
  bench = createBench()
  told = []
})
afterEach(() => bench.close())

function tend(ledger: LedgerConnection = bench.ledger): Promise<void> {
  return tendLedger({ ledger, log, clock: bench.clock }, new AbortController().signal)
}

/** Looks for emergencies that find none, one for each row. */
async function lookInVain(times: number): Promise<void> {
  setPipeline(bench.paths[0] ?? '', {
    type: 'emergency',
    by: 'a',
    reason: 'r',
    backfill: true,
    atMs: 1,
    customTypes: [],
  })
  for (let time = 0; time < times; time++) {
    queryForeign(
      bench.paths[0] ?? '',
      `INSERT INTO sensor_readings (timestamp, sensor_id) VALUES ('2026-03-01T00:00:00Z', 'S')`,
    )
    await bench.upload()
  }
}

describe('an uploader looks after its ledger', () => {
  test('at most once an hour, and again at once when the clock was set back', async () => {
    await lookInVain(3)
    const before = listExecutions(bench.ledger, { limit: 20 }).length
    bench.clock.advance(2 * HOUR)
    await tend()
    expect(told).toEqual(['The ledger was compacted.'])
    expect(listExecutions(bench.ledger, { limit: 20 }).length).toBeLessThan(before)
    await lookInVain(2)
    bench.clock.advance(HOUR / 2)
    await tend()
    expect(told).toHaveLength(1)
    bench.clock.advance(HOUR)
    await tend()
    expect(told).toHaveLength(2)
    bench.clock.advance(-5 * HOUR)
    const setBackMs = bench.clock.now()
    await tend()
    expect(readSetting(bench.ledger, 'compacted/at')).toBe(String(setBackMs))
  })

  test('and when that fails says so and lets the upload be', async () => {
    await lookInVain(2)
    bench.clock.advance(2 * HOUR)
    const full: LedgerConnection = {
      ...bench.ledger,
      write: () => {
        throw new Error('database or disk is full')
      },
    }
    await tend(full)
    expect(told).toEqual(['The ledger could not be compacted; it is tried again.'])
    await tend()
    expect(told.at(-1)).toBe('The ledger was compacted.')
  })
})
