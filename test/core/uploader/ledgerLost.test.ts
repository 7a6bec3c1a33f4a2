import { parquetReadObjects } from 'hyparquet'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { connectLedger } from '../../../electron/core/db/ledger/connection.ts'
import type { LedgerConnection } from '../../../electron/core/db/ledger/connection.ts'
import { listEpochs } from '../../../electron/core/db/ledger/epochs.ts'
import { listDelivered, listExecutions } from '../../../electron/core/db/ledger/executions.ts'
import { findLedgerProblems } from '../../../electron/core/db/ledger/integrity.ts'
import { listCursors, listGaps } from '../../../electron/core/db/ledger/lanes.ts'
import { abandonExecution } from '../../../electron/core/db/ledger/transitions.ts'
import { listQuarantine } from '../../../electron/core/db/ledger/records.ts'
import { setPipeline } from '../../../electron/core/pipelines/pipelineManager.ts'
import { claimReplays } from '../../../electron/core/uploader/replay.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { ContractColumn, EngineConfig } from '../../../shared/domain/settings.ts'
import { parseObjectKey } from '../../../shared/domain/objectKey.ts'
import { createFakeClock } from '../../helpers/fakeClock.ts'
import { SAMPLE_START_MS } from '../../helpers/nodeDatabases.ts'
import { makeUploaderBench } from '../../helpers/uploaderBench.ts'
import type { BenchOptions, RunnerOverrides, UploaderBench } from '../../helpers/uploaderBench.ts'

const never = new AbortController().signal
let bench: UploaderBench
const opened: LedgerConnection[] = []

function make(options: BenchOptions): UploaderBench {
  bench = makeUploaderBench(options)
  return bench
}

afterEach(async () => {
  await bench.remove()
  for (const ledger of opened.splice(0)) ledger.database.close()
})

let ledgers = 0
/** A ledger that knows nothing, as after the state folder was lost. */
function newLedger(): LedgerConnection {
  const ledger = connectLedger(join(bench.stateDir, `ledger-${++ledgers}.db`))
  opened.push(ledger)
  return ledger
}

/** The ledger as it was at this moment, to be put back later. */
function copyOfLedger(): () => LedgerConnection {
  const path = join(bench.stateDir, `ledger-${++ledgers}.db`)
  bench.ledger.database.exec(`VACUUM INTO '${path}.copy'`)
  return () => {
    copyFileSync(`${path}.copy`, path)
    rmSync(`${path}.copy`)
    const ledger = connectLedger(path)
    opened.push(ledger)
    return ledger
  }
}

async function upload(overrides: RunnerOverrides = {}): Promise<void> {
  const { nodes } = await bench.uploader(overrides).once(undefined, never)
  expect(nodes.map((node) => node.failure)).toEqual([undefined])
}

/** How often each row lies in the bucket under a route, by sequence. */
async function timesInBucket(route: string): Promise<readonly (readonly [number, number])[]> {
  const rows: unknown[] = []
  for (const [name, { bytes }] of bench.store.objects) {
    if (parseObjectKey(name.slice(name.indexOf('/') + 1))?.type !== route) continue
    const file = bytes.slice().buffer
    rows.push(...(await parquetReadObjects({ file })).map((row) => row['_row_id']))
  }
  const counts = Map.groupBy(rows, Number)
  return [...counts].map(([id, same]) => [id, same.length] as const).toSorted((a, b) => a[0] - b[0])
}

const once = (from: number, to: number): readonly (readonly [number, number])[] =>
  Array.from({ length: to - from + 1 }, (_, index) => [from + index, 1] as const)

function withContract(columns: Readonly<Record<string, ContractColumn>>): EngineConfig {
  const contracts = [{ table: 'sensor_readings', version: 2, columns }]
  return { ...bench.config, pipelines: { ...bench.config.pipelines, contracts } }
}

/** So that rows satisfy the contract in this, too. */
function setPressure(): void {
  bench.nodes[0]?.writer.exec('UPDATE sensor_readings SET pressure = 1000')
}

function switchTo(type: string, backfill = false): void {
  const path = bench.nodes[0]?.path ?? ''
  setPipeline(path, { type, by: 't', reason: 't', backfill, atMs: SAMPLE_START_MS, customTypes: [] })
}

describe('a ledger that was lost', () => {
  test('is written anew from the bucket: rows delivered before are not delivered again, and the next ones are', async () => {
    make({ rows: 40, upload: { maxBatchRows: 7, targetObjectBytes: 200 } })
    await upload()
    const before = new Set(bench.store.objects.keys())
    bench.nodes[0]?.append(11)
    const ledger = newLedger()
    await upload({ ledger })

    expect(await timesInBucket('raw')).toEqual(once(1, 51))
    expect([...before].filter((name) => !bench.store.objects.has(name))).toEqual([])
    expect(listCursors(ledger)).toMatchObject([{ route: 'raw', claimedSeq: 51, ackedSeq: 51 }])
    expect(listEpochs(ledger, { nodeId: 'n1', table: 'sensor_readings' })).toHaveLength(1)
    const keys = listDelivered(ledger, 'n1').flatMap(({ fromSeq, toSeq }) => [fromSeq, toSeq])
    expect(keys[0]).toBe(1)
    expect(keys.at(-1)).toBe(51)
  })

  test('knows what another type delivered: the active one goes on behind it, and a backfill still gets it', async () => {
    make({ rows: 20 })
    await upload()
    switchTo('schematized')
    bench.nodes[0]?.append(10)
    await upload()
    const ledger = newLedger()
    bench.nodes[0]?.append(5)
    await upload({ ledger })
    expect(await timesInBucket('raw')).toEqual(once(1, 20))
    const schematized = await timesInBucket('schematized')
    expect(schematized.every(([id, times]) => id > 20 && times === 1)).toBe(true)
    const lane = listCursors(ledger).find((cursor) => cursor.route === 'schematized')
    expect(lane).toMatchObject({ claimedSeq: 35, ackedSeq: 35 })
    expect(lane === undefined ? [] : listGaps(ledger, lane)).toMatchObject([
      { fromSeq: 1, toSeq: 20, state: 'skipped' },
    ])

    switchTo('raw', true)
    await upload({ ledger })
    expect(await timesInBucket('raw')).toEqual(once(1, 35))
  })

  test('gets the rows in quarantine back', async () => {
    make({ rows: 8 })
    switchTo('schematized')
    bench.nodes[0]?.writer.exec("UPDATE sensor_readings SET temperature = 'hot' WHERE id IN (2, 4)")
    await upload()
    const rejected = listQuarantine(bench.ledger, { nodeId: 'n1', limit: 100 }).map((row) => row.sequence)
    expect(rejected).toContain(2)
    expect(await timesInBucket('schematized')).not.toEqual([])
    const ledger = newLedger()
    await upload({ ledger })
    expect(listQuarantine(ledger, { nodeId: 'n1', limit: 100 }).map((row) => row.sequence)).toEqual(rejected)
  })

  test('after its contract was relaxed: what the earlier one had rejected is in quarantine, and can be replayed', async () => {
    make({ rows: 8 })
    switchTo('schematized')
    setPressure()
    bench.nodes[0]?.writer.exec("UPDATE sensor_readings SET temperature = 'hot' WHERE id IN (2, 4)")
    await upload()
    const relaxed = withContract({ timestamp: { type: 'timestamp' }, sensor_id: { type: 'string' } })
    const ledger = newLedger()
    await upload({ ledger, config: relaxed })
    const waiting = listQuarantine(ledger, { nodeId: 'n1', limit: 100, isOpen: true })
    expect(waiting.map((row) => row.sequence).toSorted()).toEqual([2, 4])
    expect(waiting[0]?.reasons).toEqual(['rejected under an earlier contract'])

    claimReplays(ledger, relaxed, { atMs: SAMPLE_START_MS })
    await upload({ ledger, config: relaxed })
    expect(await timesInBucket('schematized')).toEqual(once(1, 8))
  })

  test('after its contract became stricter: what was delivered before does not count as rejected', async () => {
    make({ rows: 8 })
    switchTo('schematized')
    setPressure()
    bench.nodes[0]?.writer.exec("UPDATE sensor_readings SET temperature = 'hot' WHERE id = 2")
    await upload()
    const strict = withContract({ temperature: { type: 'number', max: -200 } })
    const ledger = newLedger()
    await upload({ ledger, config: strict })
    expect(listQuarantine(ledger, { nodeId: 'n1', limit: 100 }).map((row) => row.sequence)).toEqual([2])
  })

  test('in the middle of a replay: what had arrived has left quarantine, the rest waits', async () => {
    make({ rows: 8 })
    bench.nodes[0]?.append(4, SAMPLE_START_MS + 86_400_000)
    switchTo('schematized')
    setPressure()
    bench.nodes[0]?.writer.exec("UPDATE sensor_readings SET temperature = 'hot' WHERE id IN (4, 10)")
    await upload()
    const relaxed = withContract({ timestamp: { type: 'timestamp' }, sensor_id: { type: 'string' } })
    claimReplays(bench.ledger, relaxed, { atMs: SAMPLE_START_MS })
    let puts = 0
    const dying = {
      config: relaxed,
      step: (step: string) => {
        if (step === 'putting' && ++puts === 2) throw new Error('killed')
      },
    }
    await bench.uploader(dying).once(undefined, never)
    expect((await timesInBucket('schematized')).map(([id]) => id)).toContain(4)
    const ledger = newLedger()
    await upload({ ledger, config: relaxed })
    claimReplays(ledger, relaxed, { atMs: SAMPLE_START_MS })
    await upload({ ledger, config: relaxed })
    expect(await timesInBucket('schematized')).toEqual(once(1, 12))
  })

  test('in the middle of a claim: what had arrived is recognised, the rest follows under the same names', async () => {
    make({ rows: 60, upload: { maxBatchRows: 60, targetObjectBytes: 300 } })
    let puts = 0
    const crash = {
      step: (step: string) => {
        if (step === 'putting' && ++puts === 2) throw new Error('killed')
      },
    }
    await bench.uploader(crash).once(undefined, never)
    expect(bench.store.objects.size).toBeGreaterThan(0)
    bench.nodes[0]?.append(5)
    const ledger = newLedger()
    await upload({ ledger, token: 'another' })
    expect(await timesInBucket('raw')).toEqual(once(1, 65))
  })

  test('in the middle of a claim, before a column was added and objects became larger: the rest fits to what had arrived', async () => {
    make({ rows: 60, upload: { maxBatchRows: 60, targetObjectBytes: 300 } })
    let puts = 0
    const crash = {
      step: (step: string) => {
        if (step === 'putting' && ++puts === 2) throw new Error('killed')
      },
    }
    await bench.uploader(crash).once(undefined, never)
    const arrived = bench.store.objects.size
    expect(arrived).toBeGreaterThan(0)
    bench.nodes[0]?.writer.exec('ALTER TABLE sensor_readings ADD COLUMN humidity_2 REAL')
    bench.nodes[0]?.append(5)
    Object.assign(bench.config.upload, { targetObjectBytes: 1_000_000, maxBatchRows: 500 })
    const ledger = newLedger()
    await upload({ ledger, token: 'another' })
    await upload({ ledger, token: 'another' })
    expect(await timesInBucket('raw')).toEqual(once(1, 65))
    expect(bench.store.crimes).toEqual([])
  })

  test('after the oldest rows were purged: the same life goes on', async () => {
    make({ rows: 30, upload: { maxBatchRows: 10, targetObjectBytes: 1 } })
    await upload()
    bench.nodes[0]?.writer.exec('DELETE FROM sensor_readings WHERE id <= 12')
    bench.nodes[0]?.append(4)
    const ledger = newLedger()
    await upload({ ledger })
    expect(await timesInBucket('raw')).toEqual(once(1, 34))
  })

  test('and the table began anew with the same first row: nothing is taken for delivered, and no name is used twice', async () => {
    make({ rows: 30 })
    await upload()
    const first = bench.nodes[0]
    first?.writer.exec('DELETE FROM sensor_readings WHERE id > 1')
    first?.writer.exec("DELETE FROM sqlite_sequence WHERE name = 'sensor_readings'")
    first?.append(9)
    const ledger = newLedger()
    await upload({ ledger })
    const delivered = listExecutions(ledger, { nodeId: 'n1', limit: 100 }).filter((e) => e.state === 'succeeded')
    const epochs = new Set(
      [...bench.store.objects.keys()].map((name) => parseObjectKey(name.slice(name.indexOf('/') + 1))?.epoch),
    )
    expect(epochs.size).toBe(2)
    const current = listEpochs(ledger, { nodeId: 'n1', table: 'sensor_readings' }).at(-1)?.epoch
    expect(delivered.filter((e) => e.epoch === current).map((e) => [e.fromSeq, e.toSeq])).toEqual([[1, 10]])
    expect(bench.store.crimes).toEqual([])
  })
})

describe('a ledger lost while claims of one type had not all arrived', () => {
  test('makes what no object covers due for the type in force, even if that one delivered nothing yet', async () => {
    make({ rows: 30, upload: { maxBatchRows: 10, targetObjectBytes: 1 } })
    bench.beforePut = async (put) => {
      if (parseObjectKey(put.key)?.fromSeq === 11) throw new Error('cut')
    }
    await bench.uploader().once(undefined, never)
    const arrived = [...bench.store.objects.keys()].map((name) => parseObjectKey(name.slice(name.indexOf('/') + 1)))
    expect(arrived.some((key) => (key?.fromSeq ?? 0) > 11)).toBe(true)
    bench.beforePut = async () => undefined
    switchTo('schematized')
    const ledger = newLedger()
    await upload({ ledger })

    const delivered = listDelivered(ledger, 'n1')
    const isDelivered = (sequence: number): boolean =>
      delivered.some((execution) => execution.fromSeq <= sequence && sequence <= execution.toSeq)
    expect(Array.from({ length: 30 }, (_, index) => index + 1).filter((sequence) => !isDelivered(sequence))).toEqual([])
    expect(findLedgerProblems(ledger)).toEqual([])
  })
})

test('a replay whose object arrived without a reply ends when its table began anew', async () => {
  make({ rows: 8 })
  switchTo('schematized')
  const [first] = bench.nodes
  setPressure()
  first?.writer.exec("UPDATE sensor_readings SET temperature = 'hot' WHERE id = 2")
  await upload()
  const relaxed = withContract({ timestamp: { type: 'timestamp' }, sensor_id: { type: 'string' } })
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
  await upload({ config: relaxed })

  expect(listExecutions(bench.ledger, { limit: 9 }).every(({ state }) => state === 'succeeded')).toBe(true)
  expect(listQuarantine(bench.ledger, { nodeId: 'n1', limit: 9 })).toMatchObject([{ sequence: 2, state: 'replayed' }])
})

describe('a claim whose object arrived before its table began anew', () => {
  test.each([
    ['still open, counts as delivered', false, ['succeeded', 'succeeded']],
    ['abandoned meanwhile, is found again in the bucket', true, ['abandoned', 'succeeded', 'succeeded']],
  ])('%s, and the ledger is sound with it', async (_what, isAbandoned, expected) => {
    make({ rows: 10 })
    const dying = {
      step: (step: string) => {
        if (step === 'put') throw new Error('killed')
      },
    }
    await bench.uploader(dying).once(undefined, never)
    const [first] = bench.nodes
    first?.writer.exec('DELETE FROM sensor_readings')
    first?.writer.exec("DELETE FROM sqlite_sequence WHERE name = 'sensor_readings'")
    rmSync(join(bench.stateDir, 'spool'), { recursive: true })
    first?.append(3)
    bench.ledger.sql('UPDATE executions SET next_retry_ms = 0').run()
    bench.ledger.sql('UPDATE cursors SET updated_at_ms = 0').run()
    const [open] = listExecutions(bench.ledger, { limit: 1 })
    if (isAbandoned) abandonExecution(bench.ledger, open?.id ?? 0, 'replaced', SAMPLE_START_MS)
    await upload()

    const states = listExecutions(bench.ledger, { limit: 10 }).map((execution) => execution.state)
    expect(states.toSorted()).toEqual(expected)
    expect(findLedgerProblems(bench.ledger)).toEqual([])
  })
})

describe('a ledger put back from an older copy', () => {
  test('learns what was delivered since', async () => {
    make({ rows: 25 })
    await upload()
    const putBack = copyOfLedger()
    bench.nodes[0]?.append(20)
    await upload()
    const ledger = putBack()
    bench.nodes[0]?.append(5)
    await upload({ ledger })
    expect(await timesInBucket('raw')).toEqual(once(1, 50))
    expect(listCursors(ledger)).toMatchObject([{ claimedSeq: 50, ackedSeq: 50 }])
  })

  test('ends a claim that is open in it and was delivered since, even if its rows are gone by now', async () => {
    make({ rows: 10 })
    const dying = {
      step: (step: string) => {
        if (step === 'claimed') throw new Error('killed')
      },
    }
    await bench.uploader(dying).once(undefined, never)
    const putBack = copyOfLedger()
    await upload()
    bench.nodes[0]?.writer.exec('DELETE FROM sensor_readings WHERE id <= 4')
    bench.nodes[0]?.append(5)
    const ledger = putBack()
    await upload({ ledger })
    expect(await timesInBucket('raw')).toEqual(once(1, 15))
    expect(listExecutions(ledger, { limit: 9 }).map(({ state }) => state)).toEqual(['succeeded', 'succeeded'])
  })

  test('is left alone while its credentials have expired: nothing is claimed until the bucket was seen', async () => {
    make({ rows: 10 })
    await upload()
    const putBack = copyOfLedger()
    bench.nodes[0]?.append(10)
    await upload()
    const ledger = putBack()
    bench.nodes[0]?.append(3)
    const before = { ...bench.store }
    const expired = new FieldgateError('denied', 'The session credentials have expired.')
    Object.assign(bench.store, { list: () => Promise.reject(expired) })
    const { nodes } = await bench.uploader({ ledger }).once(undefined, never)
    expect(nodes[0]?.failure).toMatchObject({ code: 'denied' })
    Object.assign(bench.store, before)
    await upload({ ledger })
    expect(await timesInBucket('raw')).toEqual(once(1, 23))
  })

  test('learns it even in the same file, as when a whole disk was put back, once it was idle for an hour', async () => {
    make({ rows: 25 })
    await upload()
    const putBack = copyOfLedger()
    bench.nodes[0]?.append(20)
    await upload()
    const ledger = putBack()
    ledger.sql("DELETE FROM settings WHERE key = 'ledger/moved'").run()
    bench.nodes[0]?.append(5)
    await upload({ ledger, clock: createFakeClock(Date.now() + 3_700_000) })
    expect(await timesInBucket('raw')).toEqual(once(1, 50))
  })

  test('learns of a switch of the type that came after it', async () => {
    make({ rows: 10 })
    await upload()
    const putBack = copyOfLedger()
    bench.nodes[0]?.append(10)
    await upload()
    switchTo('schematized')
    bench.nodes[0]?.append(10)
    await upload()
    const ledger = putBack()
    await upload({ ledger })
    expect(await timesInBucket('raw')).toEqual(once(1, 20))
    expect((await timesInBucket('schematized')).every(([id, times]) => id > 20 && times === 1)).toBe(true)
  })

  test('learns that the table began a new life since', async () => {
    make({ rows: 30 })
    await upload()
    const putBack = copyOfLedger()
    bench.nodes[0]?.writer.exec('DELETE FROM sensor_readings')
    bench.nodes[0]?.writer.exec("DELETE FROM sqlite_sequence WHERE name = 'sensor_readings'")
    bench.nodes[0]?.append(12)
    await upload()
    const objects = bench.store.objects.size
    const ledger = putBack()
    await upload({ ledger })
    expect(bench.store.objects.size).toBe(objects)
  })
})
