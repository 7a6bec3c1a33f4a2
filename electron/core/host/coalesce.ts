import type { Events } from '../../../shared/ipc/contract.ts'
import type { EventMessage } from '../../../shared/ipc/wire.ts'
import type { Clock } from '../support/clock.ts'

const PERIOD_MS = 250
/** Entities of one event told in one moment; a reader sees the rest as a gap in the revisions and fetches anew. */
const MOST_AT_ONCE = 200

/** What makes two payloads of one event the same thing, so that the newer replaces the older; '' when there is only one. */
const KEYS: { readonly [E in keyof Events]: (payload: Events[E]) => string } = {
  'executions.changed': (execution) => String(execution.id),
  'nodes.changed': ({ nodeId }) => nodeId,
  'fleet.changed': () => '',
  'nodes.updated': () => '',
  'attention.changed': () => '',
  'simulator.changed': () => '',
  'demo.changed': () => '',
  'workspace.changed': () => '',
  'reconcile.finished': () => '',
  'reconcile.progressed': () => '',
  'pipelines.changed': ({ nodeId }) => nodeId,
  'epochs.started': ({ nodeId, table, epoch }) => `${nodeId}/${table}/${epoch}`,
}

export interface Coalescer {
  push<E extends keyof Events>(event: E, payload: Events[E]): void
  /** Forgets what waits; nothing is sent afterwards. */
  close(): void
}

/**
 * Sends the events of an engine at no more than four moments a second per event name, the first one at once. Payloads about
 * the same thing replace each other, `nodes.updated` merges by node. `nodes.changed` stays inside: `nodes.updated` says it better.
 */
export function createCoalescer(clock: Clock, send: (message: EventMessage) => void): Coalescer {
  const closing = new AbortController()
  const waiting = new Map<keyof Events, Map<string, unknown>>()
  const resting = new Set<keyof Events>()
  let revision = 0

  const flush = (event: keyof Events): void => {
    const pending = waiting.get(event)
    if (pending === undefined || closing.signal.aborted) return
    waiting.delete(event)
    const payloads = [...pending.values()]
    revision += Math.max(0, payloads.length - MOST_AT_ONCE)
    for (const payload of payloads.slice(-MOST_AT_ONCE)) send({ kind: 'event', event, revision: ++revision, payload })
    void rest(event)
  }
  const rest = async (event: keyof Events): Promise<void> => {
    resting.add(event)
    await clock.sleep(PERIOD_MS, closing.signal)
    resting.delete(event)
    flush(event)
  }
  return {
    push(event, payload) {
      if (closing.signal.aborted || event === 'nodes.changed') return
      const pending = waiting.get(event) ?? new Map<string, unknown>()
      waiting.set(event, pending)
      const key = KEYS[event](payload)
      const merged =
        event === 'nodes.updated' ? mergeNodes(pending.get(key), payload as Events['nodes.updated']) : payload
      pending.delete(key)
      pending.set(key, merged)
      if (!resting.has(event)) flush(event)
    },
    close() {
      closing.abort()
      waiting.clear()
    },
  }
}

function mergeNodes(older: unknown, newer: Events['nodes.updated']): Events['nodes.updated'] {
  if (older === undefined) return newer
  const byId = new Map((older as Events['nodes.updated']).nodes.map((node) => [node.nodeId, node]))
  for (const node of newer.nodes) byId.set(node.nodeId, node)
  return { nodes: [...byId.values()] }
}
