import type { DemoState } from '../../../shared/domain/demo.ts'
import { errorToData } from '../../../shared/domain/errors.ts'
import type { EngineConfig } from '../../../shared/domain/settings.ts'
import type { SimulatedNode } from '../../../shared/domain/simulator.ts'
import type { Simulator } from '../simulator/port.ts'
import type { Clock } from '../support/clock.ts'
import type { Log } from '../support/log.ts'
import type { SpawnWorker } from '../support/workerPool.ts'
import type { Demo } from './demo.ts'
import { createDemoFaults, trackWorkers } from './faults.ts'
import type { StoreSwitches } from './faults.ts'
import { openDemo } from './openDemo.ts'

interface AttachDemoPorts {
  readonly config: EngineConfig
  readonly clock: Clock
  readonly log: Log
  readonly spawnWorker: SpawnWorker
  /** Makes a simulator in a thread of its own; asked once, and only in a demo workspace. */
  readonly spawnSimulator: () => Simulator
  readonly store: () => StoreSwitches
  /** The store works again after a fault. */
  readonly onMended: () => void
  /** Switches a node through the pipeline manager, in the name of the demo. */
  readonly setPipeline: (nodeId: string, type: string, reason: string) => void | Promise<void>
  readonly onDemo: (state: DemoState) => void
  readonly onSimulator: (nodes: readonly SimulatedNode[]) => void
  readonly resources?: string | undefined
}

/** What an engine needs of its demo. In a workspace that is none, everything is undefined and start and stop do nothing. */
export interface AttachedDemo {
  /** Use this one for the engine's worker pool: a power cut has to find its threads. */
  readonly spawnWorker: SpawnWorker
  demo(): Demo | undefined
  simulator(): Simulator | undefined
  /** Starts fleet and story. Never throws; a failure is logged. */
  start(): void
  stop(): Promise<void>
}

/** Puts the demo onto an engine, if `config.demo` says the workspace is one. Nothing runs before `start`. */
export function attachDemo(ports: AttachDemoPorts): AttachedDemo {
  const { config } = ports
  if (config.demo === undefined) {
    return {
      spawnWorker: ports.spawnWorker,
      demo: () => undefined,
      simulator: () => undefined,
      start: () => undefined,
      stop: async () => undefined,
    }
  }
  const { seed } = config.demo
  const tracked = trackWorkers(ports.spawnWorker)
  let running: { readonly demo: Demo; readonly simulator: Simulator } | undefined
  let starting: Promise<void> = Promise.resolve()

  const open = (): { readonly demo: Demo; readonly simulator: Simulator } => {
    const simulator = ports.spawnSimulator()
    simulator.onChanged(ports.onSimulator)
    const faults = createDemoFaults({
      store: ports.store,
      killWorkers: () => tracked.killAll(),
      setClockOffset: (offsetMs) => simulator.setClockOffset(offsetMs),
      onMended: ports.onMended,
    })
    const demo = openDemo({
      seed,
      nodes: config.nodes,
      simulator,
      faults,
      setPipeline: ports.setPipeline,
      clock: ports.clock,
      log: ports.log,
      onChanged: ports.onDemo,
      resources: ports.resources,
    })
    return { demo, simulator }
  }

  return {
    spawnWorker: tracked.spawn,
    demo: () => running?.demo,
    simulator: () => running?.simulator,
    start() {
      if (running !== undefined) return
      starting = (async () => {
        running = open()
        await running.demo.start()
      })().catch((error: unknown) => {
        ports.log.error('The demo did not start.', { cause: errorToData(error).message })
      })
    },
    async stop() {
      await starting
      await running?.demo.stop()
      running = undefined
    },
  }
}
