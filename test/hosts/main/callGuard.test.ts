import { anything, constantFrom, oneof, record, sample } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCallRouter } from '../../../electron/core/host/callRouter.ts'
import type { HostHandlers } from '../../../electron/core/host/callRouter.ts'
import type { EngineClient } from '../../../electron/core/host/engineClient.ts'
import { openCallGuard } from '../../../electron/main/callGuard.ts'
import { HOST_METHODS, METHODS } from '../../../shared/ipc/contract.ts'
import { CANCEL_CALL } from '../../../shared/ipc/wire.ts'
import { ERROR_CODES } from '../../../shared/domain/errors.ts'

const OURS = { url: 'app://fieldgate/index.html', parent: null }
let reached: { method: string; input: unknown }[] = []

const engine = {
  call: async (method: string, input: unknown) => {
    reached.push({ method, input })
    return 'engine'
  },
} as unknown as EngineClient

const host = Object.fromEntries(
  Object.keys(HOST_METHODS).map((method) => [
    method,
    (input: unknown) => {
      reached.push({ method, input })
      return 'host'
    },
  ]),
) as unknown as HostHandlers

function fits(call: { method: string; input: unknown } | undefined): boolean {
  const schemas: Readonly<Record<string, { input: { safeParse(input: unknown): { success: boolean } } }>> = {
    ...METHODS,
    ...HOST_METHODS,
  }
  return call !== undefined && schemas[call.method]?.input.safeParse(call.input).success === true
}

const answer = openCallGuard(createCallRouter(() => engine, host))

describe('calls from the window', () => {
  test('a call that fits is answered by the engine or by the host', async () => {
    expect(await answer(OURS, [{ method: 'fleet.status', input: {} }])).toEqual({
      ok: true,
      value: 'engine',
    })
    expect(await answer(OURS, [{ method: 'host.info', input: {} }])).toEqual({ ok: true, value: 'host' })
  })

  test.each([
    ['another page', { url: 'https://evil.example/', parent: null }],
    ['a frame inside the page', { url: OURS.url, parent: {} }],
    ['a frame that is gone', null],
  ])('a call from %s is denied', async (_what, frame) => {
    reached = []
    expect(await answer(frame, [{ method: 'fleet.status', input: {} }])).toMatchObject({
      ok: false,
      error: { code: 'denied' },
    })
    expect(reached).toEqual([])
  })

  test('a hundred thousand malformed messages are refused as data, and none gets through unparsed', async () => {
    reached = []
    const names = [...Object.keys(METHODS), ...Object.keys(HOST_METHODS), '__proto__', 'constructor', 'toString', '']
    const junk = anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true, maxDepth: 2 })
    const message = oneof(
      junk,
      record({ method: constantFrom(...names), input: junk }),
      record({ method: junk, input: junk }),
      record({ method: constantFrom(...names), input: junk, extra: junk }),
      record({ method: constantFrom(...names), input: junk, id: junk }),
      record({ method: constantFrom(CANCEL_CALL), input: record({ id: junk }) }),
    )
    const wrong: unknown[] = []
    let refused = 0
    for (const one of sample(message, { numRuns: 100_000, seed: 20_261_124 })) {
      const before = reached.length
      const reply = await answer(OURS, [one])
      if (!reply.ok) {
        refused++
        if (!ERROR_CODES.includes(reply.error.code) || reply.error.message.length > 1000) wrong.push(reply)
      } else if (reply.value !== null && (reached.length !== before + 1 || !fits(reached.at(-1)))) wrong.push(one)
    }
    expect(wrong).toEqual([])
    expect(refused).toBeGreaterThan(90_000)
    expect(await answer(OURS, [{ method: 'fleet.status', input: {} }])).toEqual({
      ok: true,
      value: 'engine',
    })
  })
})
