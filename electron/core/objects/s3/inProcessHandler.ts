import { HttpResponse } from '@smithy/core/protocols'
import type { HttpHandler, HttpRequest } from '@smithy/core/protocols'
import { Readable } from 'node:stream'
import type { EmbeddedStore } from '../embedded/embeddedStore.ts'
import { CUT } from '../embedded/faults.ts'
import type { StoreRequest } from '../embedded/wire.ts'

/** The host name that in-process requests are signed for; it is never looked up. */
export const IN_PROCESS_HOST = 'embedded.invalid'

/** Carries the SDK's requests straight to the embedded store: no port, no proxy, the same signatures and answers. */
export function createInProcessHandler(embedded: EmbeddedStore): HttpHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    destroy: () => undefined,
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    handle: async (request, options) => {
      const signal = options?.abortSignal as AbortSignal | undefined
      const aborted = rejectOnAbort(signal)
      try {
        const reply = await Promise.race([embedded.respond(readRequest(request)), aborted.promise])
        if (reply === CUT) throw Object.assign(new Error('The connection was cut.'), { code: 'ECONNRESET' })
        const body =
          typeof reply.body === 'string' ? Readable.from([Buffer.from(reply.body)]) : (reply.body ?? Readable.from([]))
        return { response: new HttpResponse({ statusCode: reply.status, headers: { ...reply.headers }, body }) }
      } finally {
        aborted.forget()
      }
    },
  }
}

function readRequest(request: HttpRequest): StoreRequest {
  const headers: Record<string, string> = { host: IN_PROCESS_HOST }
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value
  delete headers['expect']
  return {
    method: request.method,
    path: request.path,
    query: Object.entries(request.query ?? {}).flatMap(([name, value]) =>
      Array.isArray(value) ? value.map((one) => [name, one] as const) : [[name, value ?? ''] as const],
    ),
    headers,
    body: readBody(request.body),
    proceed: () => undefined,
  }
}

async function* readBody(body: unknown): AsyncGenerator<Uint8Array> {
  if (body === undefined || body === null) return
  if (typeof body === 'string') yield Buffer.from(body)
  else if (body instanceof Uint8Array) yield body
  else yield* body as AsyncIterable<Uint8Array>
}

function rejectOnAbort(signal: AbortSignal | undefined): {
  readonly promise: Promise<never>
  readonly forget: () => void
} {
  const listening = new AbortController()
  const promise = new Promise<never>((_resolve, reject) => {
    const abort = (): void => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }))
    if (signal?.aborted === true) abort()
    signal?.addEventListener('abort', abort, { once: true, signal: listening.signal })
  })
  promise.catch(() => undefined)
  return { promise, forget: () => listening.abort() }
}
