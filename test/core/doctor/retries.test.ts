import Database from 'better-sqlite3'
import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ObjectStore } from '../../../electron/core/objects/port.ts'
import { startHeartbeat } from '../../../electron/core/uploader/heartbeat.ts'
import type { NodeUploadStatus } from '../../../electron/core/uploader/uploader.ts'
import type { AttentionEntry } from '../../../shared/domain/attention.ts'
import { composeAttention } from '../../../electron/core/doctor/attention.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { ErrorCode } from '../../../shared/domain/errors.ts'
import { createDoctorBench } from '../../helpers/doctorBench.ts'
import type { DoctorBench } from '../../helpers/doctorBench.ts'
import { until } from '../../helpers/until.ts'

/** A stall has to be explained within this time. */
const WITHIN_MS = 60_000

let bench: DoctorBench
beforeEach(() => {
  bench = createDoctorBench(1)
})
afterEach(async () => {
  await bench.deps.uploader().stop()
  bench.close()
})

/** Runs the uploader as the engine does until a pass has failed, and lets a minute pass. */
async function failForAMinute(): Promise<void> {
  const uploader = bench.deps.uploader()
  uploader.start()
  await until(() => uploader.status()[0]?.failure !== undefined)
  bench.clock.advance(WITHIN_MS - 1)
}

/** What the doctor says of a check then. */
async function told(check: string): Promise<unknown> {
  const [found] = await bench.ill(check)
  const { verb, detail, command } = found?.remedy ?? {}
  return {
    cause: `${found?.title} ${found?.evidence}`,
    remedy: `${verb} ${detail} ${command}`,
    nextRetryMs: found?.nextRetryMs,
  }
}

/** Cause, remedy and the next try as the uploader has it, which is still to come or has come within the minute. */
function explained(cause: RegExp, remedy: RegExp): unknown {
  const nextRetryMs = bench.deps.uploader().status()[0]?.nextRetryMs ?? 0
  if (nextRetryMs <= bench.clock.now() - WITHIN_MS) throw new Error(`no next try: ${nextRetryMs}`)
  return { cause: expect.stringMatching(cause), remedy: expect.stringMatching(remedy), nextRetryMs }
}

async function listAttention(): Promise<readonly AttentionEntry[]> {
  const findings = await bench.doctor.glance(new AbortController().signal)
  return composeAttention(findings, bench.deps.config.nodes, () => 0)
}

function refusing(
  code: ErrorCode,
  message: string,
  options: { readonly hint?: string; readonly action?: string },
): ObjectStore {
  const { hint, action = 's3:PutObject' } = options
  const refuse = async (): Promise<never> => {
    throw new FieldgateError(code, message, { details: { action }, ...(hint === undefined ? {} : { hint }) })
  }
  return { ...bench.store, putIfAbsent: refuse, list: refuse }
}

describe('within a minute the cause, the next try and the remedy are told of', () => {
  test('a refused right', async () => {
    bench.useStore(refusing('denied', 's3:PutObject on bucket b is not allowed.', { hint: 'Grant s3:PutObject.' }))
    await failForAMinute()
    expect(await told('stalled')).toEqual(
      explained(/not allowed/, /Show policy.*Grant s3:PutObject.*access policy uploader/),
    )
    expect(await told('bucket')).toEqual(explained(/not allowed/, /policy/i))
    expect(await listAttention()).toMatchObject([
      {
        check: 'stalled',
        nextRetryMs: bench.deps.uploader().status()[0]?.nextRetryMs,
        remedy: { verb: 'Show policy' },
      },
    ])
  })

  test('a bucket that is not there', async () => {
    bench.configure((config) => ({ ...config, store: { ...config.store, kind: 's3' } as typeof config.store }))
    bench.useStore(refusing('notFound', 'There is no bucket b.', { hint: 'Create it.' }))
    await failForAMinute()
    expect(await told('stalled')).toEqual(explained(/no bucket b/, /Create bucket.*buckets create/))
    expect(await told('bucket')).toEqual(explained(/no bucket b/, /buckets create/))
  })

  test('an expired token', async () => {
    const hint = 'Renew the credentials: fieldgate credentials check.'
    bench.useStore(refusing('denied', 'The security token is expired.', { hint }))
    await failForAMinute()
    expect(await told('stalled')).toEqual(explained(/token is expired/, /Renew the credentials/))
  })

  test('a clock that is wrong by more than the store allows', async () => {
    const skewed = refusing('denied', 'The store refuses the time of this computer.', { hint: 'Set the clock (NTP).' })
    bench.useStore({
      ...skewed,
      facts: () => ({ conditionalWrites: 'enforced', checksums: 'always', skewMs: 16 * 60_000 }) as never,
    })
    await failForAMinute()
    expect(await told('stalled')).toEqual(explained(/refuses the time/, /Set the clock/))
    expect(await told('storeClock')).toEqual(explained(/16 min behind/, /Set the clock.*set-ntp/))
    expect((await listAttention()).map(({ check, nextRetryMs }) => [check, nextRetryMs !== undefined])).toEqual(
      expect.arrayContaining([['storeClock', true]]),
    )
  })

  test('a full disk', async () => {
    const hint = 'Free some space; uploading resumes by itself and nothing is lost.'
    bench.useStore(refusing('diskFull', 'No space left to write the object.', { hint, action: 'write' }))
    await failForAMinute()
    expect(await told('stalled')).toEqual(explained(/No space left/, /Free some space/))
  })

  test('an object of somebody else under our name', async () => {
    const hint = 'Nothing was overwritten. Find out who wrote it, move it away, and it is tried again.'
    bench.useStore(refusing('conflict', 'Another object already holds the name k in b.', { hint }))
    await failForAMinute()
    expect(await told('stalled')).toEqual(explained(/already holds the name/, /Retry now.*move it away/))
  })

  test('a locked database', { timeout: 60_000 }, async () => {
    const locker = new Database(bench.paths[0])
    locker.pragma('locking_mode = EXCLUSIVE')
    locker.exec('BEGIN EXCLUSIVE')
    try {
      await failForAMinute()
      expect(await told('stalled')).toEqual(explained(/locked/, /\w/))
      expect(await told('readable')).toEqual(explained(/locked/, /End the transaction/))
    } finally {
      locker.exec('ROLLBACK')
      locker.close()
    }
  })

  test('a damaged database', async () => {
    const path = bench.paths[0] ?? ''
    rmSync(`${path}-wal`, { force: true })
    const file = openSync(path, 'r+')
    writeSync(file, 'not SQLite any more', 0)
    closeSync(file)
    await failForAMinute()
    expect(await told('stalled')).toEqual(explained(/not a database|damaged|malformed/i, /\w/))
    expect(await told('malformed')).toEqual(explained(/not a database|damaged/i, /\w/))
  })
})

describe('the next try is known', () => {
  test('to another process by the ledger, once the uploader has ended', async () => {
    const refused = refusing('denied', 's3:PutObject on bucket b is not allowed.', {})
    bench.useStore({ ...refused, list: (query) => bench.store.list(query) })
    await bench.upload()
    const before = bench.deps.uploader().status()[0]
    bench.useStore(bench.store)
    expect(bench.deps.uploader().status()[0]?.failure).toBeUndefined()
    const [found] = await bench.ill('stalled')
    expect(found).toMatchObject({ verdict: 'bad', nextRetryMs: before?.nextRetryMs })
  })

  test('from the heartbeat of an uploader in another process, while that is fresh', async () => {
    const locker = new Database(bench.paths[0])
    locker.pragma('locking_mode = EXCLUSIVE')
    locker.exec('BEGIN EXCLUSIVE')
    const nextRetryMs = bench.clock.now() + 25_000
    const failing = {
      nodeId: 'n1',
      failure: { code: 'unavailable', message: 'locked', retryable: true },
      failingSinceMs: bench.clock.now(),
      nextRetryMs,
    } as NodeUploadStatus
    const still = {
      ...bench.clock,
      sleep: (_ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve())),
    }
    const beating = startHeartbeat(
      bench.deps.config.stateDir,
      { clock: still, pid: 9, onError: () => undefined },
      () => [failing],
    )
    try {
      await until(
        () => statSync(join(bench.deps.config.stateDir, 'heartbeat.json'), { throwIfNoEntry: false }) !== undefined,
      )
      expect((await bench.ill('readable'))[0]).toMatchObject({ title: 'The database is locked', nextRetryMs })
      bench.clock.advance(31_000)
      expect((await bench.ill('readable'))[0]?.nextRetryMs).toBeUndefined()
    } finally {
      await beating.stop()
      locker.exec('ROLLBACK')
      locker.close()
    }
  })

  test('to nobody while nothing waits', async () => {
    await bench.upload()
    const { findings } = await bench.run()
    expect(findings.filter(({ nextRetryMs }) => nextRetryMs !== undefined)).toEqual([])
  })
})
