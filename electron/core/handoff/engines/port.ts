import type {
  EngineConnection,
  EngineEvent,
  EngineExecution,
  EngineJob,
  EngineNode,
} from '../../../../shared/domain/fleetEngine.ts'
import type { JobSpec } from '../bacalhau/jobSchema.ts'

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
