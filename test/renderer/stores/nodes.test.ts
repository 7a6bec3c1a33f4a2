import { beforeEach, describe, expect, it } from 'vitest'
import { setTransport } from '../../../renderer/client/client.ts'
import { startConnection, whenReconnected } from '../../../renderer/stores/connection.ts'
import { followFleet, useFleet } from '../../../renderer/stores/fleet.ts'
import { IDLE } from '../../../renderer/stores/loadState.ts'
import { followNodes, loadNodes, useNodes } from '../../../renderer/stores/nodes.ts'
import type { NodeSummary } from '../../../shared/domain/node.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { createFakeTransport } from '../fixtures/fakeTransport.ts'
import { demoNodes } from '../fixtures/nodes.ts'
import { fleetStatus } from '../fixtures/world.ts'

const NOW = Date.UTC(2026, 10, 23, 20, 2, 37)
const NODES = demoNodes(NOW)
const later = (node: NodeSummary | undefined, ms: number): NodeSummary => ({
  ...(node as NodeSummary),
  takenAtMs: NOW + ms,
  backlog: ms,
})

beforeEach(() => {
  useNodes.setState({ load: IDLE, byId: new Map(), list: [] })
  useFleet.setState({ load: IDLE, status: undefined })
})

describe('the nodes store', () => {
  it('subscribes before it reads, so that nothing said meanwhile is lost', async () => {
    let answer: (nodes: readonly NodeSummary[]) => void = () => undefined
    const transport = createFakeTransport({
      'nodes.list': () => new Promise<readonly NodeSummary[]>((resolve) => (answer = resolve)),
    })
    setTransport(transport)
    const stop = followNodes()
    await Promise.resolve()
    transport.emit('nodes.updated', { nodes: [later(NODES[0], 5000)] })
    answer(NODES)
    await expect.poll(() => useNodes.getState().load.phase).toBe('ready')
    expect(useNodes.getState().byId.get(NODES[0]?.nodeId ?? '')?.backlog).toBe(5000)
    expect(useNodes.getState().list).toHaveLength(48)
    stop()
    transport.emit('nodes.updated', { nodes: [later(NODES[1], 9000)] })
    expect(useNodes.getState().byId.get(NODES[1]?.nodeId ?? '')?.backlog).not.toBe(9000)
  })

  it('drops what is older than what it has, and keeps every unchanged summary the same object', async () => {
    const transport = createFakeTransport({ 'nodes.list': () => NODES })
    setTransport(transport)
    const stop = followNodes()
    await expect.poll(() => useNodes.getState().list.length).toBe(48)
    const before = useNodes.getState().list
    transport.emit('nodes.updated', { nodes: [later(NODES[3], -1)] })
    expect(useNodes.getState().list).toBe(before)
    transport.emit('nodes.updated', { nodes: [later(NODES[3], 1)] })
    const after = useNodes.getState().list
    expect(after.filter((node, index) => node !== before[index])).toHaveLength(1)
    stop()
  })

  it('keeps the last good nodes with their age when a read fails', async () => {
    let isBroken = false
    setTransport(
      createFakeTransport({
        'nodes.list': () => {
          if (isBroken) throw new FieldgateError('unavailable', 'The engine does not answer.')
          return NODES
        },
      }),
    )
    await loadNodes()
    isBroken = true
    await loadNodes()
    const { load, list } = useNodes.getState()
    expect(list).toHaveLength(48)
    expect(load).toMatchObject({ phase: 'failed', error: { code: 'unavailable' } })
    expect(load).toHaveProperty('asOfMs')
  })
})

describe('the fleet store', () => {
  it('never goes back to older figures', async () => {
    const status = fleetStatus(NODES, NOW)
    const transport = createFakeTransport({ 'fleet.status': () => status })
    setTransport(transport)
    const stop = followFleet()
    await expect.poll(() => useFleet.getState().status).toBe(status)
    transport.emit('fleet.changed', { ...status, takenAtMs: NOW - 1, backlogRows: 1 })
    expect(useFleet.getState().status).toBe(status)
    transport.emit('fleet.changed', { ...status, takenAtMs: NOW + 1, backlogRows: 2 })
    expect(useFleet.getState().status?.backlogRows).toBe(2)
    stop()
  })
})

describe('the connection store', () => {
  it('has everything read again once the connection is back', () => {
    const transport = createFakeTransport({})
    setTransport(transport)
    const stop = startConnection()
    let reads = 0
    const forget = whenReconnected(() => reads++)
    transport.setConnection({ kind: 'reconnecting', sinceMs: 1, nextTryMs: 2 })
    expect(reads).toBe(0)
    transport.setConnection({ kind: 'connected' })
    expect(reads).toBe(1)
    forget()
    stop()
  })
})
