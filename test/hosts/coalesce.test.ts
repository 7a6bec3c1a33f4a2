import { describe, expect, test } from 'vitest'
import { createCoalescer } from '../../electron/core/host/coalesce.ts'
import type { Clock } from '../../electron/core/support/clock.ts'
import type { EventMessage } from '../../shared/ipc/wire.ts'
import type { Execution } from '../../shared/domain/execution.ts'
import type { FleetStatus, NodeSummary } from '../../shared/domain/node.ts'

/** A clock whose sleepers wake when the test says so. */
function manualClock(): Clock & { readonly pass: (ms: number) => Promise<void> } {
  let now = 0
  let sleepers: { readonly atMs: number; readonly wake: () => void }[] = []
  return {
    now: () => now,
    monotonic: () => now,
    sleep: (ms) => new Promise((wake) => sleepers.push({ atMs: now + ms, wake })),
    async pass(ms) {
      now += ms
      const due = sleepers.filter((sleeper) => sleeper.atMs <= now)
      sleepers = sleepers.filter((sleeper) => sleeper.atMs > now)
      for (const { wake } of due) wake()
      await new Promise(setImmediate)
    },
  }
}

const fleet = (nodes: number): FleetStatus => ({ nodes }) as FleetStatus
const execution = (id: number, rows: number): Execution => ({ id, rows }) as unknown as Execution
const node = (nodeId: string, backlog: number): NodeSummary => ({ nodeId, backlog }) as NodeSummary

function setup() {
  const clock = manualClock()
  const sent: EventMessage[] = []
  return { clock, sent, coalescer: createCoalescer(clock, (message) => sent.push(message)) }
}

describe('coalescing of events', () => {
  test('the first is told at once, then at most four times a second with the newest state', async () => {
    const { clock, sent, coalescer } = setup()
    for (let ms = 0; ms < 1000; ms += 10) {
      coalescer.push('fleet.changed', fleet(ms))
      await clock.pass(10)
    }
    expect(sent[0]?.payload).toEqual(fleet(0))
    expect(sent.length).toBeLessThanOrEqual(5)
    await clock.pass(250)
    expect(sent.at(-1)?.payload).toEqual(fleet(990))
  })

  test('events about different executions do not replace each other, about the same one they do', async () => {
    const { clock, sent, coalescer } = setup()
    coalescer.push('executions.changed', execution(1, 0))
    coalescer.push('executions.changed', execution(2, 1))
    coalescer.push('executions.changed', execution(3, 1))
    coalescer.push('executions.changed', execution(2, 2))
    expect(sent).toHaveLength(1)
    await clock.pass(250)
    expect(sent.slice(1).map((message) => message.payload)).toEqual([execution(3, 1), execution(2, 2)])
  })

  test('node updates merge by node', async () => {
    const { clock, sent, coalescer } = setup()
    coalescer.push('nodes.updated', { nodes: [node('a', 1)] })
    coalescer.push('nodes.updated', { nodes: [node('a', 2), node('b', 1)] })
    coalescer.push('nodes.updated', { nodes: [node('a', 3)] })
    await clock.pass(250)
    expect(sent.at(-1)?.payload).toEqual({ nodes: [node('a', 3), node('b', 1)] })
  })

  test('names rest apart: one busy event does not hold back another', () => {
    const { sent, coalescer } = setup()
    coalescer.push('fleet.changed', fleet(1))
    coalescer.push('attention.changed', [])
    expect(sent.map((message) => message.event)).toEqual(['fleet.changed', 'attention.changed'])
  })

  test('a flood is cut to the newest 200 and the cut shows as a gap in the revisions', async () => {
    const { clock, sent, coalescer } = setup()
    coalescer.push('executions.changed', execution(0, 0))
    for (let id = 1; id <= 500; id++) coalescer.push('executions.changed', execution(id, 0))
    await clock.pass(250)
    const flushed = sent.slice(1)
    expect(flushed).toHaveLength(200)
    expect(flushed[0]?.payload).toEqual(execution(301, 0))
    expect((flushed[0]?.revision ?? 0) - (sent[0]?.revision ?? 0)).toBe(301)
  })

  test('the per-node event of the engine stays inside, and nothing is told after closing', async () => {
    const { clock, sent, coalescer } = setup()
    coalescer.push('nodes.changed', { nodeId: 'a' })
    coalescer.push('fleet.changed', fleet(1))
    coalescer.push('fleet.changed', fleet(2))
    coalescer.close()
    await clock.pass(1000)
    expect(sent.map((message) => message.payload)).toEqual([fleet(1)])
  })
})
