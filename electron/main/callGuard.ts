import type { CallReply, CallRouter } from '../core/host/callRouter.ts'
import { isTrustedSender } from './guards.ts'
import type { SenderFrame } from './guards.ts'

/** Judges one message: sender, shape, then the router's own checks of method and input. */
export async function answerCall(
  router: CallRouter,
  frame: SenderFrame | null,
  args: readonly unknown[],
): Promise<CallReply> {
  if (!isTrustedSender(frame)) return refused('denied', 'Calls are answered to the window of Fieldgate only.')
  const [message] = args
  if (args.length !== 1 || !isCall(message)) return refused('invalid', 'A call is one object { method, input }.')
  return router.call(message.method, message.input)
}

function isCall(message: unknown): message is { readonly method: string; readonly input: unknown } {
  return (
    typeof message === 'object' &&
    message !== null &&
    Object.keys(message).length === 2 &&
    'method' in message &&
    'input' in message &&
    typeof message.method === 'string'
  )
}

function refused(code: 'denied' | 'invalid', message: string): CallReply {
  return { ok: false, error: { code, message, retryable: false } }
}
