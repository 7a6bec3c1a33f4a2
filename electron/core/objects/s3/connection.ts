import { S3Client } from '@aws-sdk/client-s3'
import { Readable } from 'node:stream'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { StoreConfig } from '../../../../shared/domain/settings.ts'
import type { Clock } from '../../support/clock.ts'
import type { Log } from '../../support/log.ts'
import type { EmbeddedStore } from '../embedded/embeddedStore.ts'
import { createCapabilities } from './capabilities.ts'
import type { Capabilities } from './capabilities.ts'
import { credentialProvider } from './credentialProvider.ts'
import { createInProcessHandler, IN_PROCESS_HOST } from './inProcessHandler.ts'
import { createPacer, pacedParts } from './pacing.ts'
import { proxyAgents } from './proxy.ts'
import type { Pacer } from './pacing.ts'
import { explainStoreError } from './storeErrors.ts'
import { portalError } from './storeVerdicts.ts'
import type { Attempt } from './storeVerdicts.ts'

export interface StorePorts {
  readonly clock: Clock
  readonly log: Log
  /** The store in this process; required when the configuration names the embedded one. */
  readonly embedded?: EmbeddedStore
  readonly bytesPerSecond?: number
  /** Where HTTPS_PROXY and its kin are read from; no proxy without it. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Objects above this are sent in parts. */
  readonly multipartAboveBytes?: number
  readonly partBytes?: number
  /** Where to ask who the credentials are; AWS STS unless a test says otherwise. */
  readonly stsEndpoint?: string
  /** Idle time after which a connection counts as dead, and time to make one. */
  readonly timeouts?: { readonly connectMs: number; readonly idleMs: number; readonly requestMs: number }
}

/** One long-lived SDK client and what is known about its other end. */
export interface Connection {
  readonly client: S3Client
  readonly config: StoreConfig
  readonly ports: StorePorts
  readonly pacer: Pacer
  readonly capabilities: Capabilities
  /** The probe under way or done; undefined while the store has not been asked. */
  readonly probe: { pending: Promise<void> | undefined }
  /** Store time minus ours at the last answer, in milliseconds. */
  skewMs(): number | undefined
}

const TIMEOUTS = { connectMs: 10_000, idleMs: 45_000, requestMs: 60_000 }
/** A link slower than this counts as dead: the time-out of a put grows with its size at this speed. */
const SLOWEST_BYTES_PER_SECOND = 4096

/** Connects; nothing is sent yet. Retries of the SDK are few: patience lives in the uploader's loop. */
export function connect(config: StoreConfig, ports: StorePorts): Connection {
  const capabilities = createCapabilities(config)
  const timeouts = ports.timeouts ?? TIMEOUTS
  const client = new S3Client({
    region: config.region,
    ...addressOf(config, ports),
    maxAttempts: 3,
    retryMode: 'standard',
    expectContinueHeader: false,
    followRegionRedirects: false,
    requestChecksumCalculation: async () => (capabilities.checksums === 'always' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED'),
    responseChecksumValidation: async () => (capabilities.checksums === 'always' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED'),
    requestHandler:
      config.kind === 'embedded'
        ? createInProcessHandler(embeddedOf(ports))
        : {
            connectionTimeout: timeouts.connectMs,
            socketTimeout: timeouts.idleMs,
            requestTimeout: timeouts.requestMs,
            throwOnRequestTimeout: true,
            ...proxyAgents(ports.env ?? {}),
          },
  })
  let skewMs: number | undefined
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const response = result.response as { statusCode: number; headers: Record<string, string> }
      assertFromStore(response)
      const date = Date.parse(response.headers['date'] ?? '')
      if (!Number.isNaN(date)) skewMs = date - ports.clock.now()
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'fieldgateWatch' },
  )
  return {
    client,
    config,
    ports,
    capabilities,
    probe: { pending: undefined },
    pacer: createPacer(ports.clock, ports.bytesPerSecond),
    skewMs: () => skewMs,
  }
}

function addressOf(config: StoreConfig, ports: StorePorts) {
  if (config.kind === 'embedded') {
    return { endpoint: `http://${IN_PROCESS_HOST}`, forcePathStyle: true, credentials: embeddedOf(ports).credentials }
  }
  return {
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    forcePathStyle: config.forcePathStyle,
    credentials: credentialProvider(config.credentials),
  }
}

function embeddedOf(ports: StorePorts): EmbeddedStore {
  if (ports.embedded !== undefined) return ports.embedded
  throw new FieldgateError('internal', 'The configuration names the embedded store, but none was opened.')
}

/**
 * A page for people that says success is no answer of a store: those carry an entity tag or a header of Amazon's. Pages with an error
 * pass: some stores write them, and an error proves nothing wrong.
 */
function assertFromStore(response: {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
}): void {
  const { headers, statusCode } = response
  const isPage = /^text\/html/i.test(headers['content-type'] ?? '')
  const isSigned = Object.keys(headers).some((name) => name === 'etag' || name.startsWith('x-amz'))
  if (isSigned || !isPage || (statusCode >= 400 && statusCode !== 511)) return
  const verdict = portalError({ action: 'the request' })
  throw new FieldgateError(verdict.code, verdict.message, { hint: verdict.hint, details: { status: statusCode } })
}

/** Sends one command; a failure comes as FieldgateError naming `attempt`. */
export async function call<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw explainStoreError(error, attempt)
  }
}

export interface SendOptions {
  readonly requestTimeout: number
  readonly abortSignal?: AbortSignal
}

/** The options of a send: abort, and a time-out that grows with the bytes to carry. */
export function sendOptions(connection: Connection, signal: AbortSignal | undefined, bytes = 0): SendOptions {
  const { requestMs } = connection.ports.timeouts ?? TIMEOUTS
  const speed = Math.min(connection.pacer.bytesPerSecond ?? SLOWEST_BYTES_PER_SECOND, SLOWEST_BYTES_PER_SECOND)
  return {
    requestTimeout: requestMs + Math.ceil((bytes / speed) * 2000),
    ...(signal === undefined ? {} : { abortSignal: signal }),
  }
}

interface WithMiddleware {
  readonly middlewareStack: {
    add(middleware: unknown, options: { step: 'finalizeRequest'; priority: 'low'; name: string }): void
  }
}

/**
 * Makes a command send its body at the pacer's speed and report progress. The signed buffer is swapped for a stream of the
 * same bytes after signing, once per attempt, so that length, signature and retries stay as they were.
 */
export function paceBody(
  command: WithMiddleware,
  connection: Connection,
  signal: AbortSignal | undefined,
  onSent: ((bytes: number) => void) | undefined,
): void {
  if (connection.pacer.bytesPerSecond === undefined && onSent === undefined) return
  const swap =
    (next: (args: { request: { body?: unknown } }) => Promise<unknown>) =>
    (args: { request: { body?: unknown; clone(): { body?: unknown } } }) => {
      const { body } = args.request
      if (!(body instanceof Uint8Array)) return next(args)
      const request = args.request.clone()
      request.body = Readable.from(pacedParts(body, connection.pacer, signal, onSent), { objectMode: false })
      return next({ ...args, request })
    }
  command.middlewareStack.add(swap, { step: 'finalizeRequest', priority: 'low', name: 'fieldgatePacedBody' })
}
