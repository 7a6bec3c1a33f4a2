import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../support/clock.ts'
import { createBlobs } from './blobs.ts'
import { diskFull } from './context.ts'
import type { StoreContext } from './context.ts'
import { answerThroughFaults, assertNoFault, CUT, noFaults } from './faults.ts'
import type { StoreFaults } from './faults.ts'
import { openLoopbackDoor } from './loopbackDoor.ts'
import type { LoopbackDoor } from './loopbackDoor.ts'
import { openObjectIndex } from './objectIndex.ts'
import { assertAllowed } from './permissions.ts'
import type { StoreUser } from './permissions.ts'
import { readCall, route } from './route.ts'
import { verifySignature } from './signature.ts'
import { Refusal } from './wire.ts'
import type { StoreReply, StoreRequest } from './wire.ts'
import { writeXml } from './xml.ts'

export interface EmbeddedStoreOptions {
  readonly folder: string
  readonly region: string
  readonly clock: Clock
  /** Identities besides the owner, each limited by its policy. */
  readonly users?: readonly StoreUser[]
  /** Hears of failures that are the store's own, by sentence; a client only sees 500. */
  readonly onError?: (message: string) => void
}

/** The S3-subset store in one folder: the same answers in-process as over its loopback port. */
export interface EmbeddedStore {
  readonly region: string
  /** Made anew at each start and kept in memory only. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly faults: StoreFaults
  /** Address of the open loopback port; undefined while it is closed. */
  readonly endpoint: string | undefined
  /** Answers one request without a socket; 'cut' stands for a connection that breaks. Never throws. */
  respond(request: StoreRequest): Promise<StoreReply | typeof CUT>
  /** Opens the loopback port, or tells the one that is open. */
  listen(port?: number): Promise<{ readonly endpoint: string }>
  unlisten(): Promise<void>
  close(): Promise<void>
}

/** Opens or makes the store in `folder`. Several processes may have it open at once. */
export function createEmbeddedStore(options: EmbeddedStoreOptions): EmbeddedStore {
  const { folder, region, clock } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const faults = noFaults()
  const context: StoreContext = {
    index: openObjectIndex(join(folder, 'index.db')),
    blobs: createBlobs(folder, clock.now()),
    clock,
    region,
    faults,
  }
  const credentials = {
    accessKeyId: `FGDEMO${randomBytes(7).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
  }
  const users = new Map((options.users ?? []).map((user) => [user.accessKeyId, user]))
  const secretOf = (accessKeyId: string): string | undefined =>
    accessKeyId === credentials.accessKeyId ? credentials.secretAccessKey : users.get(accessKeyId)?.secretAccessKey
  const answer = async (request: StoreRequest): Promise<StoreReply> => {
    const id = randomBytes(8).toString('hex').toUpperCase()
    const reply = await answerOrRefuse(context, request, { secretOf, users }, id, options.onError)
    const headers = {
      'x-amz-request-id': id,
      server: 'fieldgate',
      date: new Date(clock.now()).toUTCString(),
      ...reply.headers,
    }
    return { ...reply, headers }
  }
  const respond = (request: StoreRequest): Promise<StoreReply | typeof CUT> =>
    answerThroughFaults(request, faults, clock, answer)
  let door: Promise<LoopbackDoor> | undefined
  let endpoint: string | undefined
  const unlisten = async (): Promise<void> => {
    const open = door
    door = undefined
    endpoint = undefined
    await (await open)?.close()
  }
  return {
    region,
    credentials,
    faults,
    get endpoint() {
      return endpoint
    },
    respond,
    listen: async (port = 0) => {
      door ??= openLoopbackDoor(port, respond)
      try {
        endpoint = (await door).endpoint
        return { endpoint }
      } catch (error) {
        door = undefined
        throw error
      }
    },
    unlisten,
    close: async () => {
      await unlisten()
      context.index.close()
    },
  }
}

async function answerOrRefuse(
  context: StoreContext,
  request: StoreRequest,
  identities: {
    readonly secretOf: (accessKeyId: string) => string | undefined
    readonly users: ReadonlyMap<string, StoreUser>
  },
  id: string,
  onError: EmbeddedStoreOptions['onError'],
): Promise<StoreReply> {
  try {
    const { secretOf, users } = identities
    const signed = verifySignature(request, { nowMs: context.clock.now(), region: context.region, secretOf })
    assertNoFault(context.faults)
    const call = readCall(request, signed)
    const user = users.get(signed.accessKeyId)
    if (user !== undefined) assertAllowed(user, call)
    return await route(context, call)
  } catch (error) {
    return refusalReply(request, error instanceof Refusal ? error : translate(error, onError), id)
  }
}

function translate(error: unknown, onError: EmbeddedStoreOptions['onError']): Refusal {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOSPC' || code === 'SQLITE_FULL') return diskFull()
  if (code === 'ECONNRESET' || code === 'ABORT_ERR')
    return new Refusal(400, 'RequestTimeout', 'The connection ended before the body did.')
  onError?.(error instanceof Error ? error.message : String(error))
  return new Refusal(500, 'InternalError', 'We encountered an internal error. Please try again.')
}

function refusalReply(request: StoreRequest, refusal: Refusal, id: string): StoreReply {
  if (request.method === 'HEAD' || refusal.status === 304) {
    return { status: refusal.status, headers: refusal.headers, body: undefined }
  }
  const text = writeXml(
    'Error',
    { Code: refusal.code, Message: refusal.message, ...refusal.details, Resource: request.path, RequestId: id },
    '',
  )
  const headers = {
    'content-type': 'application/xml',
    'content-length': String(Buffer.byteLength(text)),
    ...refusal.headers,
  }
  return { status: refusal.status, headers, body: text }
}
