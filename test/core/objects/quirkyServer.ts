import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32 } from 'node:zlib'
import { onTestFinished } from 'vitest'

/** How a store of another maker departs from S3. */
export interface Quirks {
  conditional?: 'enforced' | '501' | 'ignored' | '409'
  /** Replies to puts without the checksum, as stores before 2022 do. */
  withoutChecksum?: boolean
  /** Answers this request in its own way; true when it did. */
  intercept?: (request: IncomingMessage, response: ServerResponse, body: Buffer) => boolean
}

export interface QuirkyServer {
  readonly endpoint: string
  readonly objects: Map<string, Buffer>
  /** Method and path of every request, in order. */
  readonly requests: string[]
  readonly headers: IncomingMessage['headers'][]
  connections: number
}

/** A little S3 in memory, without signatures, that misbehaves as told: real HTTP, made apart from the embedded store. */
export async function startQuirkyServer(quirks: Quirks): Promise<QuirkyServer> {
  const objects = new Map<string, Buffer>()
  const metadata = new Map<string, Record<string, string>>()
  const requests: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const path = (request.url ?? '').split('?')[0] ?? ''
      const body = Buffer.concat(parts)
      requests.push(`${request.method} ${path}`)
      headers.push(request.headers)
      if (quirks.intercept?.(request, response, body) === true) return
      response.setHeader('x-amz-request-id', 'quirky')
      if (request.method === 'PUT') return put(request, response, path, body)
      const found = objects.get(path)
      if (found === undefined) return void response.writeHead(404).end()
      for (const [name, value] of Object.entries(metadata.get(path) ?? {})) response.setHeader(name, value)
      response.writeHead(200, { etag: etagOf(found), 'content-length': found.length })
      response.end(request.method === 'HEAD' ? undefined : found)
    })
  })
  const put = (request: IncomingMessage, response: ServerResponse, path: string, body: Buffer): void => {
    const isConditional = request.headers['if-none-match'] === '*'
    if (isConditional && quirks.conditional === '501') return fail(response, 501, 'NotImplemented')
    if (isConditional && quirks.conditional === '409') return fail(response, 409, 'ConditionalRequestConflict')
    if (isConditional && quirks.conditional !== 'ignored' && objects.has(path))
      return fail(response, 412, 'PreconditionFailed')
    objects.set(path, body)
    metadata.set(
      path,
      Object.fromEntries(
        Object.entries(request.headers).flatMap(([name, value]) =>
          name.startsWith('x-amz-meta-') ? [[name, String(value)]] : [],
        ),
      ),
    )
    const checksum = Buffer.alloc(4)
    checksum.writeUInt32BE(crc32(body))
    response.writeHead(200, {
      etag: etagOf(body),
      ...(quirks.withoutChecksum === true ? {} : { 'x-amz-checksum-crc32': checksum.toString('base64') }),
    })
    response.end()
  }
  const quirky: QuirkyServer = { endpoint: '', objects, requests, headers, connections: 0 }
  server.on('connection', () => {
    quirky.connections++
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return Object.assign(quirky, { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

/** Answers with an S3 error document. */
export function fail(
  response: ServerResponse,
  status: number,
  code: string,
  message = code,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'quirky', ...headers })
  response.end(
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message><RequestId>quirky</RequestId></Error>`,
  )
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`
}
