import type { EngineConfig, NodeConfig } from '../../../shared/domain/settings.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import type { NodeDatabase } from '../db/nodePort.ts'
import type { ObjectStore } from '../objects/port.ts'
import type { Clock } from '../support/clock.ts'
import type { Gate } from '../support/gate.ts'
import type { Log } from '../support/log.ts'
import type { Rng } from '../support/rng.ts'
import type { Encoder } from './encodePort.ts'

/** The active pipeline of a node as the uploader needs it. */
export interface ActivePipeline {
  readonly type: string
  readonly revision: number
  readonly backfill: boolean
}

/** Who this runner is; a lease names it to others. */
export interface RunnerIdentity {
  readonly token: string
  readonly pid: number
  readonly host: string
  isAlive(pid: number): boolean
}

/** Every labelled point between two durable effects: where a crash test may strike. */
export type Step =
  | 'claimed'
  | 'encoding'
  | 'encodedFiles'
  | 'encodedRecorded'
  | 'putting'
  | 'put'
  | 'putRecorded'
  | 'committing'
  | 'committed'
  | 'cleaned'

/** Everything the uploader touches, by argument: the same code runs in the app, in a command and in a simulation. */
export interface UploaderPorts {
  readonly config: EngineConfig
  readonly ledger: LedgerConnection
  readonly store: ObjectStore
  readonly encoder: Encoder
  readonly clock: Clock
  /** Clock of the loops beside the passes; a simulation keeps them still, so that its time moves with the passes only. */
  readonly loopClock?: Clock
  readonly rng: Rng
  readonly log: Log
  readonly runner: RunnerIdentity
  readonly openNode: (node: NodeConfig) => NodeDatabase
  readonly readPipeline: (node: NodeConfig) => ActivePipeline
  readonly encodeGate: Gate
  readonly putGate: Gate
  readonly step: (step: Step, executionId: number) => void
}
