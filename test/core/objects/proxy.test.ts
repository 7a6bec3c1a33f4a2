import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { proxyAgents } from '../../../electron/core/objects/s3/proxy.ts'
import { openEmbedded, overTheWire } from './stores.ts'

interface Proxy {
  readonly url: string
  /** `PUT /bucket/key` of forwarded requests, `CONNECT host:port` of tunnels. */
  readonly seen: string[]
}

/** A forward proxy as companies run it: absolute addresses for http, tunnels for https. */
async function startProxy(): Promise<Proxy> {
  const seen: string[] = []
  const server = createServer((incoming, outgoing) => {
    const target = new URL(incoming.url ?? '')
    seen.push(`${incoming.method} ${target.pathname}`)
    const onward = forward(target, { method: incoming.method ?? 'GET', headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  server.on('connect', (incoming, socket) => {
    seen.push(`CONNECT ${incoming.url}`)
    const [host = '', port] = (incoming.url ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

describe('behind a proxy', () => {
  test('requests go through the one the environment names, and around it for NO_PROXY', async () => {
    const proxy = await startProxy()
    const embedded = openEmbedded()
    const { endpoint } = await embedded.listen()
    const store = overTheWire(endpoint, embedded.credentials, { env: { http_proxy: proxy.url } })
    await store.ensureBucket('proxied')
    const bytes = Buffer.from('through the proxy')
    await store.putIfAbsent({ bucket: 'proxied', key: 'a', body: { kind: 'bytes', bytes }, metadata: {} })
    expect(Buffer.from(await store.get('proxied', 'a'))).toEqual(bytes)
    expect(proxy.seen).toEqual(expect.arrayContaining(['PUT /proxied/a', 'GET /proxied/a']))

    const seen = proxy.seen.length
    const around = overTheWire(endpoint, embedded.credentials, {
      env: { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' },
    })
    expect(await around.head('proxied', 'a')).toMatchObject({ bytes: bytes.length })
    expect(proxy.seen).toHaveLength(seen)
  })

  test('https is tunnelled', async () => {
    const proxy = await startProxy()
    const store = overTheWire(
      'https://127.0.0.1:9',
      { accessKeyId: 'a', secretAccessKey: 'b' },
      { env: { HTTPS_PROXY: proxy.url } },
    )
    await expect(store.listBuckets()).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    expect(proxy.seen[0]).toBe('CONNECT 127.0.0.1:9')
  })

  test('without one in the environment nothing is made', () => {
    expect(proxyAgents({ HTTPS_PROXY: '', PATH: '/bin' })).toBeUndefined()
  })
})
