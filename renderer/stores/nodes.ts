import { create } from 'zustand'
import type { NodeSummary } from '../../shared/domain/node.ts'
import { call, on } from '../client/client.ts'
import { IDLE, failedFrom, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'

interface NodesState {
  readonly load: LoadState
  readonly byId: ReadonlyMap<string, NodeSummary>
  /** The nodes in the order of the workspace; a summary keeps its identity until it changes. */
  readonly list: readonly NodeSummary[]
}

/** Every node of the workspace, live. */
export const useNodes = create<NodesState>(() => ({ load: IDLE, byId: new Map(), list: [] }))

/** Reads all nodes anew. Summaries older than the ones on hand are dropped. */
export async function loadNodes(): Promise<void> {
  useNodes.setState((state) => ({ load: loadingFrom(state.load) }))
  try {
    const nodes = await call('nodes.list', {})
    useNodes.setState((state) => {
      const list = nodes.map((node) => newer(state.byId.get(node.nodeId), node))
      return { load: readyNow(), list, byId: new Map(list.map((node) => [node.nodeId, node])) }
    })
  } catch (error) {
    useNodes.setState((state) => ({ load: failedFrom(state.load, error) }))
  }
}

function newer(known: NodeSummary | undefined, next: NodeSummary): NodeSummary {
  return known !== undefined && known.takenAtMs > next.takenAtMs ? known : next
}

/** Takes in changed summaries: one new list, every unchanged summary the same object as before. */
export function applyNodes(nodes: readonly NodeSummary[]): void {
  useNodes.setState((state) => {
    const changed = nodes.filter((node) => newer(state.byId.get(node.nodeId), node) === node)
    if (changed.length === 0) return state
    const byId = new Map(state.byId)
    for (const node of changed) byId.set(node.nodeId, node)
    const hasNewcomer = changed.some((node) => !state.byId.has(node.nodeId))
    const list = hasNewcomer ? [...byId.values()] : state.list.map((node) => byId.get(node.nodeId) ?? node)
    return { byId, list, load: state.load.phase === 'ready' ? readyNow() : state.load }
  })
}

/** Subscribes first, reads second. Returns the undo. */
export function followNodes(): () => void {
  const stop = on('nodes.updated', ({ nodes }) => applyNodes(nodes))
  void loadNodes()
  return stop
}

/** Pauses or resumes uploads of nodes, one after the other; stops at the first refusal. */
export async function pauseNodes(nodeIds: readonly string[], paused: boolean): Promise<void> {
  for (const nodeId of nodeIds) await call('uploads.pause', { nodeId, paused })
}

/** A fleet of more nodes than this is shown anew once a second instead of at every announcement. */
const LARGE_FLEET = 1000
const LARGE_FLEET_MS = 1000

const useShown = create<{ readonly list: readonly NodeSummary[]; readonly atMs: number }>(() => ({ list: [], atMs: 0 }))
let timer: ReturnType<typeof setTimeout> | undefined

function show(): void {
  timer = undefined
  useShown.setState({ list: useNodes.getState().list, atMs: performance.now() })
}

useNodes.subscribe(({ list }) => {
  const shown = useShown.getState()
  if (list === shown.list) return
  const pauseMs = list.length > LARGE_FLEET ? shown.atMs + LARGE_FLEET_MS - performance.now() : 0
  if (pauseMs <= 0) show()
  else timer ??= setTimeout(show, pauseMs)
})

/** The list of nodes for tables and maps; with a large fleet it moves at most once a second, and so do they. */
export function useNodeList(): readonly NodeSummary[] {
  return useShown((state) => state.list)
}
