import { z } from 'zod'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { ErrorCode } from '../../../../shared/domain/errors.ts'
import type { OrchestratorCredential } from '../../../../shared/domain/settings.ts'

/** How to reach an orchestrator. `fetch` comes from the host, so that a CA file or proxy of its own can apply. */
export interface BacalhauConnection {
  readonly url: string
  readonly credential: OrchestratorCredential
  readonly fetch: typeof fetch
  readonly timeoutMs: number
}

export interface BacalhauRequest {
  readonly method?: 'GET' | 'PUT' | 'DELETE'
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
  /** Ask as nobody, to learn whether the door is open. */
  readonly anonymous?: boolean
}

const problem = z.object({
  Message: z.string().optional(),
  Error: z.string().optional(),
  Hint: z.string().optional(),
  Code: z.string().optional(),
})

/**
 * One call of the orchestrator's API, parsed by `schema`. Throws FieldgateError: `denied` for 401 and 403 told apart,
 * the server's own hint kept; the credential is in no error. Source: Bacalhau 1.9.3, pkg/publicapi.
 */
export async function callBacalhau<T>(
  connection: BacalhauConnection,
  path: string,
  schema: z.ZodType<T>,
  request: BacalhauRequest = {},
): Promise<T> {
  const url = new URL(`/api/v1${path}`, connection.url)
  for (const [key, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(key, String(value))
  }
  const limit = AbortSignal.timeout(connection.timeoutMs)
  let response: Response
  try {
    response = await connection.fetch(url, {
      method: request.method ?? 'GET',
      signal: request.signal === undefined ? limit : AbortSignal.any([limit, request.signal]),
      headers: {
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(request.anonymous === true ? {} : authorization(connection.credential)),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    })
  } catch (error) {
    if (request.signal?.aborted === true)
      throw new FieldgateError('cancelled', 'The call to the orchestrator was cancelled.')
    throw new FieldgateError('unavailable', `The orchestrator at ${url.host} does not answer.`, {
      hint: 'Check the address, the port (1234 by default) and whether a VPN is needed.',
      cause: error,
    })
  }
  const text = await response.text()
  if (!response.ok) throw refusal(response.status, url.host, text)
  const parsed = schema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new FieldgateError(
    'unsupported',
    `${url.host} answered ${path} in a shape Fieldgate does not know (${issue?.path.join('.')}).`,
    {
      hint: 'Bacalhau 1.7 to 1.9 is supported; a portal or proxy may also have answered instead.',
    },
  )
}

function authorization(credential: BacalhauConnection['credential']): Record<string, string> {
  switch (credential.kind) {
    case 'none':
      return {}
    case 'apiKey':
      return { authorization: `Bearer ${credential.apiKey}` }
    case 'basic':
      return {
        authorization: `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`,
      }
  }
}

/** Nanosecond times leave the safe integers; they are shown, never compared, so their text is kept. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/("(?:CreateTime|ModifyTime)"\s*:\s*)(\d{16,})/g, '$1"$2"')) as unknown
  } catch {
    return undefined
  }
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid',
  401: 'denied',
  403: 'denied',
  404: 'notFound',
  409: 'conflict',
  429: 'throttled',
}

function refusal(status: number, host: string, text: string): FieldgateError {
  const parsed = problem.safeParse(parseJson(text))
  const said = parsed.success ? (parsed.data.Message ?? parsed.data.Error ?? '') : ''
  const hint = parsed.success ? parsed.data.Hint : undefined
  if (status === 401) {
    return new FieldgateError('denied', `${host} does not know this credential. ${said}`.trim(), {
      hint: hint ?? 'Set an API key of the orchestrator (API.Auth.Users).',
    })
  }
  if (status === 403) {
    return new FieldgateError('denied', `${host} knows the credential, but it may not do this. ${said}`.trim(), {
      hint:
        hint ?? 'Reading needs read:node and read:job; deploying needs write:job; approving nodes needs write:node.',
    })
  }
  return new FieldgateError(CODES[status] ?? 'unavailable', `${host} answered HTTP ${status}. ${said}`.trim(), { hint })
}
