import { create } from 'zustand'
import type { FileContent } from '../../shared/domain/objects.ts'
import type { ReadingTrace, ReconcileProgress, ReconcileReport, RepairResult } from '../../shared/domain/reconcile.ts'
import { call, on } from '../client/client.ts'
import { whenReconnected } from './connection.ts'
import { IDLE, failedFrom, isCancelled, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'

interface ReconcileStore {
  readonly load: LoadState
  readonly report: ReconcileReport | undefined
  readonly running: ReconcileProgress | undefined
  /** Reports of this session, newest first: time and outcome. */
  readonly past: readonly ReconcileReport[]
  readonly failure: unknown
}

const KEPT = 12
const NOT_BEGUN: ReconcileProgress = { nodeId: '', route: '', objectsDone: 0, objectsTotal: 0, rowsDone: 0 }

/** The proof: the last report, and the one under way. */
export const useReconcile = create<ReconcileStore>(() => ({
  load: IDLE,
  report: undefined,
  running: undefined,
  past: [],
  failure: undefined,
}))

let checking: AbortController | undefined

function take(report: ReconcileReport): void {
  useReconcile.setState((state) => {
    if (state.report !== undefined && state.report.takenAtMs >= report.takenAtMs) return { running: undefined }
    return {
      report,
      running: undefined,
      failure: undefined,
      load: readyNow(),
      past: [report, ...state.past].slice(0, KEPT),
    }
  })
}

async function load(): Promise<void> {
  useReconcile.setState((state) => ({ load: loadingFrom(state.load) }))
  try {
    const { last, running } = await call('reconcile.state', {})
    useReconcile.setState({ running, load: readyNow() })
    if (last !== undefined) take(last)
  } catch (error) {
    useReconcile.setState((state) => ({ load: failedFrom(state.load, error) }))
  }
}

/** Subscribes first, reads second. Returns the undo. */
export function followReconcile(): () => void {
  const stops = [
    on('reconcile.progressed', (running) => useReconcile.setState({ running })),
    on('reconcile.finished', take),
    whenReconnected(() => void load()),
  ]
  void load()
  return () => {
    for (const stop of stops) stop()
  }
}

/** Makes a proof now; `quick` trusts objects read back before and unchanged since. */
export async function runProof(quick: boolean): Promise<void> {
  checking?.abort()
  checking = new AbortController()
  const mine = checking
  useReconcile.setState({
    failure: undefined,
    running: NOT_BEGUN,
  })
  try {
    take(await call('reconcile.run', { quick }, mine.signal))
  } catch (error) {
    if (mine === checking)
      useReconcile.setState({ running: undefined, failure: isCancelled(error) ? undefined : error })
  }
}

/** Delivers what a proof finds missing and takes in the proof after it. Throws what went wrong; undefined when cancelled. */
export async function repairMissing(by: string): Promise<RepairResult | undefined> {
  checking?.abort()
  checking = new AbortController()
  useReconcile.setState({ failure: undefined, running: NOT_BEGUN })
  try {
    const repaired = await call('reconcile.repair', { by }, checking.signal)
    take(repaired.report)
    return repaired
  } catch (error) {
    useReconcile.setState({ running: undefined })
    if (isCancelled(error)) return undefined
    throw error
  }
}

export function cancelProof(): void {
  checking?.abort()
  useReconcile.setState({ running: undefined })
}

/** The last report as a signed file. */
export function exportProof(format: 'html' | 'json'): Promise<FileContent> {
  return call('reconcile.export', { format })
}

/** Follows one reading from its row to its place in the bucket. */
export function traceReading(nodeId: string, sequence: number, route?: string): Promise<ReadingTrace> {
  return call('reconcile.trace', { nodeId, sequence, ...(route === undefined ? {} : { route }) })
}
