import { conflictingPasses } from './status.ts'
import type { NodeEntry, PassKind } from './status.ts'

export interface Schedule {
  /** Asks for a pass; asking twice before it began makes one. */
  want(entry: NodeEntry, kind: PassKind): void
  /** Begins what was asked for, first come first served, as far as places are free. */
  pump(): void
}

/** Even an unchanged file is looked at this often: a clock of a file system is no proof. */
const LOOK_ANYWAY_MS = 300_000
/** A large fleet at rest is looked at anyway more rarely: what that costs stays the same however many nodes there are. */
const LOOK_ANYWAY_MS_PER_NODE = 1_200

/** False when the node's files are as they were when its last pass found nothing left to do. */
export function wantsLook(entry: NodeEntry, stamp: string, nowMs: number, nodes: number): boolean {
  if (entry.drainedStamp !== stamp) return true
  return Math.abs(nowMs - entry.lookedAtMs) > Math.max(LOOK_ANYWAY_MS, nodes * LOOK_ANYWAY_MS_PER_NODE)
}

/**
 * Passes waiting for a place. Urgent ones have places of their own; within a kind the order is that of asking, so the
 * last of a thousand nodes has its turn before the first has its second. A pass that ends lets the next begin at once.
 */
export function createSchedule(options: {
  readonly limits: { readonly regular: number; readonly urgent: number }
  readonly begin: (entry: NodeEntry, kind: PassKind) => Promise<unknown>
  readonly isStopped: () => boolean
}): Schedule {
  const queues = { regular: new Map<NodeEntry, PassKind>(), urgent: new Map<NodeEntry, PassKind>() }
  const busy = { regular: 0, urgent: 0 }

  const pumpQueue = (name: 'regular' | 'urgent'): void => {
    for (const [entry, kind] of queues[name]) {
      if (busy[name] >= options.limits[name] || options.isStopped()) return
      if (entry.isPaused) queues[name].delete(entry)
      if (entry.isPaused || conflictingPasses(entry, kind).length > 0) continue
      queues[name].delete(entry)
      busy[name]++
      const finish = (): void => {
        busy[name]--
        pumpQueue(name)
      }
      void options.begin(entry, kind).then(finish, finish)
    }
  }
  return {
    want: (entry, kind) => void queues[kind === 'urgent' ? 'urgent' : 'regular'].set(entry, kind),
    pump() {
      pumpQueue('regular')
      pumpQueue('urgent')
    },
  }
}
