import { errorToData, FieldgateError } from '../../../shared/domain/errors.ts'
import type { ErrorData } from '../../../shared/domain/errors.ts'
import { HOST_METHODS, METHODS } from '../../../shared/ipc/contract.ts'
import type { HostInput, HostMethod, HostOutput, Input, Method } from '../../../shared/ipc/contract.ts'
import type { EngineClient } from './engineClient.ts'

/** What every call of a window gets back: the value, or the error as data. A call never throws across a border. */
export type CallReply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ErrorData }

/** One handler for every method the host answers itself: a missing one is a compile error. */
export type HostHandlers = {
  readonly [M in HostMethod]: (input: HostInput<M>) => HostOutput<M> | Promise<HostOutput<M>>
}

export interface CallRouter {
  /** Never rejects: whatever comes in, a reply comes out. */
  call(method: unknown, input: unknown, signal?: AbortSignal): Promise<CallReply>
}

/** Where the router finds the engine; throws while there is none. */
export type FindEngine = () => EngineClient | Promise<EngineClient>

/** Sends a call to the host's own handlers or to the engine; input is parsed before either sees it. */
export function createCallRouter(engine: FindEngine, host: HostHandlers): CallRouter {
  return {
    async call(method, input, signal) {
      try {
        return { ok: true, value: await route(engine, host, method, input, signal) }
      } catch (error) {
        return { ok: false, error: errorToData(error) }
      }
    },
  }
}

async function route(
  engine: FindEngine,
  host: HostHandlers,
  method: unknown,
  input: unknown,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  if (typeof method === 'string' && Object.hasOwn(HOST_METHODS, method)) {
    const name = method as HostMethod
    const handler = host[name] as (input: unknown) => unknown
    return handler(parse(name, HOST_METHODS[name].input, input))
  }
  if (typeof method === 'string' && Object.hasOwn(METHODS, method)) {
    const name = method as Method
    const parsed = parse(name, METHODS[name].input, input) as Input<Method>
    return (await engine()).call(name, parsed, signal === undefined ? {} : { signal })
  }
  throw new FieldgateError('unsupported', `There is no method ${describe(method)}.`)
}

interface Parser {
  safeParse(input: unknown):
    | { readonly success: true; readonly data: unknown }
    | {
        readonly success: false
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]
        }
      }
}

/** The parsed input. Throws `invalid` naming the method and the place, never the value: it may be a secret. */
function parse(method: string, schema: Parser, input: unknown): unknown {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const place =
    issue === undefined || issue.path.length === 0 ? 'input' : issue.path.map(String).join('.').slice(0, 200)
  throw new FieldgateError(
    'invalid',
    `${method}: ${place} does not fit: ${issue?.message.slice(0, 200) ?? 'not valid'}`,
  )
}

function describe(method: unknown): string {
  return typeof method === 'string' ? JSON.stringify(method.slice(0, 100)) : `of type ${typeof method}`
}
