import { FieldgateError, errorFromData } from '../../shared/domain/errors.ts'
import { decodeWire, encodeWire } from '../../shared/ipc/wire.ts'
import type { EventMessage } from '../../shared/ipc/wire.ts'
import { createListeners } from './listeners.ts'
import type { ConnectionState, Reply, Transport } from './transport.ts'

const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 10_000

interface HttpTransportOptions {
  /** Where `fieldgate serve` answers, such as the page's own origin. */
  readonly origin: string
  readonly token: string
  readonly now?: () => number
}

export interface HttpTransport extends Transport {
  /** Ends the event stream and its retries. */
  readonly close: () => void
}

/**
 * Transport over `fieldgate serve`: one POST per call, one WebSocket for announcements. A lost stream is opened again
 * with a growing pause (250 ms to 10 s); until then `connection` says since when.
 */
export function createHttpTransport({ origin, token, now = Date.now }: HttpTransportOptions): HttpTransport {
  const listeners = createListeners()
  const watchers = new Set<() => void>()
  let state: ConnectionState = { kind: 'connected' }
  let socket: WebSocket | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let pauseMs = FIRST_RETRY_MS
  let isClosed = false

  const setState = (next: ConnectionState) => {
    state = next
    for (const watcher of watchers) watcher()
  }

  const lose = () => {
    if (isClosed || timer !== undefined) return
    const sinceMs = state.kind === 'reconnecting' ? state.sinceMs : now()
    setState({ kind: 'reconnecting', sinceMs, nextTryMs: now() + pauseMs })
    timer = setTimeout(() => {
      timer = undefined
      open()
    }, pauseMs)
    pauseMs = Math.min(pauseMs * 2, LONGEST_RETRY_MS)
  }

  const open = () => {
    const url = `${origin.replace(/^http/, 'ws')}/api/events?token=${encodeURIComponent(token)}`
    const next = new WebSocket(url)
    socket = next
    next.addEventListener('open', () => {
      pauseMs = FIRST_RETRY_MS
      if (state.kind !== 'connected') setState({ kind: 'connected' })
    })
    next.addEventListener('message', (frame) => {
      const message = decodeWire(String(frame.data)) as EventMessage
      listeners.tell(message.event, message.payload, message.revision)
    })
    next.addEventListener('close', lose)
  }
  open()

  return {
    call: (method, input, options) => post(origin, token, { method, input }, options?.signal),
    on: listeners.add,
    connection: () => state,
    onConnection: (watcher) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    close: () => {
      isClosed = true
      clearTimeout(timer)
      socket?.close()
    },
  }
}

async function post(origin: string, token: string, body: unknown, signal: AbortSignal | undefined): Promise<unknown> {
  let reply: Reply
  try {
    const response = await fetch(`${origin}/api/call`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-fieldgate-token': token },
      body: encodeWire(body),
      signal: signal ?? null,
    })
    reply = decodeWire(await response.text()) as Reply
  } catch (error) {
    if (signal?.aborted === true) throw new FieldgateError('cancelled', 'The request was cancelled.', { cause: error })
    throw new FieldgateError('unavailable', 'The engine does not answer.', {
      hint: 'Check that "fieldgate serve" is still running; the window reconnects by itself.',
      cause: error,
    })
  }
  if (reply.ok) return reply.value
  throw errorFromData(reply.error)
}
