import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Session } from '../../core/host/session.ts'
import { checkHost, checkOrigin, checkToken } from './guards.ts'

/** A reader that is this far behind loses events until it has caught up; the gap in the revisions tells it. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024
const GOING_AWAY = 1001

export interface EventSocketOptions {
  readonly server: Server
  readonly hosts: ReadonlySet<string>
  readonly token: string
  readonly session: Pick<Session, 'onEvent'>
}

export interface EventSockets {
  /** Ends every socket. */
  close(): void
}

/** Carries the engine's events to every socket on /api/events that shows the token; what a socket sends is not read. */
export function serveEvents({ server, hosts, token, session }: EventSocketOptions): EventSockets {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const refusal =
      url.pathname === '/api/events'
        ? (checkHost(request.headers, hosts) ??
          checkOrigin(request.headers, hosts) ??
          checkToken(url.searchParams.get('token') ?? undefined, token))
        : { status: 403, message: 'No socket is served here.' }
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal.status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => client.terminate())
    })
  })
  const unsubscribe = session.onEvent((message) => {
    if (sockets.clients.size === 0) return
    // Announcements hold no bytes, and looking for some in a thousand nodes takes longer than writing them.
    const text = JSON.stringify(message)
    for (const client of sockets.clients) {
      if (client.readyState === client.OPEN && client.bufferedAmount < MAX_BUFFERED_BYTES) client.send(text)
    }
  })
  return {
    close() {
      unsubscribe()
      for (const client of sockets.clients) {
        client.close(GOING_AWAY)
        client.terminate()
      }
      sockets.close()
    },
  }
}
