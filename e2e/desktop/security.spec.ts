import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { launchDesktop } from '../support/desktop.ts'
import type { Desktop } from '../support/desktop.ts'

interface Bridge {
  call(
    method: unknown,
    input: unknown,
  ): Promise<{ ok: boolean; error?: { code: string; message: string }; value?: unknown }>
  on(event: string, listener: (payload: unknown, revision: number) => void): () => void
}
declare global {
  interface Window {
    readonly fieldgate: Bridge
  }
}

let desktop: Desktop
let page: Page

test.beforeAll(async () => {
  desktop = await launchDesktop({ args: ['--demo'] })
  page = await desktop.page()
})
test.afterAll(() => desktop.close())

test('the page has call and on, frozen, and nothing of Node or Electron', async () => {
  expect(
    await page.evaluate(() => ({
      keys: Object.keys(window.fieldgate).toSorted(),
      isFrozen: Object.isFrozen(window.fieldgate),
      node: ['require', 'process', 'Buffer', 'module', 'electron', 'ipcRenderer'].filter((name) => name in window),
    })),
  ).toEqual({ keys: ['call', 'on'], isFrozen: true, node: [] })
})

test('an event gives the page a payload and a revision, never the event object', async () => {
  const args = await page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const off = window.fieldgate.on('fleet.changed', (...all: unknown[]) => {
          off()
          resolve(all.map((one) => typeof one))
        })
      }),
  )
  expect(args).toEqual(['object', 'number'])
})

test('inline scripts and eval do not run', async () => {
  const ran = await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'window.inlineRan = true'
    document.head.append(script)
    const handler = document.createElement('img')
    handler.setAttribute('onerror', 'window.inlineRan = true')
    handler.src = 'data:image/png;base64,broken'
    document.body.append(handler)
    return new Promise((resolve) => setTimeout(() => resolve(Reflect.get(window, 'inlineRan')), 200))
  })
  expect(ran).toBeUndefined()
})

test('the page cannot leave, and opens no windows', async () => {
  const before = page.url()
  await page.evaluate(() => {
    const link = document.createElement('a')
    link.href = 'https://example.com/'
    document.body.append(link)
    link.click()
    window.open('https://example.com/', '_blank')
  })
  await page.waitForTimeout(400)
  expect(new URL(page.url()).host).toBe(new URL(before).host)
  expect(desktop.app.windows()).toHaveLength(1)
})

test('a hundred thousand malformed messages are refused, and the app lives', async () => {
  test.setTimeout(300_000)
  const result = await page.evaluate(async () => {
    const junk: unknown[] = [
      undefined,
      null,
      0,
      -1,
      Number.NaN,
      '',
      'x'.repeat(5000),
      [],
      {},
      { nodeId: 7 },
      { limit: 'many' },
      { nodeIds: [] },
      { __proto__: { nodeId: 'a' } },
      new Date(0),
      new Map([[1, 2]]),
      new Uint8Array(10),
      10n,
      [[[[]]]],
    ]
    const methods: unknown[] = [
      'nodes.get',
      'readings.series',
      'pipelines.set',
      'objects.delete',
      'settings.save',
      'host.setCredentials',
      'host.recover',
      'constructor',
      '__proto__',
      'engine.stop',
      '',
      7,
      null,
      { method: 'fleet.status' },
    ]
    let sent = 0
    let refused = 0
    const codes = new Set<string>()
    while (sent < 100_000) {
      const batch: Promise<{ ok: boolean; error?: { code: string } }>[] = []
      for (let at = 0; at < 1000; at++, sent++) {
        const method = methods[sent % methods.length]
        const input = junk[Math.floor(sent / methods.length) % junk.length]
        batch.push(window.fieldgate.call(method, input))
      }
      for (const reply of await Promise.all(batch)) {
        if (!reply.ok) refused++
        codes.add(reply.error?.code ?? 'none')
      }
    }
    return { sent, refused, codes: [...codes].toSorted() }
  })
  expect(result.refused).toBe(result.sent)
  expect(result.codes).toEqual(['invalid', 'unsupported'])
  const alive = await page.evaluate(() => window.fieldgate.call('fleet.status', {}))
  expect(alive.ok).toBe(true)
})
