import type { Clock } from '../../support/clock.ts'
import { Refusal } from './wire.ts'
import type { StoreReply, StoreRequest } from './wire.ts'

/** What can be made to go wrong with the embedded store, for the demo and for tests; all may change at any time. */
export interface StoreFaults {
  /** Nothing gets through: connections are refused or cut. */
  cutLink: boolean
  /** Every request is answered 503 SlowDown. */
  slowDown: boolean
  /** Every request is answered 403 AccessDenied. */
  denyAll: boolean
  /** Every key is unknown: 403 InvalidAccessKeyId. */
  wrongCredentials: boolean
  /** A captive portal answers everything with 200 and a login page. */
  portal: boolean
  /** Requests are carried out, but their replies never arrive. */
  lostReply: boolean
  /** Bodies that would be stored meet a full disk. */
  diskFull: boolean
  latencyMs: number
  /** Speed of request bodies; undefined is unlimited. */
  bytesPerSecond: number | undefined
}

/** The link is cut: a door answers with a broken connection. */
export const CUT = 'cut'

/** Nothing wrong. */
export function noFaults(): StoreFaults {
  return {
    cutLink: false,
    slowDown: false,
    denyAll: false,
    wrongCredentials: false,
    portal: false,
    lostReply: false,
    diskFull: false,
    latencyMs: 0,
    bytesPerSecond: undefined,
  }
}

const LOGIN_PAGE =
  '<!doctype html><html><head><title>Welcome</title></head><body><h1>Log in to use this network</h1></body></html>'

/** Answers through the faults that are active now; `CUT` stands for a connection that breaks. */
export async function answerThroughFaults(
  request: StoreRequest,
  faults: StoreFaults,
  clock: Clock,
  answer: (request: StoreRequest) => Promise<StoreReply>,
): Promise<StoreReply | typeof CUT> {
  if (faults.cutLink) return CUT
  if (faults.latencyMs > 0) await clock.sleep(faults.latencyMs)
  if (faults.portal) {
    return {
      status: 200,
      headers: { 'content-type': 'text/html', 'content-length': String(LOGIN_PAGE.length) },
      body: request.method === 'HEAD' ? undefined : LOGIN_PAGE,
    }
  }
  const speed = faults.bytesPerSecond
  const reply = await answer(speed === undefined ? request : { ...request, body: paced(request.body, speed, clock) })
  if (!faults.lostReply && !faults.cutLink) return reply
  if (typeof reply.body === 'object') reply.body.destroy()
  return CUT
}

/** The refusal that an active fault gives in place of service. */
export function assertNoFault(faults: StoreFaults): void {
  if (faults.slowDown) throw new Refusal(503, 'SlowDown', 'Please reduce your request rate.')
  if (faults.denyAll) throw new Refusal(403, 'AccessDenied', 'Access Denied')
  if (faults.wrongCredentials) {
    throw new Refusal(403, 'InvalidAccessKeyId', 'The AWS access key Id you provided does not exist in our records.')
  }
}

async function* paced(
  body: AsyncIterable<Uint8Array>,
  bytesPerSecond: number,
  clock: Clock,
): AsyncGenerator<Uint8Array> {
  for await (const part of body) {
    await clock.sleep((part.length / bytesPerSecond) * 1000)
    yield part
  }
}
