import type { AnomalyType, SimulatedNode } from '../../../shared/domain/simulator.ts'
import type { SensorField } from './fields.ts'
import type { SensorSpec } from './sensor.ts'

/** A node to simulate. Plain data: it crosses to the worker thread. */
export interface SimulatedNodeSpec {
  readonly nodeId: string
  /** Absolute path of the node's database; made when it is not there, appended to when it is. */
  readonly path: string
  readonly seed: string
  readonly sensor: SensorSpec
  readonly scenario: string
  readonly ratePerSecond: number
  /** Ends by itself after this many seconds, with exactly the readings due until then. */
  readonly runSeconds?: number | undefined
  /** Readings of the past to make first, for a new database only. */
  readonly history?: { readonly seconds: number; readonly ratePerSecond: number } | undefined
  /** How long the sensor has run already when there is no history to make: its scenario and drift go on from there. */
  readonly ageSeconds?: number | undefined
  /** Changes of pipeline type that a new database begins with, oldest first; raw unless said. */
  readonly pipeline?: readonly PipelineStart[] | undefined
  /** Starts at once; else it waits for `start`. */
  readonly isRunning: boolean
}

/** One change of pipeline type that belongs to a database from its beginning. */
export interface PipelineStart {
  readonly type: string
  readonly by: string
  readonly reason: string
  readonly atMs: number
}

interface Injection {
  readonly type: AnomalyType
  readonly seconds: number
  readonly field?: SensorField | undefined
}

/**
 * Simulated nodes, each writing its own database. Every method throws `notFound` naming a node it does not know, and
 * resolves when the change is in effect.
 */
export interface Simulator {
  /** Adds nodes one by one, history included; a node that fails is listed with its problem and does not stop the others. */
  add(nodes: readonly SimulatedNodeSpec[]): Promise<void>
  start(nodeIds: readonly string[]): Promise<void>
  /** Commits what is due, then rests. */
  stop(nodeIds: readonly string[]): Promise<void>
  setRate(nodeIds: readonly string[], ratePerSecond: number): Promise<void>
  setScenario(nodeIds: readonly string[], scenario: string): Promise<void>
  inject(nodeIds: readonly string[], injection: Injection): Promise<void>
  /** Changes how the sensors behave; identity, seed and database stay. */
  reconfigure(nodeIds: readonly string[], change: Pick<SensorSpec, 'parameters' | 'anomalies'>): Promise<void>
  /** Ends the anomalies at work. */
  calm(nodeIds: readonly string[]): Promise<void>
  /** Multiplies every rate; 1 is as asked. */
  setSpeed(speed: number): Promise<void>
  /** Sets the clock of the nodes apart from the real one; 0 is right again. Rates do not notice, stamps do. */
  setClockOffset(offsetMs: number): Promise<void>
  list(): Promise<readonly SimulatedNode[]>
  /** Hears of changes at most once a second, after commit. Returns the function that ends it. */
  onChanged(listener: (nodes: readonly SimulatedNode[]) => void): () => void
  /** Commits what is due and closes every database; nothing of the simulator is left running. */
  close(): Promise<void>
}

/** Puts the seed's `pipeline_config` with these changes into a database that was just made. */
export type PreparePipeline = (path: string, changes: readonly PipelineStart[]) => void
