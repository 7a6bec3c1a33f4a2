import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { browserHost } from '../../electron/cli/serve/browserHost.ts'
import { startWebServer } from '../../electron/cli/serve/server.ts'
import { createCallRouter } from '../../electron/core/host/callRouter.ts'
import type { CallRouter } from '../../electron/core/host/callRouter.ts'
import { openRecoveryDesk } from '../../electron/core/host/recoveryDesk.ts'
import { openSession } from '../../electron/core/host/session.ts'
import type { Session } from '../../electron/core/host/session.ts'
import { systemClock } from '../../electron/core/support/clock.ts'
import { silentLog } from '../../electron/core/support/log.ts'
import { openCallGuard } from '../../electron/main/callGuard.ts'
import { createHttpTransport } from '../../renderer/client/httpTransport.ts'
import { createPreloadTransport } from '../../renderer/client/preloadTransport.ts'
import type { Transport } from '../../renderer/client/transport.ts'
import type { EngineConfig } from '../../shared/domain/settings.ts'
import { tinyThreads } from './tinyThread.ts'

type Connect = (router: CallRouter, session: Session) => Promise<Transport>

/** The desktop: what the preload script sends arrives at the guard of the main process, as plain data. */
const desktop: Connect = async (router) => {
  const answer = openCallGuard(router)
  const page = { url: 'app://fieldgate/index.html', parent: null }
  return createPreloadTransport({
    call: async (method, input, id) =>
      structuredClone(
        await answer(page, [structuredClone(id === undefined ? { method, input } : { method, input, id })]),
      ),
    on: () => () => undefined,
  })
}

/** `fieldgate serve`: one request per call, over a real connection. */
const browser: Connect = async (router, session) => {
  const folder = await mkdtemp(join(tmpdir(), 'fieldgate-cancel-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html>')
  const web = await startWebServer({
    rendererFolder: folder,
    port: 0,
    token: 'token',
    router,
    session,
    version: 'test',
  })
  const transport = createHttpTransport({ origin: web.origin, token: 'token' })
  onTestFinished(async () => {
    transport.close()
    await web.close()
    await rm(folder, { recursive: true })
  })
  return transport
}

async function open(connect: Connect): Promise<{ readonly transport: Transport; readonly session: Session }> {
  const folder = await mkdtemp(join(tmpdir(), 'fieldgate-cancel-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const session = await openSession({
    loadConfig: () => ({ workspace: folder, stateDir: folder }) as EngineConfig,
    spawn: tinyThreads().spawn,
    clock: systemClock,
    log: silentLog,
  })
  onTestFinished(async () => void (await session.stop(2_000)))
  await session.settled()
  const desk = openRecoveryDesk({ session, folder: undefined, clock: systemClock, log: silentLog })
  const router = createCallRouter(() => session.engine(), browserHost(Promise.resolve({ session, desk }), 'linux', []))
  return { session, transport: await connect(router, session) }
}

describe.each([
  ['the desktop app', desktop],
  ['fieldgate serve', browser],
] as const)('a call that the window of %s gives up', (_host, connect) => {
  test('ends in the engine too, and only that one', async () => {
    const { transport, session } = await open(connect)
    const ended: string[] = []
    const abort = new AbortController()
    const first = Promise.withResolvers<void>()
    session.onEvent(({ payload }) => {
      ended.push((payload as { nodeId: string }).nodeId)
      first.resolve()
    })
    const given = transport.call('readings.recent', { nodeId: 'watched', limit: 1 }, { signal: abort.signal })
    const kept = new AbortController()
    const other = transport.call('readings.recent', { nodeId: 'watched', limit: 2 }, { signal: kept.signal })
    // Once this is answered both are under way.
    await transport.call('readings.recent', { nodeId: 'echo', limit: 3 })
    abort.abort()
    await expect(given).rejects.toMatchObject({ code: 'cancelled' })
    await first.promise
    expect(ended).toEqual(['cancelled 1'])
    kept.abort()
    await expect(other).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('before it was sent never begins', async () => {
    const { transport } = await open(connect)
    const call = transport.call('readings.recent', { nodeId: 'die', limit: 1 }, { signal: AbortSignal.abort() })
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
    expect(await transport.call('readings.recent', { nodeId: 'echo', limit: 1 })).toMatchObject({ nodeId: 'echo' })
  })

  test('after its answer changes nothing', async () => {
    const { transport } = await open(connect)
    const abort = new AbortController()
    const call = transport.call('readings.recent', { nodeId: 'echo', limit: 1 }, { signal: abort.signal })
    expect(await call).toMatchObject({ limit: 1 })
    abort.abort()
    expect(await transport.call('readings.recent', { nodeId: 'echo', limit: 2 })).toMatchObject({ limit: 2 })
  })
})
