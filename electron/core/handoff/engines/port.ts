import type { JobSpec } from '../bacalhau/jobSchema.ts'

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

/**
 * What drives jobs on a fleet. One real adapter (Bacalhau REST); every failure is a FieldgateError and no credential
 * appears in it. Nothing is sent that was not validated against the strict job schema first.
 */
export interface FleetEngine {
  connect(signal?: AbortSignal): Promise<EngineConnection>
  nodes(selector?: string, signal?: AbortSignal): Promise<readonly EngineNode[]>
  /** `remove` only forgets a node, which comes back at its next handshake; `reject` bans it. Takes a full id, never a prefix. */
  decide(nodeId: string, decision: 'approve' | 'reject' | 'remove', reason: string): Promise<void>
  /** What submitting would change on the server; undefined for a job that does not exist yet. */
  preview(job: JobSpec): Promise<string | undefined>
  submit(job: JobSpec): Promise<{ readonly jobId: string; readonly warnings: readonly string[] }>
  rerun(jobName: string, reason: string): Promise<{ readonly jobId: string; readonly version: number }>
  stop(jobName: string, reason: string): Promise<void>
  jobs(): Promise<readonly EngineJob[]>
  job(jobName: string): Promise<EngineJob>
  executions(jobName: string, version?: number): Promise<readonly EngineExecution[]>
  history(jobName: string, limit?: number): Promise<readonly EngineEvent[]>
}
