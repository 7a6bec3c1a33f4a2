import { create } from 'zustand'
import { useFleet } from './fleet.ts'
import { useNodes } from './nodes.ts'
import { useWorkspace, workspaceName } from './workspace.ts'

const STEPS = ['workspace', 'database', 'store', 'access', 'deliver', 'proof'] as const
export type StepId = (typeof STEPS)[number]

export interface Step {
  readonly id: StepId
  readonly state: 'done' | 'now' | 'later'
  /** What was done, in place of the step's own text. */
  readonly done: string | undefined
}

/** What only a person can say is done; the rest is seen in the workspace. */
interface Marks {
  /** The checklist was on screen in this workspace. */
  readonly isStarted: boolean
  readonly isStoreChosen: boolean
  readonly checksPassed: number | undefined
  readonly isDismissed: boolean
}

/** With more nodes than this nobody needs the way to the first one. */
const FEW_NODES = 3

const NO_MARKS: Marks = { isStarted: false, isStoreChosen: false, checksPassed: undefined, isDismissed: false }

function keyOf(folder: string): string {
  return `fieldgate.firstRun.${folder}`
}

function readMarks(folder: string): Marks {
  try {
    return { ...NO_MARKS, ...(JSON.parse(localStorage.getItem(keyOf(folder)) ?? '{}') as Partial<Marks>) }
  } catch {
    return NO_MARKS
  }
}

interface FirstRunState {
  readonly isShown: boolean
  readonly steps: readonly Step[]
}

/** The six steps to the first real node, read off the workspace: stop at any point, it goes on from here. */
export const useFirstRun = create<FirstRunState>(derive)

export function markFirstRun(change: Partial<Marks>): void {
  const folder = useWorkspace.getState().workspace?.folder
  if (folder === undefined) return
  localStorage.setItem(keyOf(folder), JSON.stringify({ ...readMarks(folder), ...change }))
  useFirstRun.setState(derive())
}

function derive(): FirstRunState {
  const { workspace } = useWorkspace.getState()
  if (workspace === undefined) return { isShown: false, steps: [] }
  const marks = readMarks(workspace.folder)
  const nodes = useNodes.getState().list
  const proof = useFleet.getState().status?.proof
  const delivered = nodes.reduce((sum, node) => sum + node.rowsDelivered, 0)
  const [first] = nodes
  const done: Readonly<Record<StepId, string | undefined>> = {
    workspace: workspaceName(workspace),
    database: first?.path,
    store: marks.isStoreChosen || workspace.store.kind === 's3' ? workspace.store.kind : undefined,
    access: marks.checksPassed === undefined ? undefined : String(marks.checksPassed),
    deliver: delivered > 0 ? String(delivered) : undefined,
    proof: proof?.checkedAtMs !== undefined && delivered > 0 ? 'clean' : undefined,
  }
  const now = STEPS.find((id) => done[id] === undefined)
  const steps = STEPS.map((id): Step => ({
    id,
    done: done[id],
    state: id === now ? 'now' : done[id] === undefined ? 'later' : 'done',
  }))
  const isKnown = useNodes.getState().load.phase === 'ready'
  const isOpen = nodes.length === 0 || (marks.isStarted && now !== undefined && nodes.length <= FEW_NODES)
  const isNew = isKnown && !workspace.isDemo && isOpen
  return { isShown: isNew && !marks.isDismissed, steps }
}

for (const follow of [useWorkspace.subscribe, useNodes.subscribe, useFleet.subscribe] as const) {
  follow(() => {
    const next = derive()
    const before = useFirstRun.getState()
    if (JSON.stringify(next) !== JSON.stringify(before)) useFirstRun.setState(next)
  })
}
