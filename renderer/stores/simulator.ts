import { create } from 'zustand'
import type { AnomalyType, ScenarioInfo, SimulatedNode } from '../../shared/domain/simulator.ts'
import { call, on } from '../client/client.ts'
import { whenReconnected } from './connection.ts'
import { IDLE, failedFrom, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'

interface SimulatorState {
  readonly load: LoadState
  readonly nodes: readonly SimulatedNode[]
  readonly scenarios: readonly ScenarioInfo[]
}

/** The simulated nodes of the workspace. */
export const useSimulator = create<SimulatorState>(() => ({ load: IDLE, nodes: [], scenarios: [] }))

/** Takes in new states; a node that did not change keeps its identity. */
function apply(nodes: readonly SimulatedNode[]): void {
  useSimulator.setState((state) => {
    const known = new Map(state.nodes.map((node) => [node.nodeId, node]))
    return {
      load: readyNow(),
      nodes: nodes.map((node) => {
        const before = known.get(node.nodeId)
        return before !== undefined && JSON.stringify(before) === JSON.stringify(node) ? before : node
      }),
    }
  })
}

async function load(): Promise<void> {
  useSimulator.setState((state) => ({ load: loadingFrom(state.load) }))
  try {
    const [nodes, scenarios] = await Promise.all([call('simulator.list', {}), call('simulator.scenarios', {})])
    useSimulator.setState({ scenarios })
    apply(nodes)
  } catch (error) {
    useSimulator.setState((state) => ({ load: failedFrom(state.load, error) }))
  }
}

/** Subscribes first, reads second. Returns the undo. */
export function followSimulator(): () => void {
  const stops = [on('simulator.changed', apply), whenReconnected(() => void load())]
  void load()
  return () => {
    for (const stop of stops) stop()
  }
}

async function thenLoad(work: Promise<unknown>): Promise<void> {
  await work
  apply(await call('simulator.list', {}))
}

export function startNodes(nodeIds: readonly string[]): Promise<void> {
  return thenLoad(call('simulator.start', { nodeIds: [...nodeIds] }))
}

export function stopNodes(nodeIds: readonly string[]): Promise<void> {
  return thenLoad(call('simulator.stop', { nodeIds: [...nodeIds] }))
}

export function setRate(nodeIds: readonly string[], ratePerSecond: number): Promise<void> {
  return thenLoad(call('simulator.setRate', { nodeIds: [...nodeIds], ratePerSecond }))
}

export function setScenario(nodeIds: readonly string[], scenario: string): Promise<void> {
  return thenLoad(call('simulator.setScenario', { nodeIds: [...nodeIds], scenario }))
}

export function injectAnomaly(nodeIds: readonly string[], type: AnomalyType, seconds: number): Promise<void> {
  return thenLoad(call('simulator.inject', { nodeIds: [...nodeIds], type, seconds }))
}
