import type { Readable } from 'node:stream'

/** One request as the store sees it, whatever door it came through. Header names are lower-case. */
export interface StoreRequest {
  readonly method: string
  /** The path exactly as sent, still percent-encoded: the signature covers these bytes. */
  readonly path: string
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly headers: Readonly<Record<string, string>>
  readonly body: AsyncIterable<Uint8Array>
  /** Tells a client that sent `Expect: 100-continue` to go on with its body. */
  readonly proceed: () => void
}

/** One answer. A stream in `body` belongs to whoever receives the reply: read it to its end or destroy it. */
export interface StoreReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Readable | undefined
}

/** A request refused, in S3's own words: HTTP status, error code, sentence. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  /** Further elements of the error document. */
  readonly details: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    message: string = code,
    more: { readonly headers?: Record<string, string>; readonly details?: Record<string, string> } = {},
  ) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.code = code
    this.headers = more.headers ?? {}
    this.details = more.details ?? {}
  }
}

/** The value of a query parameter; undefined when it is absent, '' when it has no value. */
export function queryValue(request: Pick<StoreRequest, 'query'>, name: string): string | undefined {
  return request.query.find(([key]) => key === name)?.[1]
}

/** A reply with an XML document. */
export function xmlReply(text: string, status = 200, headers: Record<string, string> = {}): StoreReply {
  return {
    status,
    headers: { 'content-type': 'application/xml', 'content-length': String(Buffer.byteLength(text)), ...headers },
    body: text,
  }
}

/** A reply without a body. */
export function emptyReply(status = 200, headers: Record<string, string> = {}): StoreReply {
  return { status, headers: status === 204 ? headers : { 'content-length': '0', ...headers }, body: undefined }
}
