import { create } from 'zustand'
import type { DoctorFinding } from '../../shared/domain/attention.ts'
import { call } from '../client/client.ts'
import { IDLE, failedFrom, loadingFrom, readyNow } from './loadState.ts'
import type { LoadState } from './loadState.ts'

interface DoctorState {
  readonly isOpen: boolean
  /** Undefined: the whole workspace. */
  readonly nodeIds: readonly string[] | undefined
  readonly load: LoadState
  readonly findings: readonly DoctorFinding[]
}

/** The doctor's dialog: which nodes, and what was found so far. */
export const useDoctor = create<DoctorState>(() => ({ isOpen: false, nodeIds: undefined, load: IDLE, findings: [] }))

/** Opens the dialog and checks the nodes one after the other, or the whole workspace. */
export async function openDoctor(nodeIds?: readonly string[]): Promise<void> {
  useDoctor.setState({ isOpen: true, nodeIds, findings: [], load: loadingFrom(IDLE) })
  try {
    for (const nodeId of nodeIds ?? [undefined]) {
      const report = await call('doctor.run', nodeId === undefined ? {} : { nodeId })
      if (useDoctor.getState().nodeIds !== nodeIds) return
      useDoctor.setState((state) => ({ findings: mergeFindings(state.findings, report.findings) }))
    }
    useDoctor.setState({ load: readyNow() })
  } catch (error) {
    useDoctor.setState((state) => ({ load: failedFrom(state.load, error) }))
  }
}

export function closeDoctor(): void {
  useDoctor.setState({ isOpen: false })
}

/** Does the safe repair of one finding and takes in what the doctor sees after it. */
export async function fixFinding(id: string, by: string): Promise<void> {
  const report = await call('doctor.fix', { id, by })
  useDoctor.setState((state) => ({ findings: mergeFindings(state.findings, report.findings) }))
}

const ORDER = { bad: 0, warn: 1, skipped: 2, ok: 3 } as const

function mergeFindings(known: readonly DoctorFinding[], next: readonly DoctorFinding[]): readonly DoctorFinding[] {
  const byId = new Map(known.map((finding) => [finding.id, finding]))
  for (const finding of next) byId.set(finding.id, finding)
  return [...byId.values()].toSorted((a, b) => ORDER[a.verdict] - ORDER[b.verdict])
}
