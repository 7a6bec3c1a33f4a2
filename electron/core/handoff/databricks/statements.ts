import { z } from 'zod'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { Clock } from '../../support/clock.ts'

/** Where and as whom to ask. The token is sent in one header and appears in no error. */
export interface WarehouseConnection {
  readonly host: string
  readonly token: string
  readonly warehouseId: string
}

export interface StatementPorts {
  readonly fetch: typeof fetch
  readonly clock: Clock
  readonly signal: AbortSignal
}

const reply = z.object({
  statement_id: z.string(),
  status: z.object({
    state: z.enum(['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED', 'CLOSED']),
    error: z.object({ message: z.string().optional(), error_code: z.string().optional() }).optional(),
  }),
  manifest: z
    .object({
      schema: z.object({ columns: z.array(z.object({ name: z.string() })).optional() }),
      truncated: z.boolean().optional(),
    })
    .optional(),
  result: z
    .object({
      data_array: z.array(z.array(z.string().nullable())).optional(),
      next_chunk_internal_link: z.string().optional(),
    })
    .optional(),
})

const chunk = z.object({
  data_array: z.array(z.array(z.string().nullable())).optional(),
  next_chunk_internal_link: z.string().optional(),
})

const POLL_MS = 1_000

/**
 * Rows of one SQL statement as text, through the Statement Execution API (`/api/2.0/sql/statements`, JSON_ARRAY, INLINE).
 * Follows every chunk; a truncated result is refused rather than compared. Aborting cancels the statement.
 */
export async function queryWarehouse(
  connection: WarehouseConnection,
  ports: StatementPorts,
  statement: string,
): Promise<readonly (readonly (string | null)[])[]> {
  let answer = reply.parse(
    await call(connection, ports, 'POST', '/api/2.0/sql/statements', {
      warehouse_id: connection.warehouseId,
      statement,
      wait_timeout: '30s',
      on_wait_timeout: 'CONTINUE',
      disposition: 'INLINE',
      format: 'JSON_ARRAY',
    }),
  )
  while (answer.status.state === 'PENDING' || answer.status.state === 'RUNNING') {
    await ports.clock.sleep(POLL_MS, ports.signal)
    const path = `/api/2.0/sql/statements/${encodeURIComponent(answer.statement_id)}`
    if (ports.signal.aborted) {
      await call(connection, { ...ports, signal: new AbortController().signal }, 'POST', `${path}/cancel`)
      throw new FieldgateError('cancelled', 'The question to the warehouse was cancelled.')
    }
    answer = reply.parse(await call(connection, ports, 'GET', path))
  }
  if (answer.status.state !== 'SUCCEEDED') {
    throw new FieldgateError(
      'unavailable',
      `The warehouse answered ${answer.status.state}: ${answer.status.error?.message ?? 'no reason given'}`,
      {
        hint: 'Check that the tables of the hand-off exist and that this token may read them.',
        retryable: false,
      },
    )
  }
  if (answer.manifest?.truncated === true) {
    throw new FieldgateError('unsupported', 'The warehouse cut the result off; comparing a part would prove nothing.')
  }
  const rows = [...(answer.result?.data_array ?? [])]
  for (let next = answer.result?.next_chunk_internal_link; next !== undefined;) {
    const part = chunk.parse(await call(connection, ports, 'GET', next))
    rows.push(...(part.data_array ?? []))
    next = part.next_chunk_internal_link
  }
  return rows
}

async function call(
  connection: WarehouseConnection,
  ports: StatementPorts,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const url = new URL(path, connection.host)
  if (url.origin !== new URL(connection.host).origin) {
    throw new FieldgateError(
      'denied',
      `The warehouse pointed to another host (${url.host}); the token is not sent there.`,
    )
  }
  let response: Response
  try {
    response = await ports.fetch(url, {
      method,
      signal: ports.signal,
      headers: { authorization: `Bearer ${connection.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  } catch (error) {
    throw new FieldgateError('unavailable', `The Databricks workspace ${url.host} cannot be reached.`, {
      hint: 'Check DATABRICKS_HOST and the network.',
      cause: error,
    })
  }
  const text = await response.text()
  if (!response.ok) throw refusal(response.status, url.host, text)
  try {
    return text === '' ? {} : (JSON.parse(text) as unknown)
  } catch (error) {
    throw new FieldgateError(
      'unavailable',
      `${url.host} answered something that is not JSON; a proxy or portal may be in between.`,
      {
        cause: error,
      },
    )
  }
}

function refusal(status: number, host: string, text: string): FieldgateError {
  const reason = /"message"\s*:\s*"([^"]{1,300})"/.exec(text)?.[1] ?? ''
  if (status === 401 || status === 403) {
    return new FieldgateError('denied', `${host} refused the token (HTTP ${status}). ${reason}`.trim(), {
      hint: 'Set DATABRICKS_TOKEN to a token that may use the warehouse and read the catalog.',
    })
  }
  if (status === 404)
    return new FieldgateError('notFound', `${host} does not know this warehouse or statement. ${reason}`.trim())
  if (status === 429) return new FieldgateError('throttled', `${host} asks to wait (HTTP 429).`)
  return new FieldgateError('unavailable', `${host} answered HTTP ${status}. ${reason}`.trim())
}
