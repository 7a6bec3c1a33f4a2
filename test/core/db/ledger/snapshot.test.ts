import Database from 'better-sqlite3'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectLedger } from '../../../../electron/core/db/ledger/connection.ts'
import type { LedgerConnection } from '../../../../electron/core/db/ledger/connection.ts'
import { listAudit, addAudit } from '../../../../electron/core/db/ledger/records.ts'
import { snapshotLedger } from '../../../../electron/core/db/ledger/snapshot.ts'
import { startLedgerSnapshots } from '../../../../electron/core/uploader/ledgerSnapshots.ts'
import type { Clock } from '../../../../electron/core/support/clock.ts'
import { until } from '../../../helpers/until.ts'

let folder: string
let ledger: LedgerConnection
const order = (): Parameters<typeof snapshotLedger>[0] => ({
  ledger: join(folder, 'ledger.db'),
  target: join(folder, 'last-good', 'ledger.db'),
  olderKept: 2,
})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldgate-snapshot-'))
  ledger = connectLedger(join(folder, 'ledger.db'))
})
afterEach(() => {
  ledger.database.close()
  rmSync(folder, { recursive: true, force: true })
})

function note(subject: string): void {
  const told = { before: undefined, after: undefined, reason: undefined }
  addAudit(ledger, { atMs: 1, actor: 'a', action: 'x', subject, ...told })
}

function subjectsIn(path: string): readonly string[] {
  const copy = connectLedger(path)
  const subjects = listAudit(copy, 100).map((entry) => entry.subject)
  copy.database.close()
  return subjects
}

describe('a copy of a ledger in use', () => {
  test('holds all that was committed, what is only in the log as well, and nothing of what is under way', () => {
    note('committed')
    expect(existsSync(join(folder, 'ledger.db-wal'))).toBe(true)
    ledger.database.exec(`BEGIN IMMEDIATE; INSERT INTO settings VALUES ('half', 'done')`)
    const { bytes } = snapshotLedger(order())
    ledger.database.exec('COMMIT')
    expect(bytes).toBe(readFileSync(order().target).length)
    expect(subjectsIn(order().target)).toEqual(['committed'])
    const copy = new Database(order().target)
    expect(copy.prepare("SELECT * FROM settings WHERE key = 'half'").all()).toEqual([])
    expect(copy.pragma('user_version', { simple: true })).toBe(ledger.database.pragma('user_version', { simple: true }))
    copy.close()
  })

  test('takes the place of the one before, which stays beside it; the oldest go', () => {
    for (const [index, subject] of ['one', 'two', 'three', 'four', 'five'].entries()) {
      note(subject)
      snapshotLedger(order())
      utimesSync(order().target, 1_700_000_000 + index * 3600, 1_700_000_000 + index * 3600)
    }
    const names = readdirSync(join(folder, 'last-good')).toSorted()
    expect(names).toEqual(['ledger-20231115T001320Z.db', 'ledger-20231115T011320Z.db', 'ledger.db'])
    expect(subjectsIn(order().target)).toHaveLength(5)
    expect(subjectsIn(join(folder, 'last-good', names[0] ?? ''))).toEqual(['three', 'two', 'one'])
  })

  test('of a damaged one is not kept: the good one of before stays', () => {
    note('good')
    snapshotLedger(order())
    const before = readFileSync(order().target)
    const broken = join(folder, 'broken.db')
    const bytes = readFileSync(order().target)
    bytes.fill(0xa5, 4096, 16_384)
    writeFileSync(broken, bytes)
    expect(() => snapshotLedger({ ...order(), ledger: broken })).toThrow(/damaged; its last good copy was kept/)
    expect(readFileSync(order().target).equals(before)).toBe(true)
    expect(readdirSync(join(folder, 'last-good'))).toEqual(['ledger.db'])
  })

  test('that a crash left unfinished is done anew', () => {
    note('whole')
    snapshotLedger(order())
    writeFileSync(`${order().target}.part`, 'half a copy')
    snapshotLedger(order())
    expect(subjectsIn(order().target)).toEqual(['whole'])
    expect(readdirSync(join(folder, 'last-good')).filter((name) => name.includes('.part'))).toEqual([])
  })
})

describe('copies while the engine runs', () => {
  /** A clock whose sleepers wake when the test lets time pass. */
  function makeClock(): Clock & { pass: (ms: number) => Promise<void> } {
    let now = Date.now()
    const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>()
    return {
      now: () => now,
      monotonic: () => now,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          const sleeper = { atMs: now + ms, wake: resolve }
          if (signal?.aborted === true) return resolve()
          sleepers.add(sleeper)
          signal?.addEventListener('abort', () => resolve(), { once: true })
        }),
      async pass(ms) {
        now += ms
        for (const sleeper of sleepers) {
          if (sleeper.atMs > now) continue
          sleepers.delete(sleeper)
          sleeper.wake()
        }
        await new Promise((resolve) => setImmediate(resolve))
      },
    }
  }

  test('are taken every hour, none right after the start', async () => {
    const clock = makeClock()
    const taken: number[] = []
    const startedAt = clock.now()
    const run = async (_task: unknown, input: unknown): Promise<never> => {
      snapshotLedger(input as ReturnType<typeof order>)
      utimesSync(order().target, clock.now() / 1000, clock.now() / 1000)
      taken.push(Math.round((clock.now() - startedAt) / 60_000))
      return { bytes: 0 } as never
    }
    const loop = startLedgerSnapshots({
      stateDir: folder,
      pool: () => ({ run }),
      clock,
      onError: (error) => {
        throw error
      },
    })
    for (let minute = 0; minute < 150; minute++) await clock.pass(60_000)
    await until(() => taken.length >= 3)
    await loop.stop()
    expect(taken).toEqual([10, 60, 110])
    expect(subjectsIn(order().target)).toEqual([])
  })
})
