import { z } from 'zod'
import { CANCEL_CALL } from '../../shared/ipc/wire.ts'
import type { CallReply, CallRouter } from '../core/host/callRouter.ts'
import { isTrustedSender } from './guards.ts'
import type { SenderFrame } from './guards.ts'

/** The name a page gave to one of its calls, to cancel it by. */
const callId = z.string().min(1).max(64)
const callMessage = z.strictObject({ method: z.string(), input: z.unknown(), id: callId.optional() })
const cancelInput = z.strictObject({ id: callId })

/** Answers one message of a frame. Never rejects. */
export type CallGuard = (frame: SenderFrame | null, args: readonly unknown[]) => Promise<CallReply>

/**
 * Judges every message: sender, shape, then the router's own checks of method and input. A call that came with an `id`
 * can be cancelled by it; the work then ends as well, and its reply says `cancelled`.
 */
export function openCallGuard(router: CallRouter): CallGuard {
  const running = new Map<string, AbortController>()

  const start = async (method: string, input: unknown, id: string): Promise<CallReply> => {
    if (running.has(id)) return refused('conflict', 'A call of this id is under way.')
    const abort = new AbortController()
    running.set(id, abort)
    try {
      return await router.call(method, input, abort.signal)
    } finally {
      running.delete(id)
    }
  }

  return async (frame, args) => {
    if (!isTrustedSender(frame)) return refused('denied', 'Calls are answered to the window of Fieldgate only.')
    const message = args.length === 1 && isCall(args[0]) ? callMessage.safeParse(args[0]) : undefined
    if (message?.success !== true) return refused('invalid', 'A call is one object { method, input } or with an id.')
    const { method, input, id } = message.data
    if (method === CANCEL_CALL) {
      const cancel = cancelInput.safeParse(input)
      if (!cancel.success) return refused('invalid', `${CANCEL_CALL} takes the id of a call.`)
      // One that has ended meanwhile needs nothing.
      running.get(cancel.data.id)?.abort()
      return { ok: true, value: null }
    }
    return id === undefined ? router.call(method, input) : start(method, input, id)
  }
}

/** A call names its input, even when it is undefined. */
function isCall(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'method' in message && 'input' in message
}

function refused(code: 'denied' | 'invalid' | 'conflict', message: string): CallReply {
  return { ok: false, error: { code, message, retryable: false } }
}
