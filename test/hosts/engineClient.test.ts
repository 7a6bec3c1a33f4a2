import { afterEach, describe, expect, test } from 'vitest'
import { connectEngine } from '../../electron/core/host/engineClient.ts'
import type { EngineClient } from '../../electron/core/host/engineClient.ts'
import { systemClock } from '../../electron/core/support/clock.ts'
import { silentLog } from '../../electron/core/support/log.ts'
import type { EngineConfig } from '../../shared/domain/settings.ts'
import type { EventMessage } from '../../shared/ipc/wire.ts'
import { tinyThreads } from './tinyThread.ts'
import type { TinyThreads } from './tinyThread.ts'

const config = {} as EngineConfig
const open: EngineClient[] = []

function connect(threads: TinyThreads): EngineClient {
  const client = connectEngine({ config, spawn: threads.spawn, clock: systemClock, log: silentLog, backoffMs: [20] })
  open.push(client)
  return client
}

function ask(client: EngineClient, nodeId: string, limit = 7, signal?: AbortSignal): Promise<unknown> {
  return client.call('readings.recent', { nodeId, limit }, signal === undefined ? {} : { signal })
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.stop(1000)))
})

describe('the engine in its thread', () => {
  test('answers calls, bytes included', async () => {
    const client = connect(tinyThreads())
    expect(await ask(client, 'echo')).toEqual({ nodeId: 'echo', limit: 7, threadBytes: new Uint8Array([1, 2, 3]) })
  })

  test('gives errors back as what they were', async () => {
    const client = connect(tinyThreads())
    await expect(ask(client, 'missing')).rejects.toMatchObject({
      code: 'notFound',
      hint: 'Known: echo.',
      retryable: false,
    })
    await expect(ask(client, 'odd')).rejects.toMatchObject({ code: 'internal', message: 'boom' })
  })

  test('says once that it runs', async () => {
    const client = connect(tinyThreads())
    expect(await client.settled()).toEqual({ name: 'running' })
    expect(client.state()).toEqual({ name: 'running' })
  })

  test('lets a call be abandoned, and goes on', async () => {
    const client = connect(tinyThreads())
    const abort = new AbortController()
    const endless = ask(client, 'endless', 1, abort.signal)
    await ask(client, 'echo')
    abort.abort()
    await expect(endless).rejects.toMatchObject({ code: 'cancelled' })
    await expect(ask(client, 'echo')).resolves.toBeDefined()
  })

  test('dies and comes back: calls in flight fail as retryable, later ones are answered', async () => {
    const threads = tinyThreads()
    const client = connect(threads)
    await client.settled()
    const states: string[] = []
    client.onState((state) => states.push(state.name))
    const inFlight = ask(client, 'endless')
    await expect(ask(client, 'die')).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    await expect(inFlight).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    await expect(ask(client, 'echo')).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    await client.settled()
    await expect(ask(client, 'echo')).resolves.toBeDefined()
    expect(states).toEqual(['waiting', 'starting', 'running'])
    expect(threads.started()).toBe(2)
  })

  test('a crash on demand is a real one', async () => {
    const threads = tinyThreads()
    const client = connect(threads)
    await client.settled()
    await client.crash()
    await client.settled()
    expect(threads.started()).toBe(2)
    expect(threads.alive()).toBe(1)
  })

  test('restarts with calls waiting for the new thread', async () => {
    const threads = tinyThreads()
    const client = connect(threads)
    await client.settled()
    const restarted = client.restart(config)
    await expect(ask(client, 'echo')).resolves.toBeDefined()
    await restarted
    expect(threads.started()).toBe(2)
  })

  test('an engine that does not stop is ended at the deadline', async () => {
    const threads = tinyThreads({ TINY_ENGINE_SLOW_STOP: 'yes' })
    const client = connect(threads)
    await client.settled()
    expect(await client.stop(50)).toBe(false)
    expect(threads.alive()).toBe(0)
    expect(client.state()).toEqual({ name: 'stopped' })
  })

  test('an engine that dies before it is ready is given up after four tries, and says why', async () => {
    const threads = tinyThreads({ TINY_ENGINE_DIES: 'yes' })
    const client = connect(threads)
    expect(await client.settled()).toMatchObject({ name: 'failed', error: { code: 'internal' } })
    expect(threads.started()).toBe(4)
    await expect(ask(client, 'echo')).rejects.toMatchObject({ code: 'internal' })
  })

  test('a stopped engine leaves no thread and answers nothing', async () => {
    const threads = tinyThreads()
    const client = connect(threads)
    await client.settled()
    expect(await client.stop(5000)).toBe(true)
    expect(threads.alive()).toBe(0)
    await expect(ask(client, 'echo')).rejects.toMatchObject({ code: 'unavailable', retryable: false })
  })

  test('a hundred events about a hundred nodes arrive whole, with revisions in order', async () => {
    const client = connect(tinyThreads())
    const heard: EventMessage[] = []
    client.onEvent((message) => heard.push(message))
    await ask(client, 'tell', 100)
    await expect.poll(() => heard.length).toBe(100)
    expect(heard.map((message) => message.revision)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1))
  })

  test('revisions show a gap after a restart, so that readers fetch anew', async () => {
    const client = connect(tinyThreads())
    const heard: number[] = []
    client.onEvent((message) => heard.push(message.revision))
    await ask(client, 'tell', 1)
    await expect.poll(() => heard.length).toBe(1)
    await client.restart(config)
    await ask(client, 'tell', 1)
    await expect.poll(() => heard.length).toBe(2)
    expect((heard[1] ?? 0) - (heard[0] ?? 0)).toBeGreaterThan(1)
  })
})
