import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CallRouter } from '../../core/host/callRouter.ts'
import { securityHeaders } from '../../core/host/contentSecurity.ts'
import type { Session } from '../../core/host/session.ts'
import { readStaticFile } from '../../core/host/staticFiles.ts'
import { decodeWire, encodeWire } from '../../../shared/ipc/wire.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { ErrorCode } from '../../../shared/domain/errors.ts'
import { serveEvents } from './events.ts'
import type { EventSockets } from './events.ts'
import { checkHost, checkOrigin, checkToken } from './guards.ts'
import type { Refusal } from './guards.ts'

const LOOPBACK = '127.0.0.1'
export const MAX_BODY_BYTES = 8 * 1024 * 1024

export interface WebServerOptions {
  /** Folder of the built window. */
  readonly rendererFolder: string
  /** 0 takes any free port. */
  readonly port: number
  /** What a caller must show; made anew at every start. */
  readonly token: string
  readonly router: CallRouter
  readonly session: Pick<Session, 'state' | 'onEvent'>
  readonly version: string
  /** Further `host:port` names a tunnel or proxy may use. */
  readonly allowedHosts?: readonly string[]
}

export interface WebServer {
  readonly port: number
  /** `http://127.0.0.1:PORT` */
  readonly origin: string
  /** Where a person goes; the token is in the fragment, which browsers never send. */
  readonly url: string
  /** Ends sockets and open requests; resolves when the port is free. */
  close(): Promise<void>
}

/**
 * Serves the window and its calls on the loopback interface only. Files are public to this machine; calls and events need
 * the token, and every request must carry this server's own name. Throws `conflict` when the port is taken.
 */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const hosts = new Set(options.allowedHosts ?? [])
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 10_000, keepAliveTimeout: 5_000 })
  server.maxConnections = 256
  const port = await listen(server, options.port)
  hosts.add(`${LOOPBACK}:${port}`)
  const sockets = serveEvents({ server, hosts, token: options.token, session: options.session })
  server.on('request', (request, response) => {
    answer(options, hosts, request, response).catch(() => response.destroy())
  })
  const origin = `http://${LOOPBACK}:${port}`
  return { port, origin, url: `${origin}/#token=${options.token}`, close: () => closeServer(server, sockets) }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' || error.code === 'EACCES'
          ? new FieldgateError('conflict', `Port ${port} on ${LOOPBACK} cannot be opened (${error.code}).`, {
              hint: 'Choose another with --port, or leave it out to take any free one.',
            })
          : error,
      ),
    )
    server.listen(port, LOOPBACK, resolve)
  })
  return (server.address() as AddressInfo).port
}

async function closeServer(server: Server, sockets: EventSockets): Promise<void> {
  sockets.close()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}

async function answer(
  options: WebServerOptions,
  hosts: ReadonlySet<string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const connect = [...hosts].map((host) => `ws://${host}`)
  for (const [name, value] of Object.entries(securityHeaders(connect))) response.setHeader(name, value)
  const refusal = checkHost(request.headers, hosts)
  if (refusal !== undefined) return refuse(response, refusal)
  const path = new URL(request.url ?? '/', `http://${LOOPBACK}`).pathname
  if (path === '/api/health') return sendHealth(options, response)
  if (path === '/api/call') return answerCall(options, hosts, request, response)
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refuse(response, { status: 405, message: 'Only GET is served here.' })
  }
  // The raw path, not the URL's: URL would fold `..` away before it can be refused.
  const file = await readStaticFile(options.rendererFolder, (request.url ?? '/').split(/[?#]/, 1)[0] ?? '/')
  response.writeHead(file.status, { ...file.headers, 'content-length': file.body.byteLength })
  response.end(request.method === 'HEAD' ? undefined : file.body)
}

/** For monitors: says whether the engine runs, and nothing about the workspace. */
function sendHealth(options: WebServerOptions, response: ServerResponse): void {
  const state = options.session.state().name
  sendJson(response, state === 'running' ? 200 : 503, {
    ok: state === 'running',
    engine: state,
    version: options.version,
  })
}

async function answerCall(
  options: WebServerOptions,
  hosts: ReadonlySet<string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = checkCall(options, hosts, request)
  if (refusal !== undefined) return refuse(response, refusal)
  const body = await readBody(request)
  if (typeof body !== 'string') return refuse(response, body)
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const { method, input } = parseCall(body)
  const reply = await options.router.call(method, input, gone.signal)
  if (!response.destroyed) sendJson(response, 200, reply)
}

function checkCall(options: WebServerOptions, hosts: ReadonlySet<string>, request: IncomingMessage): Refusal {
  if (request.method !== 'POST') return { status: 405, message: 'Calls are sent by POST.' }
  const token = request.headers['x-fieldgate-token']
  const refusal =
    checkOrigin(request.headers, hosts) ?? checkToken(typeof token === 'string' ? token : undefined, options.token)
  if (refusal !== undefined) return refusal
  if (request.headers['content-type']?.split(';', 1)[0]?.trim() !== 'application/json') {
    return { status: 415, message: 'The body of a call is application/json.' }
  }
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return tooLarge
  return undefined
}

const tooLarge = { status: 413, message: `A call carries at most ${MAX_BODY_BYTES} bytes.` } as const

async function readBody(request: IncomingMessage): Promise<string | NonNullable<Refusal>> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.byteLength
    if (bytes > MAX_BODY_BYTES) return tooLarge
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** What the body names; a body that is no call becomes one of no known method, which the router refuses by name. */
function parseCall(body: string): { readonly method: unknown; readonly input: unknown } {
  try {
    const message = decodeWire(body) as { readonly method?: unknown; readonly input?: unknown } | null
    return { method: message?.method, input: message?.input }
  } catch {
    return { method: undefined, input: undefined }
  }
}

const CODES: Readonly<Record<NonNullable<Refusal>['status'], ErrorCode>> = {
  401: 'denied',
  403: 'denied',
  405: 'unsupported',
  413: 'invalid',
  415: 'invalid',
}

function refuse(response: ServerResponse, { status, message }: NonNullable<Refusal>): void {
  response.setHeader('connection', 'close')
  sendJson(response, status, { ok: false, error: { code: CODES[status], message, retryable: false } })
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = encodeWire(value)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}
