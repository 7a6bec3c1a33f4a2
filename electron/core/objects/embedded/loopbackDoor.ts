import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { CUT } from './faults.ts'
import type { StoreReply, StoreRequest } from './wire.ts'

/** An open loopback port of the store. */
export interface LoopbackDoor {
  readonly endpoint: string
  close(): Promise<void>
}

/**
 * Serves the store on 127.0.0.1 alone. A request for any other Host is refused before anything else, so a web page that
 * points a name of its own at the loopback address gets nothing.
 */
export async function openLoopbackDoor(
  port: number,
  answer: (request: StoreRequest) => Promise<StoreReply | typeof CUT>,
): Promise<LoopbackDoor> {
  let hosts: ReadonlySet<string> = new Set()
  const serve = (message: IncomingMessage, response: ServerResponse): void => {
    void respond(message, response, hosts, answer).catch(() => message.socket.destroy())
  }
  const server = createServer({ keepAliveTimeout: 30_000, requestTimeout: 0 }, serve)
  server.on('checkContinue', serve)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new FieldgateError(
          'unavailable',
          `The embedded store cannot listen on port ${port}: ${error.code ?? error.message}.`,
          {
            hint: 'Choose another port, or 0 for any free one.',
          },
        ),
      ),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  hosts = new Set([`127.0.0.1:${bound}`, `localhost:${bound}`])
  return {
    endpoint: `http://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function respond(
  message: IncomingMessage,
  response: ServerResponse,
  hosts: ReadonlySet<string>,
  answer: (request: StoreRequest) => Promise<StoreReply | typeof CUT>,
): Promise<void> {
  if (!hosts.has(message.headers.host ?? '')) {
    message.resume()
    response.writeHead(403, { connection: 'close' }).end('This host name is not served.')
    return
  }
  const reply = await answer(readRequest(message, response))
  if (reply === CUT) {
    message.socket.destroy()
    return
  }
  if (!message.complete) {
    response.setHeader('connection', 'close')
    message.resume()
  }
  response.writeHead(reply.status, reply.headers)
  if (typeof reply.body === 'object') await pipeline(reply.body, response)
  else response.end(reply.body)
}

function readRequest(message: IncomingMessage, response: ServerResponse): StoreRequest {
  const url = message.url ?? '/'
  const at = url.indexOf('?')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value
  }
  return {
    method: message.method ?? 'GET',
    path: at < 0 ? url : url.slice(0, at),
    query: at < 0 ? [] : [...new URLSearchParams(url.slice(at + 1).replaceAll('+', '%2B'))],
    headers,
    body: message,
    proceed: () => {
      if (message.headers.expect !== undefined) response.writeContinue()
    },
  }
}
