import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { browserHost } from '../../electron/cli/serve/browserHost.ts'
import { MAX_BODY_BYTES, startWebServer } from '../../electron/cli/serve/server.ts'
import type { WebServer } from '../../electron/cli/serve/server.ts'
import { createCallRouter } from '../../electron/core/host/callRouter.ts'
import { openRecoveryDesk } from '../../electron/core/host/recoveryDesk.ts'
import { openSession } from '../../electron/core/host/session.ts'
import type { Session } from '../../electron/core/host/session.ts'
import { systemClock } from '../../electron/core/support/clock.ts'
import { silentLog } from '../../electron/core/support/log.ts'
import type { EngineConfig } from '../../shared/domain/settings.ts'
import { decodeWire } from '../../shared/ipc/wire.ts'
import { tinyThreads } from './tinyThread.ts'

const TOKEN = 'correct-horse-battery-staple'
const SECRET = 'a-secret-beside-the-window'
const threads = tinyThreads()
let folder: string
let session: Session
let web: WebServer
let loads = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fieldgate-serve-'))
  await mkdir(join(folder, 'renderer/assets'), { recursive: true })
  await writeFile(join(folder, 'renderer/index.html'), '<!doctype html><title>Fieldgate</title>')
  await writeFile(join(folder, 'renderer/assets/index-Ab3dE6gH.js'), 'export {}')
  await writeFile(join(folder, 'secret.txt'), SECRET)
  await writeFile(join(folder, 'renderer/.env'), SECRET)
  session = await openSession({
    loadConfig: () => {
      loads++
      return { workspace: folder, stateDir: folder } as EngineConfig
    },
    spawn: threads.spawn,
    clock: systemClock,
    log: silentLog,
  })
  await session.settled()
  const desk = openRecoveryDesk({ session, folder, clock: systemClock, log: silentLog })
  web = await startWebServer({
    rendererFolder: join(folder, 'renderer'),
    port: 0,
    token: TOKEN,
    router: createCallRouter(() => session.engine(), browserHost(Promise.resolve({ session, desk }), 'linux', [])),
    session,
    version: '0.0.0-test',
    allowedHosts: ['tunnel.example:4177'],
  })
})

afterAll(async () => {
  await web.close()
  await session.stop(5000)
  await rm(folder, { recursive: true })
})

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** A request with every header as given, which fetch would not allow. */
function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port: web.port, path, method: options.method ?? 'GET', headers: options.headers ?? {} },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => (text += part))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      },
    )
    outgoing.on('error', reject)
    outgoing.end(options.body)
  })
}

function call(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return ask('/api/call', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-fieldgate-token': TOKEN, ...headers },
    body: text,
  })
}

const echo = { method: 'readings.recent', input: { nodeId: 'echo', limit: 5 } }

describe('the window over loopback HTTP', () => {
  test('serves the page under a policy that lets only its own files run', async () => {
    const page = await ask('/')
    expect(page.status).toBe(200)
    expect(page.text).toContain('<title>Fieldgate</title>')
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain(`ws://127.0.0.1:${web.port}`)
    expect(policy).not.toContain('unsafe')
    expect(page.headers['x-content-type-options']).toBe('nosniff')
    expect(page.headers['access-control-allow-origin']).toBeUndefined()
  })

  test('keeps hashed files for ever and the page never', async () => {
    expect((await ask('/assets/index-Ab3dE6gH.js')).headers['cache-control']).toContain('immutable')
    expect((await ask('/')).headers['cache-control']).toBe('no-store')
  })

  test('answers a call that shows the token', async () => {
    const answer = await call(echo)
    expect(answer.status).toBe(200)
    expect(decodeWire(answer.text)).toEqual({
      ok: true,
      value: { nodeId: 'echo', limit: 5, threadBytes: new Uint8Array([1, 2, 3]) },
    })
  })

  test.each([
    ['a wrong token', { 'x-fieldgate-token': `${TOKEN}x` }, 401],
    ['an empty token', { 'x-fieldgate-token': '' }, 401],
    ['a name that resolves here (DNS rebinding)', { host: 'evil.example' }, 403],
    ['localhost instead of the served name', { host: 'localhost:1' }, 403],
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['an opaque origin', { origin: 'null' }, 403],
    ['the right name on another port', { origin: 'http://127.0.0.1:1' }, 403],
    ['a cross-site fetch without origin', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a form post', { 'content-type': 'text/plain' }, 415],
  ])('refuses a call with %s', async (_what, headers, status) => {
    const answer = await call(echo, headers)
    expect(answer.status).toBe(status)
    expect(answer.text).not.toContain('threadBytes')
    expect(answer.text).not.toContain(TOKEN)
  })

  test('answers under an allowed further name', async () => {
    const headers = { host: 'tunnel.example:4177', origin: 'http://tunnel.example:4177' }
    expect((await call(echo, headers)).status).toBe(200)
  })

  test('refuses a body that is too large, declared or streamed', async () => {
    expect(
      (await call(echo, { 'content-length': String(MAX_BODY_BYTES + 1) }).catch(() => ({ status: 413 }))).status,
    ).toBe(413)
    const streamed = await new Promise<number>((resolve) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: web.port,
          path: '/api/call',
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-fieldgate-token': TOKEN, 'transfer-encoding': 'chunked' },
        },
        (response) => resolve(response.statusCode ?? 0),
      )
      outgoing.on('error', () => undefined)
      const part = 'x'.repeat(1024 * 1024)
      for (let at = 0; at <= MAX_BODY_BYTES; at += part.length) outgoing.write(part)
      outgoing.end()
    })
    expect(streamed).toBe(413)
  })

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/..\\secret.txt',
    '/.env',
    '/%00/index.html',
    '/%',
    '//etc/hostname.txt',
    '/assets/',
  ])('gives no file for %s', async (path) => {
    const answer = await ask(path)
    expect(answer.status).toBe(404)
    expect(answer.text).not.toContain(SECRET)
  })

  test.each([
    ['no JSON', '{"method"'],
    ['nothing', 'null'],
    ['an unknown method', { method: 'engine.destroy', input: {} }],
    ['a property of every object', { method: 'constructor', input: {} }],
    ['a prototype', { method: '__proto__', input: {} }],
    ['an input that does not fit', { method: 'readings.recent', input: { nodeId: 'echo', limit: 'many' } }],
    ['an input with more than asked', { method: 'readings.recent', input: { nodeId: 'echo', limit: 1, extra: 1 } }],
  ])('refuses %s as data', async (_what, body) => {
    const reply = decodeWire((await call(body)).text) as { ok: boolean; error: { code: string } }
    expect(reply.ok).toBe(false)
    expect(['invalid', 'unsupported']).toContain(reply.error.code)
  })

  test('a secret that does not fit is not repeated in the refusal', async () => {
    const input = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 's3cr3t'.repeat(200), keep: 'session' }
    const answer = await call({ method: 'host.setCredentials', input })
    expect(answer.text).toContain('secretAccessKey')
    expect(answer.text).not.toContain('s3cr3t')
  })

  test('says what a browser cannot do', async () => {
    const reply = decodeWire((await call({ method: 'host.pickFolder', input: { title: 'x' } })).text)
    expect(reply).toMatchObject({ ok: false, error: { code: 'unsupported' } })
    const info = decodeWire((await call({ method: 'host.info', input: {} })).text)
    expect(info).toMatchObject({ ok: true, value: { kind: 'browser', canPickFiles: false, canKeepSecrets: false } })
  })

  test('health is for monitors: no token, no detail', async () => {
    const answer = await ask('/api/health')
    expect(answer.status).toBe(200)
    expect(decodeWire(answer.text)).toEqual({ ok: true, engine: 'running', version: '0.0.0-test' })
  })

  test('events come over a socket that shows the token', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${web.port}/api/events?token=${TOKEN}`, { origin: web.origin })
    await new Promise((resolve) => socket.once('open', resolve))
    const first = new Promise<string>((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString())))
    await call({ method: 'readings.recent', input: { nodeId: 'tell', limit: 1 } })
    expect(decodeWire(await first)).toMatchObject({
      kind: 'event',
      event: 'pipelines.changed',
      payload: { nodeId: 'n1' },
    })
    socket.terminate()
  })

  test.each([
    ['without the token', '/api/events', {}],
    ['with a wrong token', '/api/events?token=x', {}],
    ['from another origin', `/api/events?token=${TOKEN}`, { origin: 'https://evil.example' }],
    ['under another name', `/api/events?token=${TOKEN}`, { headers: { host: 'evil.example' } }],
    ['on another path', `/api/other?token=${TOKEN}`, {}],
  ])('refuses a socket %s', async (_what, path, options) => {
    const socket = new WebSocket(`ws://127.0.0.1:${web.port}${path}`, options)
    const status = await new Promise((resolve) => {
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode))
      socket.once('open', () => resolve('open'))
      socket.once('error', () => undefined)
    })
    expect([401, 403]).toContain(status)
  })

  test('listens on the loopback interface only', async () => {
    const { networkInterfaces } = await import('node:os')
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter((address) => !address.internal && address.family === 'IPv4')
    for (const { address } of outside) {
      const reached = await new Promise((resolve) => {
        const socket = connect(web.port, address, () => resolve(true))
        socket.on('error', () => resolve(false))
      })
      expect(reached).toBe(false)
    }
    expect(web.origin).toBe(`http://127.0.0.1:${web.port}`)
  })

  test('a port that is taken is said so, with the remedy', async () => {
    await expect(
      startWebServer({
        rendererFolder: folder,
        port: web.port,
        token: TOKEN,
        router: { call: async () => ({ ok: true, value: null }) },
        session,
        version: '',
      }),
    ).rejects.toMatchObject({ code: 'conflict', hint: expect.stringContaining('--port') as string })
  })

  test('a changed workspace is read anew and the engine started anew with it', async () => {
    const [loadsBefore, startedBefore] = [loads, threads.started()]
    await call({ method: 'readings.recent', input: { nodeId: 'change', limit: 1 } })
    await expect.poll(() => threads.started()).toBe(startedBefore + 1)
    expect(loads).toBe(loadsBefore + 1)
    expect((await call(echo)).status).toBe(200)
  })
})
