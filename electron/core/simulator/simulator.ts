import { errorToData, FieldgateError } from '../../../shared/domain/errors.ts'
import type { SimulatedNode } from '../../../shared/domain/simulator.ts'
import type { Clock } from '../support/clock.ts'
import type { Log } from '../support/log.ts'
import { runLoop } from '../support/loop.ts'
import type { Loop } from '../support/loop.ts'
import { createRng } from '../support/rng.ts'
import { nearestKey } from './nearestKey.ts'
import { createRunningNode } from './runningNode.ts'
import type { RunningNode } from './runningNode.ts'
import type { PreparePipeline, SimulatedNodeSpec, Simulator } from './port.ts'
import { chooseMember } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import { changeRate, enterScenario, injectAnomaly, resumeAt, shiftClock } from './sensor.ts'

interface SimulatorPorts {
  readonly clock: Clock
  readonly log: Log
  readonly scenarios: ReadonlyMap<string, Scenario>
  readonly preparePipeline: PreparePipeline
  /** How often a node commits; nodes take turns within it. */
  readonly commitEveryMs?: number
}

const COMMIT_EVERY_MS = 1000
/** Turns per period: a thousand nodes commit spread over it, not in one burst. */
const TURNS = 10
const ANNOUNCE_EVERY_MS = 1000
/** A wall clock that moved this much against the monotonic one was set by somebody. */
const CLOCK_WAS_SET_MS = 500
const FASTEST_PER_SECOND = 1000

/** The simulator itself, working in the thread that calls it; hosts use it through `simulatorThread`. */
export function createSimulator(ports: SimulatorPorts): Simulator {
  const { clock, scenarios } = ports
  const commitEveryMs = ports.commitEveryMs ?? COMMIT_EVERY_MS
  const nodes = new Map<string, RunningNode>()
  const turns: RunningNode[][] = Array.from({ length: TURNS }, () => [])
  const listeners = new Set<(nodes: readonly SimulatedNode[]) => void>()
  let speed = 1
  let offsetMs = 0
  let turn = 0
  let lastWallMs = clock.now()
  let lastMonotonicMs = clock.monotonic()
  let isChanged = false
  let announcedMs = clock.monotonic()
  let loop: Loop | undefined

  const now = (): number => clock.now() + offsetMs
  const list = (): readonly SimulatedNode[] => [...nodes.values()].map((node) => node.status(now()))

  const announce = (): void => {
    isChanged = false
    announcedMs = clock.monotonic()
    if (listeners.size === 0) return
    const snapshot = list()
    for (const listener of listeners) listener(snapshot)
  }

  const find = (nodeIds: readonly string[]): readonly RunningNode[] =>
    nodeIds.map((nodeId) => {
      const node = nodes.get(nodeId)
      if (node !== undefined) return node
      const nearest = nearestKey(nodeId, [...nodes.keys()])
      throw new FieldgateError('notFound', `There is no simulated node "${nodeId}".`, {
        hint: nearest === undefined ? 'Only nodes of the demo fleet are simulated.' : `Did you mean ${nearest}?`,
      })
    })

  const findScenario = (id: string): Scenario => {
    const scenario = scenarios.get(id)
    if (scenario !== undefined) return scenario
    const nearest = nearestKey(id, [...scenarios.keys()])
    throw new FieldgateError('notFound', `There is no scenario "${id}".`, {
      hint: nearest === undefined ? `Known: ${[...scenarios.keys()].join(', ')}.` : `Did you mean ${nearest}?`,
    })
  }

  const scenarioOf = (id: string, node: { readonly seed: string }): Scenario =>
    chooseMember(scenarios, findScenario(id), createRng(`${node.seed}/member`))

  const effectiveRate = (ratePerSecond: number): number => Math.min(FASTEST_PER_SECOND, ratePerSecond * speed)

  /** A clock that was set, by a person or by a fault, moves the stamps of all nodes and makes no burst. */
  const followClock = (): void => {
    const wallMs = clock.now()
    const monotonicMs = clock.monotonic()
    const jumpMs = wallMs - lastWallMs - (monotonicMs - lastMonotonicMs)
    lastWallMs = wallMs
    lastMonotonicMs = monotonicMs
    if (Math.abs(jumpMs) > CLOCK_WAS_SET_MS) shiftAll(jumpMs, now() - jumpMs)
  }

  /** What was due before the jump keeps the stamps of the time before it. */
  const shiftAll = (deltaMs: number, beforeMs: number): void => {
    for (const node of nodes.values()) {
      if (node.isRunning) node.tick(beforeMs)
      node.sensor = shiftClock(node.sensor, deltaMs)
    }
  }

  const step = async (): Promise<void> => {
    followClock()
    turn = (turn + 1) % TURNS
    for (const node of turns[turn] ?? []) {
      if (!node.isRunning) continue
      node.tick(now())
      isChanged = true
    }
    if (isChanged && clock.monotonic() - announcedMs >= ANNOUNCE_EVERY_MS) announce()
  }

  const change = (nodeIds: readonly string[], apply: (node: RunningNode) => void): void => {
    const found = find(nodeIds)
    followClock()
    for (const node of found) {
      // What was due before the change is as it was before the change.
      if (node.isRunning) node.tick(now())
      apply(node)
    }
    announce()
  }

  const addOne = (spec: SimulatedNodeSpec): void => {
    if (nodes.has(spec.nodeId)) return
    const node = createRunningNode({
      spec,
      scenario: scenarioOf(spec.scenario, spec),
      rng: createRng(spec.seed),
      nowMs: now(),
      preparePipeline: ports.preparePipeline,
    })
    node.sensor = changeRate(node.sensor, effectiveRate(spec.ratePerSecond))
    turns[nodes.size % TURNS]?.push(node)
    nodes.set(spec.nodeId, node)
  }

  return {
    async add(specs) {
      for (const spec of specs) findScenario(spec.scenario)
      for (const spec of specs) {
        addOne(spec)
        isChanged = true
        // Between two nodes the thread answers: history of a fleet takes seconds.
        await clock.sleep(0)
      }
      loop ??= runLoop(
        {
          name: 'simulator',
          everyMs: commitEveryMs / TURNS,
          clock,
          onError: (error) => ports.log.error('Simulator step failed.', { cause: errorToData(error).message }),
        },
        step,
      )
      announce()
    },
    async start(nodeIds) {
      change(nodeIds, (node) => {
        if (!node.isRunning) node.sensor = resumeAt(node.sensor, now())
        node.isRunning = true
      })
    },
    async stop(nodeIds) {
      change(nodeIds, (node) => {
        node.isRunning = false
      })
    },
    async setRate(nodeIds, ratePerSecond) {
      change(nodeIds, (node) => {
        node.ratePerSecond = ratePerSecond
        node.sensor = changeRate(node.sensor, effectiveRate(ratePerSecond))
      })
    },
    async setScenario(nodeIds, scenario) {
      findScenario(scenario)
      change(nodeIds, (node) => {
        node.scenarioId = scenario
        node.sensor = enterScenario(node.sensor, scenarioOf(scenario, node.spec), now())
      })
    },
    async inject(nodeIds, { type, seconds, field }) {
      change(nodeIds, (node) => {
        node.sensor = injectAnomaly(node.sensor, { type, seconds, field }, now(), node.rng)
      })
    },
    async reconfigure(nodeIds, { parameters, anomalies }) {
      change(nodeIds, (node) => {
        node.sensor = { ...node.sensor, spec: { ...node.sensor.spec, parameters, anomalies } }
      })
    },
    async calm(nodeIds) {
      change(nodeIds, (node) => {
        node.sensor = { ...node.sensor, anomalies: [] }
      })
    },
    async setSpeed(wanted) {
      followClock()
      speed = wanted
      for (const node of nodes.values()) {
        if (node.isRunning) node.tick(now())
        node.sensor = changeRate(node.sensor, effectiveRate(node.ratePerSecond))
      }
      announce()
    },
    async setClockOffset(wantedMs) {
      followClock()
      shiftAll(wantedMs - offsetMs, now())
      offsetMs = wantedMs
      announce()
    },
    list: async () => list(),
    onChanged(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      await loop?.stop()
      loop = undefined
      followClock()
      // All rows first: closing checkpoints, and whoever is killed during that has lost nothing.
      for (const node of nodes.values()) if (node.isRunning) node.tick(now())
      for (const node of nodes.values()) node.close()
      nodes.clear()
      for (const slot of turns) slot.length = 0
      listeners.clear()
    },
  }
}
