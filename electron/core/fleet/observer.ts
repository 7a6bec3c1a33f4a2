import type { NodeConfig } from '../../../shared/domain/settings.ts'
import { runLoop } from '../support/loop.ts'
import type { Loop } from '../support/loop.ts'
import { createNodeWatch } from './nodeWatch.ts'
import type { NodeWatch, WatchPorts } from './nodeWatch.ts'
import type { NodeObservation } from './observation.ts'

export interface ObserverPorts extends WatchPorts {
  readonly nodes: readonly NodeConfig[]
  readonly onError: (error: unknown) => void
  /** Hears of nodes whose line in the fleet changed. */
  readonly onChanged?: (nodeIds: readonly string[]) => void
}

/** The fleet's databases as they were last seen: reading it opens nothing. */
export interface FleetObserver {
  /** Looks at the nodes over and over until `stop`, a few milliseconds at a time. */
  start(): void
  stop(): Promise<void>
  observation(nodeId: string): NodeObservation | undefined
  /** Looks at nodes never seen, and while no loop runs at those seen too long ago, yielding between them. */
  ensure(nodeIds: readonly string[], signal?: AbortSignal): Promise<void>
  /** Looks at one node now, its pipeline type included. */
  refresh(nodeId: string): void
}

const SLICE_EVERY_MS = 250
/** Longest work at a time, and so the longest that anything else on this thread waits. */
const SLICE_MS = 8
/** A node is looked at no more often than this. */
const LOOK_EVERY_MS = 2_000
/** One that did not change for a while waits longer, in a large fleet longer still: at rest it costs next to nothing. */
const LOOK_AT_QUIET_EVERY_MS = 5_000
const QUIET_MS_PER_NODE = 10
const LOOK_AT_QUIET_AT_LEAST_EVERY_MS = 30_000
const QUIET_MS = 60_000
/** Without a loop, what was seen serves this long. */
const STALE_MS = 10_000

/**
 * Observes a fleet on the engine's thread: each slice looks at the nodes seen longest ago until its time is used up, so a
 * fleet of any size costs at most a thirtieth of a core, and a larger one is only seen less often.
 */
export function createFleetObserver(ports: ObserverPorts): FleetObserver {
  const watches = new Map<string, NodeWatch>(ports.nodes.map((node) => [node.id, createNodeWatch(node, ports)]))
  // Insertion order is the order of looking: a node that was looked at goes to the end of the queue it belongs to.
  const busy = new Map(watches)
  const quiet = new Map<string, NodeWatch>()
  const quietEveryMs = Math.min(
    LOOK_AT_QUIET_AT_LEAST_EVERY_MS,
    Math.max(LOOK_AT_QUIET_EVERY_MS, ports.nodes.length * QUIET_MS_PER_NODE),
  )
  let loop: Loop | undefined

  const lookAt = (nodeId: string, watch: NodeWatch, isThorough: boolean): boolean => {
    busy.delete(nodeId)
    quiet.delete(nodeId)
    const isChanged = watch.look(isThorough)
    const { grewAtMs, lookedAtMs } = watch.observation
    const isQuiet = grewAtMs !== undefined && lookedAtMs - grewAtMs > QUIET_MS
    ;(isQuiet ? quiet : busy).set(nodeId, watch)
    return isChanged
  }

  const slice = async (): Promise<void> => {
    const until = ports.clock.monotonic() + SLICE_MS
    const changed: string[] = []
    const now = ports.clock.now()
    do {
      const next = mostOverdue(now, [
        { queue: busy, everyMs: LOOK_EVERY_MS },
        { queue: quiet, everyMs: quietEveryMs },
      ])
      if (next === undefined) break
      if (lookAt(...next, false)) changed.push(next[0])
    } while (ports.clock.monotonic() < until)
    if (changed.length > 0) ports.onChanged?.(changed)
  }

  return {
    start() {
      loop ??= runLoop({ name: 'fleet', everyMs: SLICE_EVERY_MS, clock: ports.clock, onError: ports.onError }, slice)
    },
    async stop() {
      await loop?.stop()
      loop = undefined
    },
    observation: (nodeId) => watches.get(nodeId)?.observation,
    async ensure(nodeIds, signal) {
      let until = ports.clock.monotonic() + SLICE_MS
      const oldest = loop === undefined ? ports.clock.now() - STALE_MS : Number.MIN_SAFE_INTEGER
      for (const nodeId of nodeIds) {
        const watch = watches.get(nodeId)
        if (watch === undefined || watch.observation.lookedAtMs > oldest) continue
        if (signal?.aborted === true) return
        lookAt(nodeId, watch, true)
        if (ports.clock.monotonic() < until) continue
        await ports.clock.sleep(0, signal)
        until = ports.clock.monotonic() + SLICE_MS
      }
    },
    refresh(nodeId) {
      const watch = watches.get(nodeId)
      if (watch !== undefined && lookAt(nodeId, watch, true)) ports.onChanged?.([nodeId])
    },
  }
}

/** The node that has waited longest beyond its time, of queues in the order of looking; undefined when none is due. */
function mostOverdue(
  nowMs: number,
  queues: readonly { readonly queue: ReadonlyMap<string, NodeWatch>; readonly everyMs: number }[],
): readonly [string, NodeWatch] | undefined {
  let most: { readonly entry: readonly [string, NodeWatch]; readonly dueMs: number } | undefined
  for (const { queue, everyMs } of queues) {
    const [entry] = queue
    if (entry === undefined) continue
    const dueMs = entry[1].observation.lookedAtMs + everyMs
    if (dueMs <= nowMs && (most === undefined || dueMs < most.dueMs)) most = { entry, dueMs }
  }
  return most?.entry
}
