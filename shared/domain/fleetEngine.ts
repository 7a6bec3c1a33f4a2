/** What a connection test found. `warnings` are sentences for a person, such as an orchestrator open to everybody. */
export interface EngineConnection {
  readonly version: string
  readonly isOpen: boolean
  readonly warnings: readonly string[]
}

/** A node as the fleet engine sees it. Heartbeat age tells more than `isConnected` where the disconnect time-out is long. */
export interface EngineNode {
  readonly id: string
  readonly labels: Readonly<Record<string, string>>
  readonly membership: 'pending' | 'approved' | 'rejected'
  readonly isConnected: boolean
  readonly lastHeartbeatMs: number | undefined
  readonly engines: readonly string[]
  /** False when no host folder may be mounted: then nothing of ours can run there. */
  readonly canMount: boolean
  readonly running: number
  readonly version: string | undefined
}

/** How one job stands on one node. `succeeded` needs a finished run and exit code 0: an engine may call a failed run completed. */
export type NodeOutcome = 'waiting' | 'running' | 'succeeded' | 'failed' | 'unknown' | 'skipped'

export interface EngineExecution {
  readonly id: string
  readonly nodeId: string
  readonly version: number
  readonly outcome: Exclude<NodeOutcome, 'skipped'>
  readonly exitCode: number | undefined
  readonly message: string
  readonly stdout: string
  readonly isCut: boolean
  readonly createdAtMs: number
}

export interface EngineJob {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly version: number
  readonly state: string
  readonly message: string
  readonly labels: Readonly<Record<string, string>>
  readonly modifiedAtMs: number
}

export interface EngineEvent {
  readonly atMs: number
  readonly executionId: string | undefined
  readonly topic: string
  readonly message: string
  readonly hint: string | undefined
  readonly isError: boolean
}

/** How one selected node came out of a job. A node without an execution was skipped, and `message` says why. */
export interface NodeResult {
  readonly nodeId: string
  readonly outcome: NodeOutcome
  readonly exitCode: number | undefined
  readonly message: string
  readonly stdout: string
  readonly isCut: boolean
}

/** A daemon that should run on a node and does not. */
export interface MissingDaemon {
  readonly jobName: string
  readonly nodeId: string
  readonly ends: number
  readonly remedy: string
}

/** A job to review before anything happens: its YAML, what it would change on the server, and the nodes it would reach. */
export interface JobPreview {
  readonly yaml: string
  readonly isNew: boolean
  readonly difference: string | undefined
  readonly matching: readonly string[]
  readonly notReady: readonly { readonly nodeId: string; readonly reason: string }[]
}
