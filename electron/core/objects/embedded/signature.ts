import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { queryValue, Refusal } from './wire.ts'
import type { StoreRequest } from './wire.ts'

/** What a verified request carries on: who signed it, what it says of its body, and the means to verify signed chunks. */
export interface Signed {
  readonly accessKeyId: string
  /** The declared payload: a hex SHA-256, UNSIGNED-PAYLOAD, or one of the STREAMING-… forms. */
  readonly payload: string
  readonly signature: string
  readonly date: string
  readonly scope: string
  readonly key: Buffer
}

export interface SignatureContext {
  readonly nowMs: number
  readonly region: string
  readonly secretOf: (accessKeyId: string) => string | undefined
}

const MAX_SKEW_MS = 900_000
const MAX_EXPIRES_S = 604_800

interface Claim {
  readonly credential: string
  readonly signedHeaders: string
  readonly signature: string
  readonly date: string
  readonly payload: string
  readonly expiresS: number | undefined
}

/**
 * Verifies AWS Signature Version 4 of a request, in its header or presigned form, for service s3 (AWS General Reference,
 * "Signature Version 4 signing process"). Throws the refusal S3 would give.
 */
export function verifySignature(request: StoreRequest, context: SignatureContext): Signed {
  const claim = request.headers['authorization'] === undefined ? claimOfQuery(request) : claimOfHeader(request)
  const [accessKeyId = '', day = '', region = '', service, terminal] = claim.credential.split('/')
  if (terminal !== 'aws4_request' || service !== 's3' || claim.signature === '' || claim.signedHeaders === '') {
    throw new Refusal(
      400,
      'AuthorizationHeaderMalformed',
      'The authorization is malformed; the credential is not a scope of s3.',
    )
  }
  const secret = context.secretOf(accessKeyId)
  if (secret === undefined) {
    throw new Refusal(403, 'InvalidAccessKeyId', 'The AWS access key Id you provided does not exist in our records.')
  }
  if (region !== context.region) {
    throw new Refusal(
      400,
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${region}' is wrong; expecting '${context.region}'`,
      { details: { Region: context.region }, headers: { 'x-amz-bucket-region': context.region } },
    )
  }
  assertTime(claim, day, context.nowMs)
  assertSignedHeaders(request, claim.signedHeaders)
  const scope = `${day}/${region}/s3/aws4_request`
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer>(
    (from, part) => hmac(from, part),
    Buffer.from(`AWS4${secret}`),
  )
  const expected = hmac(
    key,
    ['AWS4-HMAC-SHA256', claim.date, scope, sha256(canonicalRequest(request, claim))].join('\n'),
  )
  if (!isSame(expected.toString('hex'), claim.signature)) {
    throw new Refusal(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    )
  }
  return { accessKeyId, payload: claim.payload, signature: claim.signature, date: claim.date, scope, key }
}

function claimOfHeader(request: StoreRequest): Claim {
  const match = /^AWS4-HMAC-SHA256\s+(.*)$/.exec(request.headers['authorization'] ?? '')
  if (match === null) throw new Refusal(400, 'InvalidArgument', 'Unsupported Authorization Type')
  const parts = new Map(
    (match[1] ?? '').split(/,\s*/).map((part) => {
      const at = part.indexOf('=')
      return [part.slice(0, at), part.slice(at + 1)] as const
    }),
  )
  const payload = request.headers['x-amz-content-sha256']
  if (payload === undefined)
    throw new Refusal(400, 'InvalidRequest', 'Missing required header for this request: x-amz-content-sha256')
  return {
    credential: parts.get('Credential') ?? '',
    signedHeaders: parts.get('SignedHeaders') ?? '',
    signature: parts.get('Signature') ?? '',
    date: request.headers['x-amz-date'] ?? '',
    payload,
    expiresS: undefined,
  }
}

function claimOfQuery(request: StoreRequest): Claim {
  const signature = queryValue(request, 'X-Amz-Signature')
  if (signature === undefined)
    throw new Refusal(403, 'AccessDenied', 'Anonymous access is forbidden for this operation.')
  const expiresS = Number(queryValue(request, 'X-Amz-Expires'))
  const isOurs = queryValue(request, 'X-Amz-Algorithm') === 'AWS4-HMAC-SHA256'
  if (!isOurs || !Number.isInteger(expiresS) || expiresS < 1 || expiresS > MAX_EXPIRES_S) {
    throw new Refusal(400, 'AuthorizationQueryParametersError', 'X-Amz-Expires must be between 1 and 604800 seconds.')
  }
  return {
    credential: queryValue(request, 'X-Amz-Credential') ?? '',
    signedHeaders: queryValue(request, 'X-Amz-SignedHeaders') ?? '',
    signature,
    date: queryValue(request, 'X-Amz-Date') ?? '',
    payload: queryValue(request, 'X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
    expiresS,
  }
}

function assertTime(claim: Claim, day: string, nowMs: number): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.date)
  if (match === null || !claim.date.startsWith(day))
    throw new Refusal(403, 'AccessDenied', 'The request has no valid date.')
  const [year = 0, month = 0, ...rest] = match.slice(1).map(Number)
  const signedMs = Date.UTC(year, month - 1, ...rest)
  if (claim.expiresS === undefined) {
    if (Math.abs(nowMs - signedMs) > MAX_SKEW_MS) {
      throw new Refusal(
        403,
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
        {
          details: { ServerTime: new Date(nowMs).toISOString() },
        },
      )
    }
  } else if (nowMs > signedMs + claim.expiresS * 1000 || signedMs > nowMs + MAX_SKEW_MS) {
    throw new Refusal(403, 'AccessDenied', 'Request has expired')
  }
}

function assertSignedHeaders(request: StoreRequest, signedHeaders: string): void {
  const names = new Set(signedHeaders.split(';'))
  const unsigned = Object.keys(request.headers).find((name) => name.startsWith('x-amz-') && !names.has(name))
  if (!names.has('host') || unsigned !== undefined) {
    throw new Refusal(403, 'AccessDenied', 'There were headers present in the request which were not signed')
  }
}

function canonicalRequest(request: StoreRequest, claim: Claim): string {
  const query = request.query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map((pair) => pair.join('='))
    .join('&')
  const headers = claim.signedHeaders
    .split(';')
    .map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/\s+/g, ' ')}`)
  return [request.method, request.path, query, ...headers, '', claim.signedHeaders, claim.payload].join('\n')
}

/** Verifies the chain of signatures of aws-chunked chunks (AWS API Reference, "Transferring payload in multiple chunks"). */
export function createChunkVerifier(signed: Signed): {
  readonly chunk: (digest: string, signature: string) => void
  readonly trailer: (digest: string, signature: string) => void
} {
  let previous = signed.signature
  const verify = (kind: string, middle: readonly string[], signature: string): void => {
    const text = [`AWS4-HMAC-SHA256-${kind}`, signed.date, signed.scope, previous, ...middle].join('\n')
    const expected = hmac(signed.key, text).toString('hex')
    if (!isSame(expected, signature)) {
      throw new Refusal(403, 'SignatureDoesNotMatch', 'The signature of a chunk does not match its content.')
    }
    previous = signature
  }
  return {
    chunk: (digest, signature) => verify('PAYLOAD', [sha256(''), digest], signature),
    trailer: (digest, signature) => verify('TRAILER', [digest], signature),
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
