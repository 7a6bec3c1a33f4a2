import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AttentionEntry } from '../../../shared/domain/attention.ts'
import type { Execution } from '../../../shared/domain/execution.ts'
import type { FleetStatus } from '../../../shared/domain/node.ts'
import { describeDrain, nextOnQuit } from '../../../electron/main/drain.ts'
import { describeFleet, newsOfAttention, newsOfPipeline, trayState } from '../../../electron/main/fleetNews.ts'
import { openLocalState } from '../../../electron/main/localState.ts'
import { openLogFile } from '../../../electron/main/logFile.ts'
import { menuTemplate } from '../../../electron/main/menu.ts'
import { judgeKeychain, openVault } from '../../../electron/main/secrets.ts'
import type { Keychain } from '../../../electron/main/secrets.ts'
import { FIRST_STATE, MIN_WIDTH, restoreWindowState } from '../../../electron/main/windowState.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fieldgate-main-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('the window comes back where it was', () => {
  const laptop = { x: 0, y: 0, width: 1440, height: 900 }
  const beside = { x: 1440, y: 0, width: 2560, height: 1440 }

  test('on the display it was on', () => {
    const state = { x: 1600, y: 100, width: 1600, height: 1000, isMaximized: true }
    expect(restoreWindowState(state, [laptop, beside])).toEqual(state)
  })

  test('without its position when that display is gone, and no larger than what is left', () => {
    const state = { x: 1600, y: 100, width: 2000, height: 1200, isMaximized: false }
    expect(restoreWindowState(state, [laptop])).toEqual({ width: 1440, height: 900, isMaximized: false })
  })

  test('never so that its title bar cannot be grabbed', () => {
    for (const [x, y] of [
      [1400, 0],
      [-1300, 0],
      [0, -10],
      [0, 880],
    ] as const) {
      const restored = restoreWindowState({ x, y, width: 1400, height: 800, isMaximized: false }, [laptop])
      expect(restored).not.toHaveProperty('x')
    }
  })

  test('at a usable size, whatever was stored', () => {
    for (const stored of [undefined, null, 'x', { width: 'a' }, { width: 1e9, height: 1, isMaximized: false }, []]) {
      const state = restoreWindowState(stored, [{ x: 0, y: 0, width: 1920, height: 1080 }])
      expect(state).toEqual({ width: FIRST_STATE.width, height: FIRST_STATE.height, isMaximized: false })
    }
    expect(restoreWindowState({ width: 10, height: 10, isMaximized: false }, [laptop]).width).toBe(MIN_WIDTH)
  })
})

describe('what this machine remembers', () => {
  test('survives a start, and a broken file counts as empty', async () => {
    const state = openLocalState(folder)
    state.write({ workspace: '/data/north' })
    state.write({ window: { width: 1 } })
    expect(openLocalState(folder).read()).toEqual({ workspace: '/data/north', window: { width: 1 } })
    await writeFile(join(folder, 'desktop.json'), '{"workspace": 7')
    expect(openLocalState(folder).read()).toEqual({})
  })

  test('keeps what it interrupts for; a choice it does not understand costs nothing else', async () => {
    const notifications = { emergency: true, stalls: false, quiet: { from: '22:00', to: '06:00' } }
    openLocalState(folder).write({ workspace: '/data/north', notifications })
    expect(openLocalState(folder).read().notifications).toEqual(notifications)
    await writeFile(join(folder, 'desktop.json'), '{"workspace": "/data/north", "notifications": {"stalls": "no"}}')
    expect(openLocalState(folder).read()).toEqual({ workspace: '/data/north', notifications: undefined })
  })
})

describe('the log file', () => {
  test('rotates by size and keeps five', async () => {
    const logs = join(folder, 'logs')
    const log = openLogFile({ folder: logs, maxBytes: 300 })
    for (let at = 0; at < 40; at++) {
      log.write({ atMs: at, level: 'info', message: `line ${at}`, fields: { filler: 'x'.repeat(60) } })
      await log.flush()
    }
    const names = (await readdir(logs)).toSorted()
    expect(names).toEqual(['fieldgate.1.log', 'fieldgate.2.log', 'fieldgate.3.log', 'fieldgate.4.log', 'fieldgate.log'])
    const newest = (await readFile(join(logs, 'fieldgate.log'), 'utf8')).trim().split('\n')
    expect(JSON.parse(newest.at(-1) ?? '')).toMatchObject({ message: 'line 39', level: 'info' })
  })

  test('a folder that cannot be written stops nobody', async () => {
    await writeFile(join(folder, 'file'), '')
    const log = openLogFile({ folder: join(folder, 'file', 'logs') })
    log.write({ atMs: 0, level: 'info', message: 'lost', fields: {} })
    await log.flush()
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('')
  })
})

const under = (nodeId: string, state: string): Execution => ({ nodeId, state }) as Execution

describe('quitting', () => {
  test('the first quit drains, the second ends at once', () => {
    const first = nextOnQuit('open')
    expect(first).toEqual({ state: 'draining', mayEnd: false, begins: true })
    expect(nextOnQuit(first.state)).toEqual({ state: 'done', mayEnd: true, begins: false })
    expect(nextOnQuit('done')).toEqual({ state: 'done', mayEnd: true, begins: false })
  })

  test('says what it waits for', () => {
    expect(
      describeDrain([under('a', 'claimed'), under('b', 'encoded'), under('c', 'succeeded')], 10_000),
    ).toMatchObject({
      message: 'Finishing 2 uploads: a, b',
    })
    expect(describeDrain([], 10_000).message).toBe('Closing the ledger')
    expect(describeDrain([], 10_000).detail).toContain('10 s')
  })
})

const keychain = (backend: string, isAvailable = true): Keychain => ({
  isAsyncEncryptionAvailable: async () => isAvailable,
  getSelectedStorageBackend: () => backend,
  encryptStringAsync: async (text) => Buffer.from(Buffer.from(text).map((byte) => byte ^ 0x5a)),
  decryptStringAsync: async (bytes) => ({
    result: Buffer.from(bytes.map((byte) => byte ^ 0x5a)).toString(),
    shouldReEncrypt: false,
  }),
})

describe('credentials', () => {
  const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
  const credentials = { kind: 'static', accessKeyId: 'AKIA', secretAccessKey: SECRET } as const

  test('are kept encrypted, per workspace, and come back for the engine', async () => {
    const vault = openVault(join(folder, 'secrets'), keychain('gnome_libsecret'), 'linux')
    await vault.keep('/a', credentials)
    expect(await vault.read('/a')).toEqual(credentials)
    expect(await vault.read('/b')).toBeUndefined()
    const [file] = await readdir(join(folder, 'secrets'))
    expect(await readFile(join(folder, 'secrets', file ?? ''), 'utf8')).not.toContain(SECRET)
    await vault.forget('/a')
    expect(await vault.read('/a')).toBeUndefined()
  })

  test('are not kept where the keychain would be plain text', async () => {
    const vault = openVault(join(folder, 'plain'), keychain('basic_text'), 'linux')
    await expect(vault.keep('/a', credentials)).rejects.toMatchObject({ code: 'unsupported' })
    expect(await readdir(folder)).not.toContain('plain')
    expect((await judgeKeychain(keychain('basic_text'), 'linux')).canKeep).toBe(false)
    expect((await judgeKeychain(keychain('basic_text', false), 'darwin')).canKeep).toBe(false)
    expect((await judgeKeychain(keychain('basic_text'), 'win32')).canKeep).toBe(true)
  })
})

const entry = (id: string, severity: AttentionEntry['severity'], nodeIds = ['n1']): AttentionEntry =>
  ({ id, severity, nodeIds, title: `title ${id}`, message: `message ${id}` }) as unknown as AttentionEntry

describe('the fleet outside its window', () => {
  const fleet = {
    nodes: 48,
    backlogRows: 76_402,
    drain: { kind: 'keepingUp' },
    proof: { state: 'clean', missing: 0, duplicated: 0 },
  } as FleetStatus

  test('the tray shows the worst thing that is true', () => {
    expect(trayState(fleet, [])).toBe('running')
    expect(trayState({ ...fleet, drain: { kind: 'paused' } }, [])).toBe('paused')
    expect(trayState(fleet, [entry('a', 'warn')])).toBe('attention')
    expect(trayState(fleet, [entry('a', 'warn'), entry('b', 'bad')])).toBe('stalled')
    expect(describeFleet(fleet, [entry('b', 'bad')])).toBe(
      'Fieldgate: 48 nodes, 76,402 rows waiting\n0 missing, 0 duplicated\ntitle b',
    )
  })

  test('a cause is told once until it has gone', () => {
    const stalled = entry('s', 'bad')
    expect(newsOfAttention([], [stalled])).toMatchObject([{ id: 's', place: { nodeId: 'n1' } }])
    expect(newsOfAttention([stalled], [stalled])).toEqual([])
    expect(newsOfAttention([entry('s', 'warn')], [stalled])).toHaveLength(1)
  })

  test('many causes at once are one message', () => {
    const many = ['a', 'b', 'c', 'd'].map((id) => entry(id, 'bad'))
    expect(newsOfAttention([], many)).toMatchObject([{ title: '4 things need attention', place: 'fleet' }])
  })

  test('a switch to emergency is news, other switches are not', () => {
    const config = { nodeId: 'n1', revision: 3 } as Parameters<typeof newsOfPipeline>[0]
    expect(newsOfPipeline({ ...config, type: 'emergency' })).toMatchObject({ title: 'n1 switched to emergency' })
    expect(newsOfPipeline({ ...config, type: 'raw' })).toBeUndefined()
  })
})

describe('the menu', () => {
  const actions = {
    go: () => undefined,
    openWorkspace: () => undefined,
    openDemo: () => undefined,
    showLogs: () => undefined,
  }
  const flat = (isPackaged: boolean) => JSON.stringify(menuTemplate({ isMac: false, isPackaged, actions }))

  test('gives every screen a shortcut, no two the same', () => {
    const accelerators = [...flat(true).matchAll(/"accelerator":"([^"]+)"/g)].map((match) => match[1])
    expect(accelerators).toContain('CmdOrCtrl+1')
    expect(new Set(accelerators).size).toBe(accelerators.length)
  })

  test('has developer tools in a development build only', () => {
    expect(flat(false)).toContain('toggleDevTools')
    expect(flat(true)).not.toContain('toggleDevTools')
  })
})
