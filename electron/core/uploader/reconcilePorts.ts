import type { ReconcileProgress } from '../../../shared/domain/reconcile.ts'
import type { EngineConfig, NodeConfig } from '../../../shared/domain/settings.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import type { NodeDatabase } from '../db/nodePort.ts'
import type { ObjectStore } from '../objects/port.ts'
import type { WorkerPool } from '../support/workerPool.ts'
import type { ProofCache } from './reconcileCache.ts'

export interface ProofPorts {
  readonly config: EngineConfig
  readonly ledger: LedgerConnection
  readonly store: ObjectStore
  readonly openNode: (node: NodeConfig) => NodeDatabase
  readonly pool: WorkerPool
  readonly cache: ProofCache
}

export interface ProofOptions {
  readonly maxFindings: number
  readonly quick: boolean
  /** Leaves out claims found clean before in this process whose objects are unchanged: for a proof that repeats all the time. */
  readonly onlyNew?: boolean
  readonly signal: AbortSignal
  readonly onProgress: (progress: ReconcileProgress) => void
}
