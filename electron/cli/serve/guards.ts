import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** Why a request is refused, as an HTTP status and a sentence; undefined lets it in. */
export type Refusal = { readonly status: 401 | 403 | 405 | 413 | 415; readonly message: string } | undefined

/**
 * Lets a request in only under a name this server gave out (`127.0.0.1:PORT`, or one allowed by flag). A page of another
 * name that resolves to this machine (DNS rebinding) sends its own name here and is refused.
 */
export function checkHost(headers: IncomingHttpHeaders, hosts: ReadonlySet<string>): Refusal {
  if (headers.host !== undefined && hosts.has(headers.host)) return undefined
  return { status: 403, message: 'This address is not served here.' }
}

/** Browsers name the origin of every POST and socket; any other origin than this server's own is refused. */
export function checkOrigin(headers: IncomingHttpHeaders, hosts: ReadonlySet<string>): Refusal {
  const { origin } = headers
  if (origin === undefined) {
    const site = headers['sec-fetch-site']
    if (site === undefined || site === 'same-origin' || site === 'none') return undefined
  } else if (origin === `http://${headers.host ?? ''}` && hosts.has(headers.host ?? '')) return undefined
  return { status: 403, message: 'Requests from another page are refused.' }
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Compares in constant time, whatever the lengths. */
export function checkToken(given: string | undefined, token: string): Refusal {
  if (given !== undefined && timingSafeEqual(hash(given), hash(token))) return undefined
  return { status: 401, message: 'The token is missing or wrong. Open the address that `fieldgate serve` printed.' }
}
