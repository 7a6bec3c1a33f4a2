import { expect, test } from 'vitest'
import { createDemo } from '../../../electron/core/demo/demo.ts'
import type { Demo } from '../../../electron/core/demo/demo.ts'
import type { DemoFaults } from '../../../electron/core/demo/faults.ts'
import { demoFleet } from '../../../electron/core/demo/fleet.ts'
import { loadDemoSites } from '../../../electron/core/demo/sites.ts'
import { loadStory } from '../../../electron/core/demo/story.ts'
import { findResources } from '../../../electron/core/simulator/resources.ts'
import { createSimulator } from '../../../electron/core/simulator/simulator.ts'
import { silentLog } from '../../../electron/core/support/log.ts'
import { DEMO_FAULTS } from '../../../shared/domain/demo.ts'
import type { DemoFault, DemoState } from '../../../shared/domain/demo.ts'
import { steppedClock } from '../../helpers/steppedClock.ts'
import { query, SCENARIOS, temporaryFolder } from '../simulator/helpers.ts'

const RESOURCES = findResources()
const SITES = loadDemoSites(RESOURCES)

interface Setup {
  readonly demo: Demo
  readonly clock: ReturnType<typeof steppedClock>
  readonly states: DemoState[]
  readonly calls: string[]
  readonly pipelines: Map<string, string>
  readonly fleet: ReturnType<typeof demoFleet>
  readonly story: ReturnType<typeof loadStory>
}

function setUp(seed = 'story', faults: Partial<DemoFaults> = {}): Setup {
  const clock = steppedClock()
  const states: DemoState[] = []
  const calls: string[] = []
  const note = (name: string) => (value?: unknown) => void calls.push(`${name} ${String(value)}`)
  const fleet = demoFleet(SITES.slice(0, 2), seed, temporaryFolder())
  const story = loadStory(RESOURCES, fleet, seed)
  const pipelines = new Map(fleet.map((node) => [node.nodeId, node.pipelineType]))
  const demo = createDemo({
    seed,
    fleet,
    story,
    simulator: createSimulator({ clock, log: silentLog, scenarios: SCENARIOS, preparePipeline: () => undefined }),
    faults: {
      setLink: note('cutLink'),
      setSlowDown: note('slowDown'),
      powerCut: note('powerCut'),
      jumpClock: note('clockJump'),
      setDiskFull: note('fillDisk'),
      setCredentials: note('wrongCredentials'),
      ...faults,
    },
    setPipeline: (nodeId, type) => void pipelines.set(nodeId, type),
    clock,
    log: silentLog,
    onChanged: (state) => states.push(state),
  })
  return { demo, clock, states, calls, pipelines, fleet, story }
}

const stepId = (state: DemoState): string => state.steps[state.step]?.id ?? ''

test('the story is the same for the same seed and names a node and its site in its texts', () => {
  const fleet = demoFleet(SITES, 'a', '/x')
  const story = loadStory(RESOURCES, fleet, 'a')
  expect(loadStory(RESOURCES, fleet, 'a')).toEqual(story)
  const [node] = story.nodeIds.node
  expect(story.steps.map((step) => step.id)).toEqual(['calm', 'anomaly', 'emergency', 'cut-link', 'recovery'])
  expect(story.steps[1]?.heading).toContain(node)
  expect(JSON.stringify(story)).not.toMatch(/\{(node|site)\}/)
  const others = ['b', 'c', 'd', 'e'].map((seed) => loadStory(RESOURCES, fleet, seed).nodeIds.node[0])
  expect(new Set([node, ...others]).size).toBeGreaterThan(1)
})

test('nothing happens until somebody lets the story run; then it walks to its end by itself and stays there', async () => {
  const { demo, clock, states, calls, pipelines, fleet, story } = setUp()
  await demo.start()
  await clock.advance(120_000)
  expect(demo.state()).toMatchObject({ step: 0, isHeld: true, stepEndsAtMs: undefined })
  expect(calls).toEqual([])

  await demo.hold(false)
  expect(demo.state().stepEndsAtMs).toBe(clock.now() + 30_000)
  await clock.advance(31_000)
  expect(stepId(demo.state())).toBe('anomaly')
  await clock.advance(40_000)
  expect(stepId(demo.state())).toBe('emergency')
  expect(story.nodeIds.site.map((nodeId) => pipelines.get(nodeId))).toEqual(story.nodeIds.site.map(() => 'emergency'))
  await clock.advance(40_000)
  expect(stepId(demo.state())).toBe('cut-link')
  expect(demo.state().faults.find((fault) => fault.id === 'cutLink')).toMatchObject({ isActive: true })
  await clock.advance(40_000)
  expect(stepId(demo.state())).toBe('recovery')
  expect(demo.state().faults.every((fault) => !fault.isActive)).toBe(true)
  expect(calls).toEqual(['cutLink true', 'cutLink false'])
  for (const node of fleet) expect(pipelines.get(node.nodeId)).toBe(node.pipelineType)
  await clock.advance(100_000)
  expect(demo.state()).toMatchObject({ step: 4, stepEndsAtMs: undefined })
  expect(states.map(stepId).filter((id, i, all) => id !== all[i - 1])).toEqual([
    'calm',
    'anomaly',
    'emergency',
    'cut-link',
    'recovery',
  ])
  await demo.stop()
})

test('the anomaly of the story is in the database of its node with flag and type', async () => {
  const { demo, clock, fleet, story } = setUp()
  await demo.start()
  await demo.next()
  await clock.advance(20_000)
  await demo.stop()
  const node = fleet.find((one) => one.nodeId === story.nodeIds.node[0])
  const marked = query(
    node?.simulated.path ?? '',
    'SELECT count(*) AS n FROM sensor_readings WHERE anomaly_flag = 1 AND anomaly_type IS NOT NULL',
  )
  expect(marked[0]?.['n']).toBeGreaterThanOrEqual(19)
})

test('hold keeps the time that is left, speed shortens it, next and start over go where they say', async () => {
  const { demo, clock, pipelines, fleet } = setUp()
  await demo.start()
  await demo.hold(false)
  await clock.advance(10_000)
  await demo.hold(true)
  await clock.advance(60_000)
  await demo.hold(false)
  expect(demo.state().stepEndsAtMs).toBe(clock.now() + 20_000)
  await demo.setSpeed(10)
  expect(demo.state()).toMatchObject({ speed: 10, stepEndsAtMs: clock.now() + 2_000 })
  await demo.next()
  await demo.next()
  await demo.setFault('slowDown', true)
  expect(stepId(demo.state())).toBe('emergency')
  expect([...pipelines.values()]).toContain('emergency')
  await demo.hold(true)
  await demo.reset()
  expect(demo.state()).toMatchObject({ step: 0, isHeld: true })
  expect(demo.state().faults.every((fault) => !fault.isActive)).toBe(true)
  for (const node of fleet) expect(pipelines.get(node.nodeId)).toBe(node.pipelineType)
  await demo.stop()
})

test('at sixty times the pace the whole story takes seconds', async () => {
  const { demo, clock } = setUp()
  await demo.start()
  await demo.setSpeed(60)
  await demo.hold(false)
  await clock.advance(5_000)
  expect(stepId(demo.state())).toBe('recovery')
  await demo.stop()
})

test('each fault sets and clears, is set once, and says since when', async () => {
  const { demo, clock, calls } = setUp()
  await demo.start()
  for (const fault of DEMO_FAULTS.filter((one) => one !== 'powerCut')) {
    const view = (): DemoState['faults'][number] | undefined => demo.state().faults.find((one) => one.id === fault)
    calls.length = 0
    await demo.setFault(fault, true)
    await demo.setFault(fault, true)
    expect(view()).toMatchObject({ isActive: true, sinceMs: clock.now() })
    await demo.setFault(fault, false)
    expect(view()).toMatchObject({ isActive: false, sinceMs: undefined })
    expect(calls).toEqual(
      fault === 'clockJump' ? ['clockJump 7200000', 'clockJump 0'] : [`${fault} true`, `${fault} false`],
    )
  }
  await demo.stop()
})

test('a power cut strikes once and shows for three seconds', async () => {
  const { demo, clock, calls } = setUp()
  await demo.start()
  await demo.setFault('powerCut', true)
  const isActive = (): boolean | undefined => demo.state().faults.find((one) => one.id === 'powerCut')?.isActive
  expect(isActive()).toBe(true)
  await clock.advance(4_000)
  expect(isActive()).toBe(false)
  expect(calls).toEqual(['powerCut undefined'])
  await demo.stop()
})

test('a fault that fails is told to the caller, shows as active, and can be mended', async () => {
  let isBroken = true
  const { demo } = setUp('story', {
    setLink: () => {
      if (isBroken) throw new Error('no switch')
    },
  })
  await demo.start()
  await expect(demo.setFault('cutLink', true)).rejects.toThrow('no switch')
  const fault: DemoFault = 'cutLink'
  expect(demo.state().faults.find((one) => one.id === fault)?.isActive).toBe(true)
  isBroken = false
  await demo.setFault(fault, false)
  expect(demo.state().faults.find((one) => one.id === fault)?.isActive).toBe(false)
  await demo.stop()
})
