import type { ErrorData } from '../domain/errors.ts'
import type { Events } from './contract.ts'

/** What a caller sends; `id` lets a call be abandoned. */
export type CallMessage =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly input: unknown }
  | { readonly kind: 'abort'; readonly id: number }

/** What comes back, once per call. */
export type ReplyMessage =
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorData }

/** An announcement. `revision` grows by one per event on one connection, so that a reader knows what it missed. */
export interface EventMessage {
  readonly kind: 'event'
  readonly event: keyof Events
  readonly revision: number
  readonly payload: unknown
}

/** The method a page of the desktop app calls to abandon a call of its own: `{ id }`. No engine hears of it. */
export const CANCEL_CALL = 'call.cancel'

const BYTES = '$bytes'

/** JSON text of a message; byte arrays become base64. For wires that carry text. */
export function encodeWire(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item instanceof Uint8Array) return { [BYTES]: toBase64(item) }
    return item
  })
}

/** The value that `encodeWire` wrote. Throws on text that is not JSON. */
export function decodeWire(text: string): unknown {
  // Asking every value of a large message what it is takes many times as long as reading it; most hold no bytes at all.
  if (!text.includes(`"${BYTES}"`)) return JSON.parse(text) as unknown
  return JSON.parse(text, (_key, item: unknown) => {
    if (typeof item === 'object' && item !== null && BYTES in item) {
      const encoded = (item as Record<string, unknown>)[BYTES]
      if (typeof encoded === 'string' && Object.keys(item).length === 1) return fromBase64(encoded)
    }
    return item
  })
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i] as number, bytes[i + 1], bytes[i + 2]]
    text += ALPHABET.charAt(a >> 2)
    text += ALPHABET.charAt(((a & 3) << 4) | ((b ?? 0) >> 4))
    text += b === undefined ? '=' : ALPHABET.charAt(((b & 15) << 2) | ((c ?? 0) >> 6))
    text += c === undefined ? '=' : ALPHABET.charAt(c & 63)
  }
  return text
}

function fromBase64(text: string): Uint8Array {
  const clean = text.replace(/=+$/, '')
  const bytes = new Uint8Array(Math.floor((clean.length * 3) / 4))
  let buffer = 0
  let bits = 0
  let at = 0
  for (const character of clean) {
    buffer = ((buffer << 6) | ALPHABET.indexOf(character)) & 0xffffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (buffer >> bits) & 255
    }
  }
  return bytes
}
