import { afterEach, describe, expect, test } from 'vitest'
import { listExecutions } from '../../../electron/core/db/ledger/executions.ts'
import { readLease } from '../../../electron/core/db/ledger/leases.ts'
import { listCursors } from '../../../electron/core/db/ledger/lanes.ts'
import { openNodeDatabase } from '../../../electron/core/db/nodeDatabase.ts'
import { parseObjectKey } from '../../../shared/domain/objectKey.ts'
import { makeUploaderBench } from '../../helpers/uploaderBench.ts'
import type { BenchOptions, UploaderBench } from '../../helpers/uploaderBench.ts'

const never = new AbortController().signal
let bench: UploaderBench

function make(options?: BenchOptions): UploaderBench {
  bench = makeUploaderBench(options)
  return bench
}

afterEach(() => bench.remove())

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function acked(route: string): number {
  return listCursors(bench.ledger).find((cursor) => cursor.route === route)?.ackedSeq ?? 0
}

describe('while it runs', () => {
  test('an urgent row overtakes a backlog that is still draining', async () => {
    make({ rows: 600, upload: { alwaysOn: ['emergency'] } })
    bench.beforePut = async (put) => {
      if (parseObjectKey(put.key)?.type === 'raw') await pause(40)
    }
    bench.uploader().start()
    await expect.poll(() => acked('raw'), { timeout: 20_000 }).toBeGreaterThan(0)
    bench.nodes[0]?.append(10)

    await expect.poll(() => acked('emergency'), { timeout: 20_000 }).toBe(610)
    expect(acked('raw')).toBeLessThan(600)
  })

  test('every node of a fleet has its turn before the first has many', async () => {
    make({ nodes: 30, rows: 3, upload: { intervalSeconds: 30 } })
    bench.uploader().start()
    await expect
      .poll(() => listCursors(bench.ledger).filter((cursor) => cursor.ackedSeq === 3).length, {
        timeout: 25_000,
      })
      .toBe(30)
  })

  test('a database nobody wrote to is left closed', async () => {
    make({ nodes: 3, rows: 3, upload: { intervalSeconds: 0.2 } })
    // Stamps of the last two seconds are no proof, see COARSEST_TIME_MS.
    await pause(2_100)
    let opened = 0
    const uploader = bench.uploader({
      openNode: (node) => {
        opened++
        return openNodeDatabase(node.sqlite, { timeZone: node.timeZone })
      },
    })
    uploader.start()
    await expect
      .poll(() => listCursors(bench.ledger).filter((cursor) => cursor.ackedSeq === 3).length, { timeout: 20_000 })
      .toBe(3)
    await pause(1_500)
    const before = opened
    await pause(2_500)
    expect(opened).toBe(before)

    bench.nodes[1]?.append(1)
    await expect
      .poll(() => listCursors(bench.ledger).some((cursor) => cursor.ackedSeq === 4), {
        timeout: 20_000,
      })
      .toBe(true)
  })

  test('a pass asked for by a person never runs a claim that the loop has under way', async () => {
    make({ rows: 200, upload: { intervalSeconds: 0.1, alwaysOn: ['emergency'] } })
    const inHand = new Set<number>()
    const twice: number[] = []
    bench.beforePut = () => pause(5)
    const uploader = bench.uploader({
      step: (step, id) => {
        if (step === 'putting' && inHand.has(id)) twice.push(id)
        if (step === 'putting') inHand.add(id)
        if (step === 'putRecorded') inHand.delete(id)
      },
    })
    uploader.start()
    for (let round = 0; round < 4; round++) {
      bench.nodes[0]?.append(20)
      await Promise.all([uploader.once(undefined, never), uploader.once(['n1'], never)])
    }
    expect(twice).toEqual([])
    expect(acked('raw')).toBe(280)
    expect(acked('emergency')).toBe(280)
    const ranges = listExecutions(bench.ledger, { limit: 10_000 })
      .filter((execution) => execution.route === 'raw')
      .map((execution) => execution.fromSeq)
    expect(new Set(ranges).size).toBe(ranges.length)
  })
})

describe('a stop', () => {
  test('in the middle leaves nothing running, and the next start goes on with the same claim', async () => {
    make({ rows: 50 })
    let puts = 0
    bench.beforePut = (put) => {
      puts++
      return new Promise((_resolve, reject) =>
        put.signal?.addEventListener('abort', () => reject(new Error('stopped'))),
      )
    }
    const uploader = bench.uploader({ token: 'first' })
    uploader.start()
    await expect.poll(() => puts, { timeout: 20_000 }).toBeGreaterThan(0)
    await uploader.stop()
    const putsThen = puts
    const claims = listExecutions(bench.ledger, { limit: 99 }).map(({ id, fromSeq, toSeq }) => ({ id, fromSeq, toSeq }))
    expect(readLease(bench.ledger, 'n1')).toBeUndefined()
    await pause(1_300)
    expect(puts).toBe(putsThen)
    expect(listExecutions(bench.ledger, { limit: 99 }).every((execution) => execution.failure === undefined)).toBe(true)

    bench.beforePut = async () => undefined
    await bench.uploader({ token: 'second' }).once(undefined, never)
    const after = listExecutions(bench.ledger, { limit: 99 })
    for (const claim of claims) expect(after).toContainEqual(expect.objectContaining({ ...claim, state: 'succeeded' }))
    expect(acked('raw')).toBe(50)
  })

  test('ends a pass that a person asked for as well', async () => {
    make({ rows: 50 })
    bench.beforePut = (put) =>
      new Promise((_resolve, reject) => put.signal?.addEventListener('abort', () => reject(new Error('stopped'))))
    const uploader = bench.uploader()
    const passing = uploader.once(undefined, never)
    await expect
      .poll(() => listExecutions(bench.ledger, { limit: 9 }).some((e) => e.state === 'encoded'), { timeout: 20_000 })
      .toBe(true)
    await uploader.stop()
    expect((await passing).nodes).toMatchObject([{ failure: undefined }])
  })
})
