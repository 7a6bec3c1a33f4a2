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
/** One that did not change for a while waits longer: a fleet at rest then costs next to nothing. */
const LOOK_AT_QUIET_EVERY_MS = 5_000
const QUIET_MS = 60_000
/** Without a loop, what was seen serves this long. */
const STALE_MS = 10_000

/**
 * Observes a fleet on the engine's thread: each slice looks at the nodes seen longest ago until its time is used up, so a
 * fleet of any size costs at most a thirtieth of a core, and a larger one is only seen less often.
 */
export function createFleetObserver(ports: ObserverPorts): FleetObserver {
  const watches = new Map<string, NodeWatch>(ports.nodes.map((node) => [node.id, createNodeWatch(node, ports)]))
  // Insertion order is the order of looking: a node that was looked at goes to the end.
  const queue = new Map(watches)
  let loop: Loop | undefined

  const lookAt = (nodeId: string, watch: NodeWatch, isThorough: boolean): boolean => {
    queue.delete(nodeId)
    queue.set(nodeId, watch)
    return watch.look(isThorough)
  }

  const slice = async (): Promise<void> => {
    const until = ports.clock.monotonic() + SLICE_MS
    const changed: string[] = []
    const now = ports.clock.now()
    for (const [nodeId, watch] of takeUntil(queue, now - LOOK_EVERY_MS)) {
      if (isResting(watch, now)) continue
      if (lookAt(nodeId, watch, false)) changed.push(nodeId)
      if (ports.clock.monotonic() >= until) break
    }
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

function isResting({ observation }: NodeWatch, nowMs: number): boolean {
  const grewAtMs = observation.grewAtMs ?? nowMs
  return nowMs - grewAtMs > QUIET_MS && nowMs - observation.lookedAtMs < LOOK_AT_QUIET_EVERY_MS
}

function* takeUntil(
  queue: ReadonlyMap<string, NodeWatch>,
  seenBeforeMs: number,
): Generator<readonly [string, NodeWatch]> {
  for (const entry of queue) {
    if (entry[1].observation.lookedAtMs > seenBeforeMs) return
    yield entry
  }
}
