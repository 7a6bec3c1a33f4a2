// @vitest-environment node
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import type { WebSocket as ServerSocket } from 'ws'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHttpTransport } from '../../../renderer/client/httpTransport.ts'
import type { HttpTransport } from '../../../renderer/client/httpTransport.ts'
import { decodeWire, encodeWire } from '../../../shared/ipc/wire.ts'

// Runs in Node: its fetch and WebSocket speak the same wire, and jsdom's belong to the origin rules of a page.
const TOKEN = 'a token/with signs'
let server: Server
let sockets: WebSocketServer
let transport: HttpTransport
let answer: (call: { method: string; input: unknown }, request: IncomingMessage, response: ServerResponse) => void
const connected: ServerSocket[] = []

beforeEach(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () =>
      answer(decodeWire(Buffer.concat(parts).toString()) as { method: string; input: unknown }, request, response),
    )
  })
  sockets = new WebSocketServer({ server, path: '/api/events' })
  sockets.on('connection', (socket, request) => {
    if (new URL(request.url ?? '', 'http://x').searchParams.get('token') !== TOKEN) socket.close()
    else connected.push(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  answer = (_call, _request, response) => response.end(encodeWire({ ok: true, value: null }))
  transport = createHttpTransport({
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: TOKEN,
  })
  await vi.waitUntil(() => connected.length === 1)
})

afterEach(async () => {
  transport.close()
  connected.length = 0
  sockets.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

describe('the HTTP transport', () => {
  it('posts a call with the token in its header and gives back the value, bytes included', async () => {
    answer = (call, request, response) => {
      expect(request.headers['x-fieldgate-token']).toBe(TOKEN)
      expect(request.url).toBe('/api/call')
      expect(call).toEqual({ method: 'objects.download', input: { bucket: 'b', key: 'k' } })
      response.end(encodeWire({ ok: true, value: { name: 'x', bytes: new Uint8Array([1, 2, 255]) } }))
    }
    const value = await transport.call('objects.download', { bucket: 'b', key: 'k' })
    expect(value).toEqual({ name: 'x', bytes: new Uint8Array([1, 2, 255]) })
  })

  it('rejects with the error the engine sent, remedy and all', async () => {
    const error = { code: 'notFound', message: 'There is no node "x".', hint: 'Nodes: a, b.', retryable: false }
    answer = (_call, _request, response) => response.end(encodeWire({ ok: false, error }))
    await expect(transport.call('nodes.get', { nodeId: 'x' })).rejects.toMatchObject(error)
  })

  it('says that the engine does not answer when it does not, and that a call was cancelled when it was', async () => {
    answer = (_call, _request, response) => response.destroy()
    await expect(transport.call('nodes.list', {})).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    const abort = new AbortController()
    answer = () => abort.abort()
    await expect(transport.call('nodes.list', {}, { signal: abort.signal })).rejects.toMatchObject({
      code: 'cancelled',
    })
  })

  it('tells listeners of an announcement, with its revision, until they leave', async () => {
    const heard: unknown[] = []
    const stop = transport.on('nodes.changed', (payload, revision) => heard.push([payload, revision]))
    const send = (revision: number) =>
      connected[0]?.send(encodeWire({ kind: 'event', event: 'nodes.changed', revision, payload: { nodeId: 'a' } }))
    send(1)
    await vi.waitFor(() => expect(heard).toEqual([[{ nodeId: 'a' }, 1]]))
    stop()
    send(2)
    await transport.call('nodes.list', {})
    expect(heard).toHaveLength(1)
  })

  it('opens a lost event stream again and says since when it was lost', async () => {
    const states: string[] = []
    transport.onConnection(() => states.push(transport.connection().kind))
    connected[0]?.terminate()
    await vi.waitFor(() => expect(states).toEqual(['reconnecting', 'connected']), { timeout: 5000 })
    expect(connected).toHaveLength(2)
  })
})
