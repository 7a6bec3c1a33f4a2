import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '../../../electron/core/support/log.ts'
import { desktopHost } from '../../../electron/main/desktopHost.ts'
import type { Vault } from '../../../electron/main/secrets.ts'
import { openWorkspace } from '../../../electron/main/workspace.ts'
import type { Workspace } from '../../../electron/main/workspace.ts'

let folder: string
let open: Workspace | undefined
const secrets = new Map<string, unknown>()
const vault: Vault = {
  verdict: async () => ({ canKeep: true, note: 'kept' }),
  read: async () => undefined,
  keep: async (workspace, credentials) => void secrets.set(workspace, credentials),
  forget: async (workspace) => void secrets.delete(workspace),
}

function openHere(): Workspace {
  open = openWorkspace(folder, {
    tempFolder: tmpdir(),
    env: {},
    cwd: folder,
    version: 'test',
    log: silentLog,
    vault,
    onEvent: () => undefined,
    onState: () => undefined,
  })
  return open
}

async function settle(workspace: Workspace): Promise<void> {
  await (await workspace.session()).settled()
}

async function deliveredRows(workspace: Workspace): Promise<number> {
  const session = await workspace.session()
  const result = await session.engine().call('uploads.run', {})
  expect(result.failed).toBe(0)
  const executions = await session.engine().call('executions.list', { limit: 100 })
  return executions
    .filter((one) => one.state === 'succeeded')
    .reduce((sum, one) => sum + one.toSeq - one.fromSeq + 1, 0)
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldgate-workspace-'))
  const database = new Database(join(folder, 'a.db'))
  database.exec('CREATE TABLE sensor_readings (id INTEGER PRIMARY KEY, timestamp TEXT, temperature REAL)')
  const insert = database.prepare('INSERT INTO sensor_readings (timestamp, temperature) VALUES (?, ?)')
  for (let at = 0; at < 100; at++) insert.run(`2026-11-01T00:00:${String(at % 60).padStart(2, '0')}Z`, 20 + at / 10)
  database.close()
  writeFileSync(join(folder, 'fieldgate.yaml'), 'nodes:\n  - id: a\n    sqlite: a.db\n')
})

afterEach(async () => {
  await open?.close(5000)
  open = undefined
  rmSync(folder, { recursive: true, force: true })
})

describe('a workspace on the desktop', () => {
  test('runs, and leaves good snapshots of settings and ledger', async () => {
    const workspace = openHere()
    await settle(workspace)
    expect(workspace.recovery()).toBeUndefined()
    expect(await deliveredRows(workspace)).toBe(100)
    expect(await workspace.close(5000)).toBe(true)
    open = undefined
    expect(readdirSync(join(folder, 'state/last-good')).toSorted()).toEqual(['fieldgate.yaml', 'ledger.db'])
  })

  test('broken settings: opens in recovery, keeps a copy, and goes on from the last good ones', async () => {
    await settle(openHere())
    await open?.close(5000)
    const broken = 'nodes: [ {id: a, sqlite:\n'
    writeFileSync(join(folder, 'fieldgate.yaml'), broken)

    const workspace = openHere()
    await settle(workspace)
    const view = workspace.recovery()
    expect(view).toMatchObject({ part: 'settings', choices: ['snapshot', 'retry', 'fresh'] })
    expect(readFileSync(view?.setAside ?? '', 'utf8')).toBe(broken)
    await workspace.recover('snapshot')
    expect(workspace.recovery()).toBeUndefined()
    expect(await deliveredRows(workspace)).toBe(100)
  })

  test('broken settings mended by hand are taken by trying again; until then nothing is answered but why', async () => {
    writeFileSync(join(folder, 'fieldgate.yaml'), 'nodes: 7\n')
    const workspace = openHere()
    await settle(workspace)
    expect(workspace.recovery()).toMatchObject({ part: 'settings', choices: ['retry', 'fresh'] })
    await expect(workspace.recover('retry')).rejects.toMatchObject({ code: 'invalid' })
    expect(workspace.recovery()).toBeDefined()
    writeFileSync(join(folder, 'fieldgate.yaml'), 'nodes:\n  - id: a\n    sqlite: a.db\n')
    await workspace.recover('retry')
    expect(await deliveredRows(workspace)).toBe(100)
  })

  test('a damaged ledger: nothing is started, the file is set aside unchanged, the snapshot takes its place', async () => {
    const first = openHere()
    await settle(first)
    expect(await deliveredRows(first)).toBe(100)
    await first.close(5000)
    const ledger = join(folder, 'state/ledger.db')
    const damaged = readFileSync(ledger)
    damaged.fill(0x5a, 4096, Math.min(damaged.length, 4096 * 12))
    writeFileSync(ledger, damaged)

    const workspace = openHere()
    await settle(workspace)
    const view = workspace.recovery()
    expect(view).toMatchObject({ part: 'ledger', file: ledger })
    expect(readFileSync(view?.setAside ?? '').equals(damaged)).toBe(true)
    await workspace.recover('snapshot')
    expect(workspace.recovery()).toBeUndefined()
    const session = await workspace.session()
    const executions = await session.engine().call('executions.list', { limit: 10 })
    expect(executions.length).toBeGreaterThan(0)
  })

  test('credentials go to the keychain and the engine, never back', async () => {
    const workspace = openHere()
    await settle(workspace)
    const host = desktopHost({
      workspace,
      vault,
      dialogs: { pickFile: async () => null, pickFolder: async () => null },
      platform: 'linux',
      notifications: { read: () => undefined, write: () => undefined },
      onOpened: () => undefined,
    })
    const SECRET = 'planted-secret-value-0123456789'
    await host['host.setCredentials']({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: SECRET, keep: 'keychain' })
    expect(secrets.get(folder)).toMatchObject({ secretAccessKey: SECRET })
    const session = await workspace.session()
    const shown = JSON.stringify([
      await host['host.info']({}),
      await session.engine().call('workspace.get', {}),
      await session.engine().call('settings.get', {}),
    ])
    expect(shown).not.toContain(SECRET)
    await host['host.clearCredentials']({})
    expect(secrets.has(folder)).toBe(false)
  })

  test('a folder that is not there is refused by name', async () => {
    const workspace = openHere()
    await settle(workspace)
    const host = desktopHost({
      workspace,
      vault,
      dialogs: { pickFile: async () => null, pickFolder: async () => null },
      platform: 'linux',
      notifications: { read: () => undefined, write: () => undefined },
      onOpened: () => undefined,
    })
    await expect(host['host.openWorkspace']({ folder: join(folder, 'nowhere') })).rejects.toMatchObject({
      code: 'notFound',
    })
    expect(existsSync(join(folder, 'nowhere'))).toBe(false)
  })
})
