import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { listExecutions } from '../../../electron/core/db/ledger/executions.ts'
import { listCursors, listGaps } from '../../../electron/core/db/ledger/lanes.ts'
import { listPaused, writeLink } from '../../../electron/core/db/ledger/settings.ts'
import { setPipeline } from '../../../electron/core/pipelines/pipelineManager.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { parseObjectKey } from '../../../shared/domain/objectKey.ts'
import { createFakeClock, createStillClock } from '../../helpers/fakeClock.ts'
import { SAMPLE_START_MS } from '../../helpers/nodeDatabases.ts'
import { makeUploaderBench } from '../../helpers/uploaderBench.ts'
import type { BenchOptions, UploaderBench } from '../../helpers/uploaderBench.ts'

const never = new AbortController().signal
let bench: UploaderBench

function make(options?: BenchOptions): UploaderBench {
  bench = makeUploaderBench(options)
  return bench
}

afterEach(() => bench.remove())

/** Sequence ranges in the bucket, by route. */
function delivered(route: string): readonly [number, number][] {
  return [...bench.store.objects.keys()]
    .map((name) => parseObjectKey(name.slice(name.indexOf('/') + 1)))
    .filter((key) => key?.type === route)
    .map((key): [number, number] => [key?.fromSeq ?? 0, key?.toSeq ?? 0])
    .toSorted((a, b) => a[0] - b[0])
}

function acked(route = 'raw'): number | undefined {
  return listCursors(bench.ledger).findLast((cursor) => cursor.route === route)?.ackedSeq
}

describe('one pass', () => {
  test('drains until nothing is left, however small a batch is', async () => {
    make({ rows: 95 })
    const result = await bench.uploader().once(undefined, never)

    expect(result.nodes).toMatchObject([{ nodeId: 'n1', rows: 95, failure: undefined, nextRetryMs: undefined }])
    expect(delivered('raw')[0]?.[0]).toBe(1)
    expect(delivered('raw').at(-1)?.[1]).toBe(95)
    expect(acked()).toBe(95)
  })

  test('does nothing twice: the next one finds nothing, and then only what is new', async () => {
    make({ rows: 30 })
    const uploader = bench.uploader()
    await uploader.once(undefined, never)
    const before = bench.store.objects.size
    expect((await uploader.once(undefined, never)).nodes).toMatchObject([{ executions: 0, rows: 0 }])
    expect(bench.store.objects.size).toBe(before)

    bench.nodes[0]?.append(5)
    expect((await uploader.once(undefined, never)).nodes).toMatchObject([{ rows: 5 }])
    expect(acked()).toBe(35)
  })

  test('that fails says why and keeps the claim for the next, which writes the same names', async () => {
    make({ rows: 30 })
    const names: string[] = []
    bench.beforePut = async (put) => {
      names.push(put.key)
      throw new FieldgateError('denied', 'PutObject is not allowed.', { hint: 'Grant it.' })
    }
    const first = await bench.uploader().once(undefined, never)
    expect(first.nodes[0]?.failure).toMatchObject({ code: 'denied', hint: 'Grant it.' })
    expect(acked()).toBe(0)
    expect(listExecutions(bench.ledger, { limit: 9 }).at(-1)).toMatchObject({
      state: 'encoded',
      attempt: 1,
      failure: { code: 'denied' },
    })

    const again: string[] = []
    bench.beforePut = async (put) => void again.push(put.key)
    const uploader = bench.uploader()
    uploader.nudge()
    expect((await uploader.once(undefined, never)).nodes[0]?.failure).toBeUndefined()
    expect(again).toEqual(expect.arrayContaining(names))
    expect(acked()).toBe(30)
  })

  test('a failure that may pass is tried again within the pass', async () => {
    make({ rows: 5 })
    let puts = 0
    bench.beforePut = async () => {
      if (++puts < 3) throw new FieldgateError('unavailable', 'The link is cut.')
    }
    const clock = createFakeClock()
    const result = await bench.uploader({ clock: { ...clock, sleep: shortLived(clock) } }).once(undefined, never)
    expect(result.nodes).toMatchObject([{ rows: 5, failure: undefined }])
    expect(puts).toBe(3)
  })

  test('one broken node leaves the others alone', async () => {
    make({ nodes: 12, rows: 3 })
    bench.nodes[4]?.writer.exec('DROP TABLE sensor_readings')
    const result = await bench.uploader().once(undefined, never)
    expect(result.nodes.filter((node) => node.failure === undefined)).toHaveLength(11)
    expect(result.nodes.find((node) => node.failure !== undefined)).toMatchObject({ nodeId: 'n5', rows: 0 })
  })

  test('leaves no spool file behind, not even of executions that ended elsewhere', async () => {
    make({ rows: 30 })
    const uploader = bench.uploader()
    await uploader.once(undefined, never)
    const spool = join(bench.stateDir, 'spool')
    writeFileSync(join(spool, 'execution-1-stray.parquet'), 'x')
    await uploader.once(undefined, never)
    expect(readdirSync(spool)).toEqual([])
  })
})

describe('two runners', () => {
  test('the second is read-only on the node and says who holds it, until the first lets go', async () => {
    make({ rows: 5 })
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    bench.beforePut = () => held
    const first = bench.uploader({ token: 'first' })
    const passing = first.once(undefined, never)
    await expect.poll(() => first.status()[0]?.state, { timeout: 20_000 }).toBe('uploading')

    const second = bench.uploader({ token: 'second' })
    const refused = await second.once(undefined, never)
    expect(refused).toMatchObject({ nodes: [], readOnly: [{ nodeId: 'n1', pid: 1, host: 'bench' }] })
    expect(second.status()[0]).toMatchObject({ state: 'readOnly', holder: { token: 'first' } })

    release()
    expect((await passing).nodes).toMatchObject([{ rows: 5 }])
    bench.nodes[0]?.append(1)
    expect((await second.once(undefined, never)).nodes).toMatchObject([{ rows: 1 }])
  })

  test('one that slept through its lease changes nothing any more', async () => {
    make({ rows: 5 })
    const clock = createFakeClock(SAMPLE_START_MS)
    const sleepy = bench.uploader({
      token: 'sleepy',
      clock: createStillClock(clock),
      step: (step) => {
        if (step !== 'put') return
        bench.ledger.database.exec(`UPDATE leases SET token = 'other', pid = 9`)
      },
    })
    const stopping = new AbortController()
    const result = await sleepy.once(undefined, AbortSignal.any([stopping.signal, AbortSignal.timeout(400)]))
    expect(result.nodes[0]?.failure ?? result.readOnly[0]).toBeDefined()
    expect(acked()).toBe(0)
    expect(listExecutions(bench.ledger, { limit: 9 })).toMatchObject([{ state: 'encoded' }])
  })
})

describe('pausing', () => {
  test('a paused node stays paused after a restart, and goes on where it stood', async () => {
    make({ nodes: 2, rows: 10 })
    bench.uploader().setPaused('n1', true)
    expect(listPaused(bench.ledger).has('n1')).toBe(true)

    const restarted = bench.uploader()
    expect((await restarted.once(undefined, never)).nodes.map((node) => node.nodeId)).toEqual(['n2'])
    expect(restarted.status()[0]).toMatchObject({ nodeId: 'n1', state: 'paused' })

    restarted.setPaused('n1', false)
    expect((await restarted.once(undefined, never)).nodes).toHaveLength(2)
    expect(listPaused(bench.ledger).size).toBe(0)
  })

  test('a paused node that is named is passed all the same', async () => {
    make({ rows: 10 })
    const uploader = bench.uploader()
    uploader.setPaused('n1', true)
    uploader.setPaused('n1', false)
    uploader.setPaused('n1', true)
    const result = await bench.uploader().once(['n1'], never)
    expect(result.nodes).toHaveLength(1)
  })

  test('pausing ends what is under way and leaves it redoable', async () => {
    make({ rows: 10 })
    const uploader = bench.uploader()
    bench.beforePut = (put) =>
      new Promise((_resolve, reject) => put.signal?.addEventListener('abort', () => reject(new Error('aborted'))))
    const passing = uploader.once(undefined, never)
    await expect
      .poll(() => listExecutions(bench.ledger, { limit: 9 }).map((e) => e.state), { timeout: 20_000 })
      .toEqual(['encoded'])
    uploader.setPaused('n1', true)
    expect((await passing).nodes).toMatchObject([{ rows: 0, failure: undefined }])
    expect(uploader.status()[0]).toMatchObject({ state: 'paused', failure: undefined })

    bench.beforePut = async () => undefined
    uploader.setPaused('n1', false)
    expect((await uploader.once(undefined, never)).nodes).toMatchObject([{ rows: 10, failure: undefined }])
  })
})

describe('the link', () => {
  test('limits set while it runs win over the configuration and can be lifted', async () => {
    make({ rows: 1, upload: { bytesPerSecond: 1_000 } })
    const uploader = bench.uploader()
    await uploader.once(undefined, never)
    writeLink(bench.ledger, { bytesPerSecond: 5_000 })
    uploader.applyLink()
    writeLink(bench.ledger, { bytesPerSecond: null })
    uploader.applyLink()
    expect(bench.linkLimits).toEqual([1_000, 5_000, undefined])
  })

  test('beyond the month only urgent routes are sent, and the cause is named', async () => {
    make({ rows: 30, upload: { monthBudgetBytes: 1, alwaysOn: ['emergency'] } })
    const uploader = bench.uploader()
    await uploader.once(undefined, never)
    bench.nodes[0]?.append(30)
    const result = await uploader.once(undefined, never)

    expect(result.nodes[0]?.failure).toMatchObject({ code: 'throttled' })
    expect(result.nodes[0]?.failure?.message).toContain('budget of 1 bytes')
    expect(acked('emergency')).toBe(60)
    expect(acked()).toBeLessThan(60)

    writeLink(bench.ledger, { monthBudgetBytes: null })
    await uploader.once(undefined, never)
    expect(acked()).toBe(60)
  })
})

describe('after an earlier uploader', () => {
  const state = (atMs: number): string =>
    JSON.stringify({ last_timestamp: new Date(atMs).toISOString(), records_uploaded: 9 })

  test('it continues at the rows of its last time, once, and keeps its file', async () => {
    make({ rows: 40 })
    const path = join(bench.stateDir, 'last_upload_state.json')
    writeFileSync(path, state(SAMPLE_START_MS + 19_000))
    await bench.uploader().once(undefined, never)

    expect(delivered('raw')[0]?.[0]).toBe(20)
    expect(acked()).toBe(40)
    const cursor = listCursors(bench.ledger)[0]
    expect(cursor === undefined ? [] : listGaps(bench.ledger, cursor)).toMatchObject([
      { fromSeq: 1, toSeq: 19, state: 'skipped' },
    ])
    expect(readFileSync(`${path}.imported`, 'utf8')).toBe(state(SAMPLE_START_MS + 19_000))
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ writer: 'fieldgate', last_pipeline_type: 'raw' })
  })

  test('a backfill brings what the earlier uploader had left behind', async () => {
    make({ rows: 40 })
    writeFileSync(join(bench.stateDir, 'last_upload.json'), state(SAMPLE_START_MS + 19_000))
    const uploader = bench.uploader()
    await uploader.once(undefined, never)
    const path = bench.nodes[0]?.path ?? ''
    setPipeline(path, { type: 'raw', by: 't', reason: 'all', backfill: true, atMs: Date.now(), customTypes: [] })
    await uploader.once(undefined, never)
    expect(delivered('raw')[0]?.[0]).toBe(1)
  })

  test('a torn state file stops the node with the remedy and is not written over', async () => {
    make({ rows: 10 })
    const path = join(bench.stateDir, 'last_upload_state.json')
    writeFileSync(path, '{"last_timestamp": "2025-0')
    const result = await bench.uploader().once(undefined, never)
    expect(result.nodes[0]?.failure).toMatchObject({ code: 'corrupt', retryable: false })
    expect(result.nodes[0]?.failure?.message).toContain(path)
    expect(readFileSync(path, 'utf8')).toBe('{"last_timestamp": "2025-0')
    expect(bench.store.objects.size).toBe(0)
  })

  test("in a workspace of several nodes its position is nobody's", async () => {
    make({ rows: 10, nodes: 2 })
    writeFileSync(join(bench.stateDir, 'last_upload.json'), state(SAMPLE_START_MS + 5_000))
    await bench.uploader().once(undefined, never)
    expect(listCursors(bench.ledger).map((cursor) => cursor.ackedSeq)).toEqual([10, 10])
    expect(existsSync(join(bench.stateDir, 'last_upload_state.json'))).toBe(true)
  })
})

/** Sleeps of retries pass at once; those of the loops beside the pass end with their signal. */
function shortLived(clock: ReturnType<typeof createFakeClock>): ReturnType<typeof createFakeClock>['sleep'] {
  const still = createStillClock(clock)
  return (ms, signal) => (ms === 15_000 ? still.sleep(ms, signal) : clock.sleep(ms, signal))
}
