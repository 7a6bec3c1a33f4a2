import { afterEach, describe, expect, test } from 'vitest'
import { listExecutions } from '../../../electron/core/db/ledger/executions.ts'
import { listQuarantine } from '../../../electron/core/db/ledger/records.ts'
import { claimReplays } from '../../../electron/core/uploader/replay.ts'
import { SAMPLE_START_MS } from '../../helpers/nodeDatabases.ts'
import { makeLossBench, once } from '../../helpers/lossBench.ts'
import type { LossBench } from '../../helpers/lossBench.ts'

const never = new AbortController().signal
let bench: LossBench

afterEach(() => bench.remove())

/** So that rows satisfy the contract in this, too. */
function setPressure(): void {
  bench.nodes[0]?.writer.exec('UPDATE sensor_readings SET pressure = 1000')
}

describe('a ledger that was lost', () => {
  test('gets the rows in quarantine back', async () => {
    bench = makeLossBench({ rows: 8 })
    bench.switchTo('schematized')
    bench.nodes[0]?.writer.exec("UPDATE sensor_readings SET temperature = 'hot' WHERE id IN (2, 4)")
    await bench.upload()
    const rejected = listQuarantine(bench.ledger, { nodeId: 'n1', limit: 100 }).map((row) => row.sequence)
    expect(rejected).toContain(2)
    expect(await bench.timesInBucket('schematized')).not.toEqual([])
    const ledger = bench.newLedger()
    await bench.upload({ ledger })
    expect(listQuarantine(ledger, { nodeId: 'n1', limit: 100 }).map((row) => row.sequence)).toEqual(rejected)
  })

  test('after its contract was relaxed: what the earlier one had rejected is in quarantine, and can be replayed', async () => {
    bench = makeLossBench({ rows: 8 })
    bench.switchTo('schematized')
    setPressure()
    bench.nodes[0]?.writer.exec("UPDATE sensor_readings SET temperature = 'hot' WHERE id IN (2, 4)")
    await bench.upload()
    const relaxed = bench.withContract({ timestamp: { type: 'timestamp' }, sensor_id: { type: 'string' } })
    const ledger = bench.newLedger()
    await bench.upload({ ledger, config: relaxed })
    const waiting = listQuarantine(ledger, { nodeId: 'n1', limit: 100, isOpen: true })
    expect(waiting.map((row) => row.sequence).toSorted((a, b) => a - b)).toEqual([2, 4])
    expect(waiting[0]?.reasons).toEqual(['rejected under an earlier contract'])

    claimReplays(ledger, relaxed, { atMs: SAMPLE_START_MS })
    await bench.upload({ ledger, config: relaxed })
    expect(await bench.timesInBucket('schematized')).toEqual(once(1, 8))
  })

  test('after a rejected row was mended at the source: it is in quarantine still, for nobody has delivered it', async () => {
    bench = makeLossBench({ rows: 8 })
    bench.switchTo('schematized')
    setPressure()
    bench.nodes[0]?.writer.exec("UPDATE sensor_readings SET temperature = 'hot' WHERE id = 2")
    await bench.upload()
    bench.nodes[0]?.writer.exec('UPDATE sensor_readings SET temperature = 20 WHERE id = 2')
    const ledger = bench.newLedger()
    await bench.upload({ ledger })
    expect(listQuarantine(ledger, { nodeId: 'n1', limit: 9, isOpen: true })).toMatchObject([{ sequence: 2 }])
  })

  test('after its contract became stricter: what was delivered before does not count as rejected', async () => {
    bench = makeLossBench({ rows: 8 })
    bench.switchTo('schematized')
    setPressure()
    bench.nodes[0]?.writer.exec("UPDATE sensor_readings SET temperature = 'hot' WHERE id = 2")
    await bench.upload()
    const strict = bench.withContract({ temperature: { type: 'number', max: -200 } })
    const ledger = bench.newLedger()
    await bench.upload({ ledger, config: strict })
    expect(listQuarantine(ledger, { nodeId: 'n1', limit: 100 }).map((row) => row.sequence)).toEqual([2])
  })

  test('in the middle of a replay: what had arrived has left quarantine, the rest waits', async () => {
    bench = makeLossBench({ rows: 8 })
    bench.nodes[0]?.append(4, SAMPLE_START_MS + 86_400_000)
    bench.switchTo('schematized')
    setPressure()
    bench.nodes[0]?.writer.exec("UPDATE sensor_readings SET temperature = 'hot' WHERE id IN (4, 10)")
    await bench.upload()
    const relaxed = bench.withContract({ timestamp: { type: 'timestamp' }, sensor_id: { type: 'string' } })
    claimReplays(bench.ledger, relaxed, { atMs: SAMPLE_START_MS })
    let puts = 0
    const dying = {
      config: relaxed,
      step: (step: string) => {
        if (step === 'putting' && ++puts === 2) throw new Error('killed')
      },
    }
    await bench.uploader(dying).once(undefined, never)
    expect((await bench.timesInBucket('schematized')).map(([id]) => id)).toContain(4)
    const ledger = bench.newLedger()
    await bench.upload({ ledger, config: relaxed })
    claimReplays(ledger, relaxed, { atMs: SAMPLE_START_MS })
    await bench.upload({ ledger, config: relaxed })
    expect(await bench.timesInBucket('schematized')).toEqual(once(1, 12))
  })

  test('knows a claim that rejected every row by the replay of one of them, and delivers no row of it again', async () => {
    bench = makeLossBench({ rows: 3 })
    bench.switchTo('schematized')
    setPressure()
    bench.nodes[0]?.writer.exec("UPDATE sensor_readings SET temperature = 'hot'")
    bench.nodes[0]?.writer.exec("UPDATE sensor_readings SET timestamp = 'no time' WHERE id = 2")
    await bench.upload()
    expect(bench.store.objects.size).toBe(0)
    const relaxed = bench.withContract({ timestamp: { type: 'timestamp' }, sensor_id: { type: 'string' } })
    claimReplays(bench.ledger, relaxed, { atMs: SAMPLE_START_MS })
    await bench.upload({ config: relaxed })
    const ledger = bench.newLedger()
    await bench.upload({ ledger, config: relaxed })
    expect(await bench.timesInBucket('schematized')).toEqual([
      [1, 1],
      [3, 1],
    ])
    expect(listQuarantine(ledger, { nodeId: 'n1', limit: 9, isOpen: true })).toMatchObject([{ sequence: 2 }])
  })
})

test('a replay whose object arrived without a reply ends when its table began anew', async () => {
  bench = makeLossBench({ rows: 8 })
  bench.switchTo('schematized')
  const [first] = bench.nodes
  setPressure()
  first?.writer.exec("UPDATE sensor_readings SET temperature = 'hot' WHERE id = 2")
  await bench.upload()
  const relaxed = bench.withContract({ timestamp: { type: 'timestamp' }, sensor_id: { type: 'string' } })
  claimReplays(bench.ledger, relaxed, { atMs: SAMPLE_START_MS })
  first?.writer.exec("DELETE FROM sensor_readings; DELETE FROM sqlite_sequence WHERE name = 'sensor_readings'")
  first?.append(3, SAMPLE_START_MS + 86_400_000)
  const dying = {
    config: relaxed,
    step: (step: string) => {
      if (step === 'put') throw new Error('killed')
    },
  }
  await bench.uploader(dying).once(undefined, never)
  bench.ledger.sql('UPDATE executions SET next_retry_ms = 0').run()
  bench.ledger.sql('UPDATE cursors SET updated_at_ms = 0').run()
  await bench.upload({ config: relaxed })

  expect(listExecutions(bench.ledger, { limit: 9 }).every(({ state }) => state === 'succeeded')).toBe(true)
  expect(listQuarantine(bench.ledger, { nodeId: 'n1', limit: 9 })).toMatchObject([{ sequence: 2, state: 'replayed' }])
})
