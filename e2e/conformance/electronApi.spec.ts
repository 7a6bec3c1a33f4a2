import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { launchDesktop } from '../support/desktop.ts'
import type { Desktop } from '../support/desktop.ts'
import { ROOT, electronBinary, findElectron } from '../support/electronDist.ts'

// What the app relies on in Electron. On the stand-in this shows that it behaves alike; on real Electron that it was right.

interface Bridge {
  readonly modules: string
  invoke(channel: string, ...args: unknown[]): Promise<unknown>
  add(a: number, b: number): number
  fail(): void
  ticks(count: number, listener: (at: number, when: Date) => void): () => void
}
declare global {
  interface Window {
    readonly probe: Bridge
  }
}
interface MainProbe {
  secondInstances: string[][]
  quits: string[]
  preventQuit: boolean
  navigations: string[]
}

const PROBE_APP = join(ROOT, 'e2e/standin/app')
const isStandin = findElectron().kind === 'standin'
let desktop: Desktop
let page: Page

const messageOf = (channel: string): Promise<string> =>
  page.evaluate(
    (name) =>
      window.probe.invoke(name).then(
        () => 'no error',
        (error: Error) => error.message,
      ),
    channel,
  )
const mainProbe = (): Promise<MainProbe> =>
  desktop.app.evaluate(() => {
    const { secondInstances, quits, preventQuit, navigations } = (globalThis as unknown as { probe: MainProbe }).probe
    return { secondInstances, quits, preventQuit, navigations }
  })

test.beforeAll(async () => {
  desktop = await launchDesktop({ app: PROBE_APP })
  page = await desktop.page()
  await page.getByRole('heading', { name: 'ready' }).waitFor()
})
test.afterAll(() => desktop.close())

test('the process says what it is', async () => {
  const versions = await desktop.app.evaluate(() => ({ ...process.versions }))
  expect(versions['electron']).toMatch(/^45\./)
  expect('standin' in versions).toBe(isStandin)
  expect(await desktop.app.evaluate(({ app }) => app.getVersion())).toBe('1.2.3')
})

test('the page sees what the preload exposed, frozen, and nothing else', async () => {
  const seen = await page.evaluate(() => ({
    keys: Object.keys(window.probe).toSorted(),
    isFrozen: Object.isFrozen(window.probe),
    node: [
      typeof Reflect.get(window, 'require'),
      typeof Reflect.get(window, 'process'),
      typeof Reflect.get(window, 'Buffer'),
    ],
    leaks: Object.keys(window).filter((key) => /standin/i.test(key)),
  }))
  expect(seen).toEqual({
    keys: ['add', 'fail', 'invoke', 'modules', 'ticks'],
    isFrozen: true,
    node: ['undefined', 'undefined', 'undefined'],
    leaks: [],
  })
})

test('a sandboxed preload has no modules of Node', async () => {
  expect(await page.evaluate(() => window.probe.modules)).toBe('')
})

test('functions cross the bridge: results, errors', async () => {
  expect(await page.evaluate(() => window.probe.add(2, 3))).toBe(5)
  expect(
    await page.evaluate(() => {
      try {
        window.probe.fail()
        return 'no error'
      } catch (error) {
        return (error as Error).message
      }
    }),
  ).toBe('from the preload')
})

test('a call knows the frame it came from', async () => {
  expect(await page.evaluate(() => window.probe.invoke('sum', 2, 3))).toMatchObject({ sum: 5, isTop: true })
})

test('values are cloned on the way to main and back', async () => {
  const back = await page.evaluate(async () => {
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    const value = (await window.probe.invoke('echo', {
      date: new Date(5),
      map: new Map([[1, new Set(['a'])]]),
      nothing: undefined,
      nan: Number.NaN,
      minus: -0,
      big: 10n,
      bytes: new Uint8Array([1, 2, 3]),
      sparse: Object.assign([1], { 2: 3 }),
      cycle,
    })) as Record<string, unknown> & { cycle: { self: unknown } }
    return {
      date: value['date'] instanceof Date && value['date'].getTime(),
      map: (value['map'] as Map<number, Set<string>>).get(1)?.has('a'),
      nothing: 'nothing' in value && value['nothing'] === undefined,
      nan: Number.isNaN(value['nan']),
      minus: Object.is(value['minus'], -0),
      big: value['big'] === 10n,
      bytes: [...(value['bytes'] as Uint8Array)],
      hole: !(1 in (value['sparse'] as unknown[])),
      cycle: value.cycle.self === value.cycle,
    }
  })
  expect(back).toEqual({
    date: 5,
    map: true,
    nothing: true,
    nan: true,
    minus: true,
    big: true,
    bytes: [1, 2, 3],
    hole: true,
    cycle: true,
  })
})

test('failures of calls carry the words of Electron', async () => {
  expect(await messageOf('fail')).toBe("Error invoking remote method 'fail': TypeError: boom")
  expect(await messageOf('nobody')).toContain("No handler registered for 'nobody'")
  expect(await messageOf('uncloneable')).toContain('could not be cloned')
})

test('events arrive in order and stop when unsubscribed', async () => {
  const ticks = await page.evaluate(
    () =>
      new Promise<{ inOrder: boolean; isDate: boolean }>((resolve) => {
        const heard: number[] = []
        const off = window.probe.ticks(50, (at, when) => {
          heard.push(at)
          if (heard.length < 50) return
          off()
          resolve({ inOrder: heard.every((value, index) => value === index), isDate: when instanceof Date })
        })
      }),
  )
  expect(ticks).toEqual({ inOrder: true, isDate: true })
})

test('the policy of the protocol handler is enforced: inline scripts do not run', async () => {
  const ran = await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'window.inlineRan = true'
    document.head.append(script)
    return Reflect.get(window, 'inlineRan') as unknown
  })
  expect(ran).toBeUndefined()
})

test('a prevented navigation leaves the page where it is', async () => {
  await page.click('#away')
  await expect.poll(async () => (await mainProbe()).navigations).toEqual(['https://example.com/'])
  await expect(page.getByRole('heading', { name: 'ready' })).toBeVisible()
})

test('a denied window.open opens nothing', async () => {
  await page.click('#blank')
  await page.waitForTimeout(300)
  expect(desktop.app.windows()).toHaveLength(1)
})

test('the window shows once its page has painted', async () => {
  const browserWindow = await desktop.app.browserWindow(page)
  await expect.poll(() => browserWindow.evaluate((window) => window.isVisible())).toBe(true)
})

test('one channel has one handler', async () => {
  const message = await desktop.app.evaluate(({ ipcMain }) => {
    try {
      ipcMain.handle('echo', () => undefined)
      return 'no error'
    } catch (error) {
      return (error as Error).message
    }
  })
  expect(message).toContain("second handler for 'echo'")
})

test('a message that cannot be cloned is refused where it is sent', async () => {
  const message = await desktop.app.evaluate(({ BrowserWindow }) => {
    try {
      BrowserWindow.getAllWindows()[0]?.webContents.send('tick', () => undefined)
      return 'no error'
    } catch (error) {
      return (error as Error).message
    }
  })
  expect(message).toContain('Failed to serialize arguments')
})

test('a second instance ends and the first hears of it', async () => {
  // A plain process: Playwright's loader would wait for an app that never gets ready.
  const second = spawn(electronBinary(), [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    PROBE_APP,
    `--user-data-dir=${desktop.userData}`,
    'fieldgate://node/a',
  ])
  await once(second, 'exit')
  await expect.poll(async () => (await mainProbe()).secondInstances.length).toBe(1)
  expect((await mainProbe()).secondInstances[0]).toContain('fieldgate://node/a')
})

test('quitting can be refused, and goes through its stations in order', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fieldgate-probe-'))
  const other = await launchDesktop({ app: PROBE_APP, userData: folder })
  await other.page()
  await other.app.evaluate(({ app }) => {
    const { probe } = globalThis as unknown as { probe: MainProbe }
    probe.preventQuit = true
    app.quit()
    probe.preventQuit = false
  })
  const quits = await other.app.evaluate(() => (globalThis as unknown as { probe: MainProbe }).probe.quits)
  expect(quits).toEqual(['before-quit'])
  const child = other.app.process()
  await other.close()
  expect(child.exitCode).toBe(0)
  await rm(folder, { recursive: true, force: true })
})

// Only the stand-in has these limits; real Electron has everything and allows weaker pages.
if (isStandin) {
  test.describe('the stand-in alone', () => {
    test('is loud about what it does not have', async () => {
      const message = await desktop.app.evaluate(({ app }) => {
        try {
          app.getGPUFeatureStatus()
          return 'no error'
        } catch (error) {
          return (error as Error).message
        }
      })
      expect(message).toBe('The Electron stand-in does not have app.getGPUFeatureStatus.')
    })

    test('refuses pages weaker than sandboxed and isolated', async () => {
      const messages = await desktop.app.evaluate(({ BrowserWindow }) =>
        [{ sandbox: false }, { contextIsolation: false }, { nodeIntegration: true }, { webSecurity: false }].map(
          (webPreferences) => {
            try {
              new BrowserWindow({ show: false, webPreferences }).destroy()
              return 'no error'
            } catch (error) {
              return (error as Error).message
            }
          },
        ),
      )
      expect(messages.every((message) => message.includes('refuses webPreferences.'))).toBe(true)
    })
  })
}
