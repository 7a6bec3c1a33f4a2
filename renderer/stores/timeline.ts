import { create } from 'zustand'
import type { PipelineTimelineEntry, PipelineTotals } from '../../shared/domain/pipelines.ts'
import { call, on } from '../client/client.ts'
import { whenReconnected } from './connection.ts'
import { IDLE, failedFrom, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'

const LIMIT = 5000
const TOTALS_EVERY_MS = 5000

interface TimelineState {
  readonly load: LoadState
  /** Newest first. */
  readonly entries: readonly PipelineTimelineEntry[]
  readonly totals: readonly PipelineTotals[]
}

/** Pipeline changes over the fleet, and what each type carried. */
export const useTimeline = create<TimelineState>(() => ({ load: IDLE, entries: [], totals: [] }))

let asked = 24
let lastTotalsAt = 0

async function load(): Promise<void> {
  useTimeline.setState((state) => ({ load: loadingFrom(state.load) }))
  try {
    const [entries, totals] = await Promise.all([
      call('pipelines.timeline', { limit: LIMIT }),
      call('pipelines.totals', { hours: asked }),
    ])
    useTimeline.setState({ entries, totals, load: readyNow() })
  } catch (error) {
    useTimeline.setState((state) => ({ load: failedFrom(state.load, error) }))
  }
}

async function loadTotals(): Promise<void> {
  if (performance.now() - lastTotalsAt < TOTALS_EVERY_MS) return
  lastTotalsAt = performance.now()
  try {
    useTimeline.setState({ totals: await call('pipelines.totals', { hours: asked }) })
  } catch {
    // The next announcement asks again; what is on screen keeps its age.
  }
}

/** Follows changes and totals of the last `hours`. Returns the undo. */
export function followTimeline(hours: number): () => void {
  asked = hours
  const stops = [
    on('pipelines.changed', () => void load()),
    on('fleet.changed', () => void loadTotals()),
    whenReconnected(() => void load()),
  ]
  void load()
  return () => {
    for (const stop of stops) stop()
  }
}
