import { DEMO_FAULTS } from '../../../shared/domain/demo.ts'
import type { DemoFault, DemoState } from '../../../shared/domain/demo.ts'
import { assertNever, errorToData } from '../../../shared/domain/errors.ts'
import type { Simulator } from '../simulator/port.ts'
import type { Clock } from '../support/clock.ts'
import type { Log } from '../support/log.ts'
import { runLoop } from '../support/loop.ts'
import type { Loop } from '../support/loop.ts'
import type { DemoFaults } from './faults.ts'
import type { DemoNode } from './fleet.ts'
import type { Story, StoryAction, StoryStep } from './story.ts'

interface DemoPorts {
  readonly seed: string
  readonly fleet: readonly DemoNode[]
  readonly story: Story
  readonly simulator: Simulator
  readonly faults: DemoFaults
  /** Switches a node as a person would, through the pipeline manager. */
  readonly setPipeline: (nodeId: string, type: string, reason: string) => void | Promise<void>
  readonly clock: Clock
  readonly log: Log
  readonly onChanged: (state: DemoState) => void
}

/** The story and the faults of a demo workspace. Operations take effect one after the other, in the order they came. */
export interface Demo {
  readonly name: 'demo'
  /** Starts the fleet; the story waits at its first step until somebody lets it run. */
  start(): Promise<void>
  /** Ends story and fleet; what the nodes wrote is committed. */
  stop(): Promise<void>
  state(): DemoState
  /** Goes to the next step, or does nothing at the last. */
  next(): Promise<void>
  hold(isHeld: boolean): Promise<void>
  /** Back to the first step: every fault mended, every anomaly ended, every pipeline as it was. */
  reset(): Promise<void>
  /** 1 to 60: multiplies the pace of the story and the rate of the nodes. */
  setSpeed(speed: number): Promise<void>
  setFault(fault: DemoFault, isActive: boolean): Promise<void>
}

const LOOK_EVERY_MS = 250
/** How long a power cut shows as active; the threads are back before that. */
const POWER_CUT_MS = 3_000
const CLOCK_JUMP_MS = 2 * 3_600_000

const FAULT_LABELS: Readonly<Record<DemoFault, string>> = {
  cutLink: 'Cut link',
  slowDown: 'SlowDown',
  powerCut: 'Power cut',
  clockJump: 'Clock jump',
  fillDisk: 'Fill disk',
  wrongCredentials: 'Wrong credentials',
}

/** Makes the demo of a workspace; nothing runs before `start`. */
export function createDemo(ports: DemoPorts): Demo {
  const { clock, story, simulator } = ports
  const active = new Map<DemoFault, number>()
  const switched = new Set<string>()
  let at = 0
  let isHeld = true
  let speed = 1
  let leftMs = secondsOf(story, 0) * 1000
  let lookedMs = clock.monotonic()
  let loop: Loop | undefined
  let queue: Promise<unknown> = Promise.resolve()

  const isLast = (): boolean => at >= story.steps.length - 1
  const isRunning = (): boolean => !isHeld && !isLast()

  /** One at a time: a click never meets a step that is half done. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = queue.then(work)
    queue = turn.catch(() => undefined)
    return turn
  }

  const change = (work: () => Promise<void>): Promise<void> =>
    inTurn(async () => {
      spend()
      try {
        await work()
      } finally {
        ports.onChanged(state())
      }
    })

  /** Takes the time since the last look off the step. */
  const spend = (): void => {
    const nowMs = clock.monotonic()
    if (isRunning()) leftMs = Math.max(0, leftMs - (nowMs - lookedMs) * speed)
    lookedMs = nowMs
  }

  const state = (): DemoState => ({
    seed: ports.seed,
    speed,
    isHeld,
    step: at,
    steps: story.steps.map(({ id, title, heading, sentence, screen }) => ({ id, title, heading, sentence, screen })),
    stepEndsAtMs: isRunning() ? Math.round(clock.now() + leftMs / speed) : undefined,
    faults: DEMO_FAULTS.map((id) => ({
      id,
      label: FAULT_LABELS[id],
      isActive: active.has(id),
      sinceMs: active.get(id),
    })),
  })

  const enter = async (index: number): Promise<void> => {
    at = index
    leftMs = secondsOf(story, index) * 1000
    for (const action of (story.steps[index] as StoryStep).actions) await act(action)
  }

  const act = async (action: StoryAction): Promise<void> => {
    switch (action.do) {
      case 'fault':
        return applyFault(action.fault, action.isActive)
      case 'calm':
        return simulator.calm(story.nodeIds.fleet)
      case 'inject': {
        const { type, seconds, field } = action
        return simulator.inject(story.nodeIds[action.target], { type, seconds, field })
      }
      case 'setPipeline': {
        for (const nodeId of story.nodeIds[action.target]) {
          await ports.setPipeline(nodeId, action.type, action.reason)
          switched.add(nodeId)
        }
        return undefined
      }
      case 'restorePipelines':
        return restorePipelines(switched)
      default:
        return assertNever(action)
    }
  }

  const restorePipelines = async (nodeIds: ReadonlySet<string>): Promise<void> => {
    for (const nodeId of nodeIds) {
      const node = ports.fleet.find((candidate) => candidate.nodeId === nodeId)
      if (node !== undefined) await ports.setPipeline(nodeId, node.pipelineType, 'Back to normal')
      switched.delete(nodeId)
    }
  }

  const applyFault = async (fault: DemoFault, isActive: boolean): Promise<void> => {
    if (active.has(fault) === isActive) return
    // Before it is done: a fault that fails half-way is shown, and can be mended.
    if (isActive) active.set(fault, clock.now())
    await breakOrMend(ports.faults, fault, isActive)
    if (!isActive) active.delete(fault)
  }

  const look = async (): Promise<void> => {
    const powerCutMs = active.get('powerCut')
    if (powerCutMs !== undefined && clock.now() - powerCutMs >= POWER_CUT_MS) {
      await change(() => applyFault('powerCut', false))
    }
    if (!isRunning()) return
    await inTurn(async () => spend())
    if (isRunning() && leftMs === 0) await change(() => (leftMs === 0 ? enter(at + 1) : Promise.resolve()))
  }

  return {
    name: 'demo',
    async start() {
      await simulator.add(ports.fleet.map((node) => node.simulated))
      lookedMs = clock.monotonic()
      loop ??= runLoop(
        {
          name: 'demo',
          everyMs: LOOK_EVERY_MS,
          clock,
          onError: (error) => ports.log.error('A step of the story failed.', { cause: errorToData(error).message }),
        },
        look,
      )
      ports.onChanged(state())
    },
    async stop() {
      await loop?.stop()
      loop = undefined
      await queue
      await simulator.close()
    },
    state,
    next: () => change(async () => (isLast() ? undefined : enter(at + 1))),
    hold: (wanted) =>
      change(async () => {
        isHeld = wanted
      }),
    reset: () =>
      change(async () => {
        for (const fault of DEMO_FAULTS) await applyFault(fault, false)
        await restorePipelines(pipelineTargets(story))
        await simulator.calm(story.nodeIds.fleet)
        await enter(0)
      }),
    setSpeed: (wanted) =>
      change(async () => {
        await simulator.setSpeed(wanted)
        speed = wanted
      }),
    setFault: (fault, isActive) => change(() => applyFault(fault, isActive)),
  }
}

function secondsOf(story: Story, index: number): number {
  return (story.steps[index] as StoryStep).seconds
}

/** Nodes that some step of the story switches. */
function pipelineTargets(story: Story): ReadonlySet<string> {
  const actions = story.steps.flatMap((step) => step.actions)
  return new Set(actions.flatMap((action) => (action.do === 'setPipeline' ? story.nodeIds[action.target] : [])))
}

async function breakOrMend(faults: DemoFaults, fault: DemoFault, isActive: boolean): Promise<void> {
  switch (fault) {
    case 'cutLink':
      return faults.setLink(isActive)
    case 'slowDown':
      return faults.setSlowDown(isActive)
    case 'powerCut':
      return isActive ? faults.powerCut() : undefined
    case 'clockJump':
      return faults.jumpClock(isActive ? CLOCK_JUMP_MS : 0)
    case 'fillDisk':
      return faults.setDiskFull(isActive)
    case 'wrongCredentials':
      return faults.setCredentials(isActive)
    default:
      return assertNever(fault)
  }
}
