import type { EngineConfig, NodeConfig } from '../../../shared/domain/settings.ts'
import type { Events } from '../../../shared/ipc/contract.ts'
import type { LedgerConnection } from '../db/ledger/connection.ts'
import type { NodeDatabase } from '../db/nodePort.ts'
import type { ObjectStore } from '../objects/port.ts'
import type { Fleet } from '../fleet/fleet.ts'
import type { Bus } from '../support/bus.ts'
import type { Clock } from '../support/clock.ts'
import type { Log } from '../support/log.ts'
import type { ActivePipeline } from '../uploader/ports.ts'
import type { Uploader } from '../uploader/uploader.ts'

/** What a host passes along with a call. */
export interface CallContext {
  readonly signal: AbortSignal
}

/** What the handlers work with. Ledger, store and uploader open on first use, so a read of one node makes no files. */
export interface HandlerDependencies {
  readonly config: EngineConfig
  readonly clock: Clock
  /** The variables of the process, for saying where a setting came from. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly log: Log
  readonly bus: Bus<Events>
  readonly ledger: () => LedgerConnection
  /** The ledger if the workspace has one, else an empty one in memory: for commands that must not write. */
  readonly readLedger: () => LedgerConnection
  readonly store: () => ObjectStore
  readonly uploader: () => Uploader
  readonly fleet: () => Fleet
  readonly openNode: (node: NodeConfig) => NodeDatabase
  readonly readActive: (node: NodeConfig) => ActivePipeline
  /** Throws `notFound` naming the known nodes. */
  readonly node: (nodeId: string) => NodeConfig
}
