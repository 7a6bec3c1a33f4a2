import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { listEpochs } from '../../../electron/core/db/ledger/epochs.ts'
import { listDelivered, listExecutions } from '../../../electron/core/db/ledger/executions.ts'
import { findLedgerProblems } from '../../../electron/core/db/ledger/integrity.ts'
import { listCursors, listGaps } from '../../../electron/core/db/ledger/lanes.ts'
import { abandonExecution } from '../../../electron/core/db/ledger/transitions.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { parseObjectKey } from '../../../shared/domain/objectKey.ts'
import { createFakeClock } from '../../helpers/fakeClock.ts'
import { SAMPLE_START_MS } from '../../helpers/nodeDatabases.ts'
import { makeLossBench, once } from '../../helpers/lossBench.ts'
import type { LossBench } from '../../helpers/lossBench.ts'

const never = new AbortController().signal
let bench: LossBench

afterEach(() => bench.remove())

describe('a ledger that was lost', () => {
  test('is written anew from the bucket: rows delivered before are not delivered again, and the next ones are', async () => {
    bench = makeLossBench({ rows: 40, upload: { maxBatchRows: 7, targetObjectBytes: 200 } })
    await bench.upload()
    const before = new Set(bench.store.objects.keys())
    bench.nodes[0]?.append(11)
    const ledger = bench.newLedger()
    await bench.upload({ ledger })

    expect(await bench.timesInBucket('raw')).toEqual(once(1, 51))
    expect([...before].filter((name) => !bench.store.objects.has(name))).toEqual([])
    expect(listCursors(ledger)).toMatchObject([{ route: 'raw', claimedSeq: 51, ackedSeq: 51 }])
    expect(listEpochs(ledger, { nodeId: 'n1', table: 'sensor_readings' })).toHaveLength(1)
    const keys = listDelivered(ledger, 'n1').flatMap(({ fromSeq, toSeq }) => [fromSeq, toSeq])
    expect(keys[0]).toBe(1)
    expect(keys.at(-1)).toBe(51)
  })

  test('knows what another type delivered: the active one goes on behind it, and a backfill still gets it', async () => {
    bench = makeLossBench({ rows: 20 })
    await bench.upload()
    bench.switchTo('schematized')
    bench.nodes[0]?.append(10)
    await bench.upload()
    const ledger = bench.newLedger()
    bench.nodes[0]?.append(5)
    await bench.upload({ ledger })
    expect(await bench.timesInBucket('raw')).toEqual(once(1, 20))
    const schematized = await bench.timesInBucket('schematized')
    expect(schematized.every(([id, times]) => id > 20 && times === 1)).toBe(true)
    const lane = listCursors(ledger).find((cursor) => cursor.route === 'schematized')
    expect(lane).toMatchObject({ claimedSeq: 35, ackedSeq: 35 })
    expect(lane === undefined ? [] : listGaps(ledger, lane)).toMatchObject([
      { fromSeq: 1, toSeq: 20, state: 'skipped' },
    ])

    bench.switchTo('raw', true)
    await bench.upload({ ledger })
    expect(await bench.timesInBucket('raw')).toEqual(once(1, 35))
  })

  test('in the middle of a claim: what had arrived is recognised, the rest follows under the same names', async () => {
    bench = makeLossBench({ rows: 60, upload: { maxBatchRows: 60, targetObjectBytes: 300 } })
    let puts = 0
    const crash = {
      step: (step: string) => {
        if (step === 'putting' && ++puts === 2) throw new Error('killed')
      },
    }
    await bench.uploader(crash).once(undefined, never)
    expect(bench.store.objects.size).toBeGreaterThan(0)
    bench.nodes[0]?.append(5)
    const ledger = bench.newLedger()
    await bench.upload({ ledger, token: 'another' })
    expect(await bench.timesInBucket('raw')).toEqual(once(1, 65))
  })

  test('in the middle of a claim, before a column was added and objects became larger: the rest fits to what had arrived', async () => {
    bench = makeLossBench({ rows: 60, upload: { maxBatchRows: 60, targetObjectBytes: 300 } })
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
    const ledger = bench.newLedger()
    await bench.upload({ ledger, token: 'another' })
    await bench.upload({ ledger, token: 'another' })
    expect(await bench.timesInBucket('raw')).toEqual(once(1, 65))
    expect(bench.store.crimes).toEqual([])
  })

  test('after the oldest rows were purged: the same life goes on', async () => {
    bench = makeLossBench({ rows: 30, upload: { maxBatchRows: 10, targetObjectBytes: 1 } })
    await bench.upload()
    bench.nodes[0]?.writer.exec('DELETE FROM sensor_readings WHERE id <= 12')
    bench.nodes[0]?.append(4)
    const ledger = bench.newLedger()
    await bench.upload({ ledger })
    expect(await bench.timesInBucket('raw')).toEqual(once(1, 34))
  })

  test('and the table began anew with the same first row: nothing is taken for delivered, and no name is used twice', async () => {
    bench = makeLossBench({ rows: 30 })
    await bench.upload()
    const first = bench.nodes[0]
    first?.writer.exec('DELETE FROM sensor_readings WHERE id > 1')
    first?.writer.exec("DELETE FROM sqlite_sequence WHERE name = 'sensor_readings'")
    first?.append(9)
    const ledger = bench.newLedger()
    await bench.upload({ ledger })
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
    bench = makeLossBench({ rows: 30, upload: { maxBatchRows: 10, targetObjectBytes: 1 } })
    bench.beforePut = async (put) => {
      if (parseObjectKey(put.key)?.fromSeq === 11) throw new Error('cut')
    }
    await bench.uploader().once(undefined, never)
    const arrived = [...bench.store.objects.keys()].map((name) => parseObjectKey(name.slice(name.indexOf('/') + 1)))
    expect(arrived.some((key) => (key?.fromSeq ?? 0) > 11)).toBe(true)
    bench.beforePut = async () => undefined
    bench.switchTo('schematized')
    const ledger = bench.newLedger()
    await bench.upload({ ledger })

    const delivered = listDelivered(ledger, 'n1')
    const isDelivered = (sequence: number): boolean =>
      delivered.some((execution) => execution.fromSeq <= sequence && sequence <= execution.toSeq)
    expect(Array.from({ length: 30 }, (_, index) => index + 1).filter((sequence) => !isDelivered(sequence))).toEqual([])
    expect(findLedgerProblems(ledger)).toEqual([])
  })
})

describe('a claim whose object arrived before its table began anew', () => {
  test.each([
    ['still open, counts as delivered', false, ['succeeded', 'succeeded']],
    ['abandoned meanwhile, is found again in the bucket', true, ['abandoned', 'succeeded', 'succeeded']],
  ])('%s, and the ledger is sound with it', async (_what, isAbandoned, expected) => {
    bench = makeLossBench({ rows: 10 })
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
    await bench.upload()

    const states = listExecutions(bench.ledger, { limit: 10 }).map((execution) => execution.state)
    expect(states.toSorted()).toEqual(expected)
    expect(findLedgerProblems(bench.ledger)).toEqual([])
  })
})

describe('a ledger put back from an older copy', () => {
  test('learns what was delivered since', async () => {
    bench = makeLossBench({ rows: 25 })
    await bench.upload()
    const putBack = bench.copyOfLedger()
    bench.nodes[0]?.append(20)
    await bench.upload()
    const ledger = putBack()
    bench.nodes[0]?.append(5)
    await bench.upload({ ledger })
    expect(await bench.timesInBucket('raw')).toEqual(once(1, 50))
    expect(listCursors(ledger)).toMatchObject([{ claimedSeq: 50, ackedSeq: 50 }])
  })

  test('ends a claim that is open in it and was delivered since, even if its rows are gone by now', async () => {
    bench = makeLossBench({ rows: 10 })
    const dying = {
      step: (step: string) => {
        if (step === 'claimed') throw new Error('killed')
      },
    }
    await bench.uploader(dying).once(undefined, never)
    const putBack = bench.copyOfLedger()
    await bench.upload()
    bench.nodes[0]?.writer.exec('DELETE FROM sensor_readings WHERE id <= 4')
    bench.nodes[0]?.append(5)
    const ledger = putBack()
    await bench.upload({ ledger })
    expect(await bench.timesInBucket('raw')).toEqual(once(1, 15))
    expect(listExecutions(ledger, { limit: 9 }).map(({ state }) => state)).toEqual(['succeeded', 'succeeded'])
  })

  test('is left alone while its credentials have expired: nothing is claimed until the bucket was seen', async () => {
    bench = makeLossBench({ rows: 10 })
    await bench.upload()
    const putBack = bench.copyOfLedger()
    bench.nodes[0]?.append(10)
    await bench.upload()
    const ledger = putBack()
    bench.nodes[0]?.append(3)
    const before = { ...bench.store }
    const expired = new FieldgateError('denied', 'The session credentials have expired.')
    Object.assign(bench.store, { list: () => Promise.reject(expired) })
    const { nodes } = await bench.uploader({ ledger }).once(undefined, never)
    expect(nodes[0]?.failure).toMatchObject({ code: 'denied' })
    Object.assign(bench.store, before)
    await bench.upload({ ledger })
    expect(await bench.timesInBucket('raw')).toEqual(once(1, 23))
  })

  test('learns it even in the same file, as when a whole disk was put back, once it was idle for an hour', async () => {
    bench = makeLossBench({ rows: 25 })
    await bench.upload()
    const putBack = bench.copyOfLedger()
    bench.nodes[0]?.append(20)
    await bench.upload()
    const ledger = putBack()
    ledger.sql("DELETE FROM settings WHERE key = 'ledger/moved'").run()
    bench.nodes[0]?.append(5)
    await bench.upload({ ledger, clock: createFakeClock(Date.now() + 3_700_000) })
    expect(await bench.timesInBucket('raw')).toEqual(once(1, 50))
  })

  test('learns of a switch of the type that came after it', async () => {
    bench = makeLossBench({ rows: 10 })
    await bench.upload()
    const putBack = bench.copyOfLedger()
    bench.nodes[0]?.append(10)
    await bench.upload()
    bench.switchTo('schematized')
    bench.nodes[0]?.append(10)
    await bench.upload()
    const ledger = putBack()
    await bench.upload({ ledger })
    expect(await bench.timesInBucket('raw')).toEqual(once(1, 20))
    expect((await bench.timesInBucket('schematized')).every(([id, times]) => id > 20 && times === 1)).toBe(true)
  })

  test('learns that the table began a new life since', async () => {
    bench = makeLossBench({ rows: 30 })
    await bench.upload()
    const putBack = bench.copyOfLedger()
    bench.nodes[0]?.writer.exec('DELETE FROM sensor_readings')
    bench.nodes[0]?.writer.exec("DELETE FROM sqlite_sequence WHERE name = 'sensor_readings'")
    bench.nodes[0]?.append(12)
    await bench.upload()
    const objects = bench.store.objects.size
    const ledger = putBack()
    await bench.upload({ ledger })
    expect(bench.store.objects.size).toBe(objects)
  })
})
