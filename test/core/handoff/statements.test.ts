import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { compareIngested } from '../../../electron/core/handoff/databricks/compare.ts'
import { queryWarehouse } from '../../../electron/core/handoff/databricks/statements.ts'
import { createFakeClock } from '../../helpers/fakeClock.ts'

type Answer = { readonly status?: number; readonly body: unknown }

const servers: Server[] = []

/** A contract fake of the Statement Execution API: answers in turn, keeps what was asked. */
async function startWarehouse(answers: readonly Answer[]) {
  const asked: {
    readonly method: string
    readonly url: string
    readonly token: string | undefined
    readonly body: string
  }[] = []
  const left = [...answers]
  const server = createServer((request: IncomingMessage, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      asked.push({ method: request.method ?? '', url: request.url ?? '', token: request.headers.authorization, body })
      const answer = left.shift() ?? { status: 500, body: {} }
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' })
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask = (signal = new AbortController().signal) =>
    queryWarehouse(
      { host, token: 'dapi-planted-secret', warehouseId: 'w1' },
      { fetch, clock: createFakeClock(), signal },
      'SELECT 1',
    )
  return { asked, ask }
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
})

const succeeded = (data: readonly (readonly (string | null)[])[], next?: string) => ({
  statement_id: 's1',
  status: { state: 'SUCCEEDED' },
  manifest: { schema: { columns: [{ name: 'a' }] }, truncated: false },
  result: { data_array: data, ...(next === undefined ? {} : { next_chunk_internal_link: next }) },
})

describe('a question to the warehouse', () => {
  test('waits while it runs and follows every chunk', async () => {
    const { asked, ask } = await startWarehouse([
      { body: { statement_id: 's1', status: { state: 'PENDING' } } },
      { body: { statement_id: 's1', status: { state: 'RUNNING' } } },
      { body: succeeded([['1']], '/api/2.0/sql/statements/s1/result/chunks/1') },
      { body: { data_array: [['2'], [null]] } },
    ])
    expect(await ask()).toEqual([['1'], ['2'], [null]])
    expect(asked.map((call) => `${call.method} ${call.url}`)).toEqual([
      'POST /api/2.0/sql/statements',
      'GET /api/2.0/sql/statements/s1',
      'GET /api/2.0/sql/statements/s1',
      'GET /api/2.0/sql/statements/s1/result/chunks/1',
    ])
    expect(asked[0]?.token).toBe('Bearer dapi-planted-secret')
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({
      warehouse_id: 'w1',
      format: 'JSON_ARRAY',
      disposition: 'INLINE',
    })
  })

  test.each([
    [401, 'denied'],
    [403, 'denied'],
    [404, 'notFound'],
    [429, 'throttled'],
    [503, 'unavailable'],
  ])('HTTP %i is %s, and the token is not in the error', async (status, code) => {
    const { ask } = await startWarehouse([{ status, body: { message: 'no' } }])
    const error = await ask().catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code })
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('dapi-planted-secret')
  })

  test('a failed statement says why', async () => {
    const { ask } = await startWarehouse([
      { body: { statement_id: 's1', status: { state: 'FAILED', error: { message: 'TABLE_OR_VIEW_NOT_FOUND' } } } },
    ])
    await expect(ask()).rejects.toThrow(/TABLE_OR_VIEW_NOT_FOUND/)
  })

  test('a truncated result is refused, not compared', async () => {
    const { ask } = await startWarehouse([
      { body: { ...succeeded([['1']]), manifest: { schema: {}, truncated: true } } },
    ])
    await expect(ask()).rejects.toThrow(/cut the result off/)
  })

  test('a portal page is no answer', async () => {
    const { ask } = await startWarehouse([{ body: '<html>log in</html>' }])
    await expect(ask()).rejects.toThrow(/not JSON/)
  })

  test('a link to another host is not followed with the token', async () => {
    const { ask } = await startWarehouse([{ body: succeeded([['1']], 'http://127.0.0.2:9/steal') }])
    await expect(ask()).rejects.toThrow(/another host/)
  })
})

const lane = (nodeId: string, type: string, rows: number) => ({
  nodeId,
  table: 't',
  type,
  epoch: 'e1',
  rows,
  objects: 1,
})
const row = (nodeId: string, type: string, rows: number, distinct = rows) => [
  nodeId,
  't',
  type,
  'e1',
  String(rows),
  String(distinct),
  '1',
  null,
]

describe('ledger against warehouse', () => {
  test('tells equal, waiting, duplicated and excess apart', () => {
    const compared = compareIngested(
      [
        lane('a', 'raw', 10),
        lane('b', 'raw', 10),
        lane('c', 'raw', 10),
        lane('d', 'raw', 10),
        lane('e', 'aggregated', 4),
      ],
      [
        row('a', 'raw', 10),
        row('b', 'raw', 7),
        row('c', 'raw', 20, 10),
        row('e', 'aggregated', 4, 2),
        row('x', 'raw', 3),
      ],
    )
    expect(compared.map((entry) => [entry.nodeId, entry.verdict])).toEqual([
      ['a', 'equal'],
      ['b', 'waiting'],
      ['c', 'duplicated'],
      ['d', 'waiting'],
      ['e', 'equal'],
      ['x', 'excess'],
    ])
  })
})
