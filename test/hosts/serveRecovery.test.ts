import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { browserHost } from '../../electron/cli/serve/browserHost.ts'
import type { OpenedSession } from '../../electron/cli/serve/browserHost.ts'
import { loadConfig } from '../../electron/core/config/loadConfig.ts'
import type { HostHandlers } from '../../electron/core/host/callRouter.ts'
import { openRecoveryDesk } from '../../electron/core/host/recoveryDesk.ts'
import { openSession } from '../../electron/core/host/session.ts'
import { systemClock } from '../../electron/core/support/clock.ts'
import { silentLog } from '../../electron/core/support/log.ts'
import { spawnEngine } from '../../electron/worker/spawnEngine.ts'

let folder: string
let open: OpenedSession | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldgate-served-'))
  const database = new Database(join(folder, 'a.db'))
  database.exec('CREATE TABLE sensor_readings (id INTEGER PRIMARY KEY, timestamp TEXT, temperature REAL)')
  const insert = database.prepare('INSERT INTO sensor_readings (timestamp, temperature) VALUES (?, ?)')
  for (let at = 0; at < 50; at++) insert.run(`2026-11-01T00:00:${String(at).padStart(2, '0')}Z`, 20 + at / 10)
  database.close()
  writeFileSync(join(folder, 'fieldgate.yaml'), 'nodes:\n  - id: a\n    sqlite: a.db\n')
})

afterEach(async () => {
  await open?.desk.stop(5_000)
  open = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** The workspace as `fieldgate serve` opens it, with what its host answers. */
async function serve(): Promise<OpenedSession & { readonly host: HostHandlers }> {
  const session = await openSession({
    loadConfig: () => loadConfig({ workspace: folder, env: {}, cwd: folder }).config,
    spawn: (config) => spawnEngine(config, 'test'),
    clock: systemClock,
    log: silentLog,
  })
  open = { session, desk: openRecoveryDesk({ session, folder, clock: systemClock, log: silentLog }) }
  await session.settled()
  return { ...open, host: browserHost(Promise.resolve(open), 'linux', []) }
}

/** Delivers everything, stops as a signal would, and then damages the ledger. Gives back its bytes. */
async function runThenDamage(): Promise<Buffer> {
  const { session, desk } = await serve()
  expect((await session.engine().call('uploads.run', {})).failed).toBe(0)
  expect(await desk.stop(5_000)).toBe(true)
  const ledger = join(folder, 'state/ledger.db')
  const damaged = readFileSync(ledger)
  damaged.fill(0x5a, 4096, Math.min(damaged.length, 4096 * 12))
  writeFileSync(ledger, damaged)
  return damaged
}

describe('a served workspace whose ledger is damaged', () => {
  test('offers what the desktop app offers, and goes on from the last good snapshot', async () => {
    const damaged = await runThenDamage()
    const { session, host } = await serve()
    const { recovery } = await host['host.info']({})
    expect(recovery).toMatchObject({ part: 'ledger', choices: ['snapshot', 'retry', 'fresh'] })
    expect(readFileSync(recovery?.setAside ?? '').equals(damaged)).toBe(true)
    await host['host.recover']({ choice: 'snapshot' })
    expect((await host['host.info']({})).recovery).toBeUndefined()
    const executions = await session.engine().call('executions.list', { limit: 10 })
    expect(executions.reduce((sum, one) => sum + one.toSeq - one.fromSeq + 1, 0)).toBe(50)
  })

  test('trying again says what is still wrong; a fresh ledger learns from the bucket what was delivered, and the damaged one is kept', async () => {
    await runThenDamage()
    const { session, host } = await serve()
    await expect(host['host.recover']({ choice: 'retry' })).rejects.toMatchObject({ code: 'corrupt' })
    const setAside = (await host['host.info']({})).recovery?.setAside ?? ''
    await host['host.recover']({ choice: 'fresh' })
    expect((await host['host.info']({})).recovery).toBeUndefined()
    expect(existsSync(setAside)).toBe(true)
    await expect
      .poll(
        async () => {
          const executions = await session.engine().call('executions.list', { limit: 10 })
          return executions.reduce((sum, one) => sum + one.toSeq - one.fromSeq + 1, 0)
        },
        { timeout: 30_000 },
      )
      .toBe(50)
    await expect(host['host.recover']({ choice: 'fresh' })).rejects.toMatchObject({ code: 'conflict' })
  })
})
