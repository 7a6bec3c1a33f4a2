import { watchSensorConfig } from '../core/simulator/configWatch.ts'
import { openMonitor } from '../core/simulator/monitor.ts'
import type { Monitor } from '../core/simulator/monitor.ts'
import { findResources, loadScenarios } from '../core/simulator/resources.ts'
import { checkDatabases } from '../core/simulator/runningNode.ts'
import { planSensorRun } from '../core/simulator/sensorRun.ts'
import type { SensorRequest, SensorRun } from '../core/simulator/sensorRun.ts'
import { createSimulator } from '../core/simulator/simulator.ts'
import type { Simulator } from '../core/simulator/port.ts'
import { systemClock } from '../core/support/clock.ts'
import type { Log } from '../core/support/log.ts'
import type { Loop } from '../core/support/loop.ts'
import { preparePipeline } from './preparePipeline.ts'
import { FieldgateError } from '../../shared/domain/errors.ts'
import type { SimulatedNode } from '../../shared/domain/simulator.ts'

interface SensorHooks {
  readonly log: Log
  /** A remark that the person should see. */
  readonly onNotice: (sentence: string) => void
  /** At most once a second, after commit. */
  readonly onProgress: (nodes: readonly SimulatedNode[]) => void
}

/** Sensors that write until they are stopped. */
export interface RunningSensors {
  readonly nodes: SensorRun['nodes']
  readonly monitorUrl: string | undefined
  /** Resolves after the time asked for, or at once when the signal aborts. */
  done(signal: AbortSignal): Promise<void>
  /** Commits what is due and closes every database. Resolves to how the sensors ended. */
  stop(): Promise<readonly SimulatedNode[]>
}

const COMMIT_EVERY_MS = 250
const FLEET_COMMIT_EVERY_MS = 1000
/** As long as a timer of Node can wait: 24 days. */
const LONGEST_SLEEP_MS = 2 ** 31 - 1

/**
 * Starts the sensors of a request in this thread, with monitor and reload of the configuration where it asks for them.
 * Undefined when the signal aborts during the start delay. Throws before anything is written when a database has another
 * shape, and everything that `planSensorRun` throws.
 */
export async function startSensors(
  request: SensorRequest,
  hooks: SensorHooks,
  signal: AbortSignal,
): Promise<RunningSensors | undefined> {
  const resources = findResources()
  const scenarios = loadScenarios(resources)
  const run = planSensorRun(request, resources, scenarios)
  for (const notice of run.notices) hooks.onNotice(notice)
  await systemClock.sleep(run.config.startDelaySeconds * 1000, signal)
  if (signal.aborted) return undefined
  for (const notice of checkDatabases(run.nodes)) hooks.onNotice(notice)
  const simulator = createSimulator({
    clock: systemClock,
    log: hooks.log,
    scenarios,
    commitEveryMs: run.nodes.length === 1 ? COMMIT_EVERY_MS : FLEET_COMMIT_EVERY_MS,
    preparePipeline,
  })
  simulator.onChanged(hooks.onProgress)
  let monitor: Monitor | undefined
  let watch: Loop | undefined
  const stop = async (): Promise<readonly SimulatedNode[]> => {
    await watch?.stop()
    await monitor?.close()
    await simulator.stop((await simulator.list()).map((node) => node.nodeId))
    const ended = await simulator.list()
    await simulator.close()
    return ended
  }
  try {
    await simulator.add(run.nodes)
    monitor = await startMonitor(run, simulator)
    watch = startWatch(run, simulator, hooks)
  } catch (error) {
    await stop()
    throw error
  }
  const runMs = (run.nodes[0]?.runSeconds ?? Infinity) * 1000
  return {
    nodes: run.nodes,
    monitorUrl: monitor?.url,
    done: (stopping) => systemClock.sleep(Math.min(LONGEST_SLEEP_MS, runMs), stopping),
    stop,
  }
}

async function startMonitor(run: SensorRun, simulator: Simulator): Promise<Monitor | undefined> {
  const [node, ...others] = run.nodes
  const { isEnabled, host, port } = run.config.monitoring
  if (!isEnabled || node === undefined || others.length > 0) return undefined
  return openMonitor(host, port, {
    clock: systemClock,
    identity: node.sensor.identity,
    databasePath: node.path,
    runSeconds: node.runSeconds,
    node: async () => {
      const [status] = await simulator.list()
      if (status !== undefined) return status
      throw new FieldgateError('unavailable', 'The sensor has stopped.')
    },
    memoryBytes: () => process.memoryUsage.rss(),
  })
}

function startWatch(run: SensorRun, simulator: Simulator, hooks: SensorHooks): Loop | undefined {
  if (run.configPath === undefined || !run.config.reload.isEnabled) return undefined
  const nodeIds = run.nodes.map((node) => node.nodeId)
  let rate = run.config.ratePerSecond
  return watchSensorConfig({
    path: run.configPath,
    everySeconds: run.config.reload.everySeconds,
    clock: systemClock,
    onProblem: (sentence) => hooks.onNotice(`${sentence} The configuration before stays in use.`),
    onChanged: async (config) => {
      await simulator.reconfigure(nodeIds, { parameters: config.parameters, anomalies: config.anomalies })
      if (config.ratePerSecond !== rate) await simulator.setRate(nodeIds, config.ratePerSecond)
      rate = config.ratePerSecond
      hooks.onNotice('The changed configuration is in use.')
    },
  })
}
