import { z } from 'zod'
import type { EngineEvent, EngineExecution, EngineJob, EngineNode } from '../../../../shared/domain/fleetEngine.ts'

/** Times come as RFC 3339, as nanoseconds in text or number, or as year 1 for "never". */
function toMs(value: string | number | undefined): number | undefined {
  if (value === undefined || value === '') return undefined
  if (typeof value === 'number') return Math.floor(value / 1e6)
  if (/^\d+$/.test(value)) return Number(value.slice(0, -6))
  const ms = Date.parse(value)
  return Number.isNaN(ms) || ms < 0 ? undefined : ms
}

const time = z.union([z.string(), z.number()]).optional()
const labels = z.record(z.string(), z.string()).nullish()

export const nodesReply = z.object({
  Nodes: z
    .array(
      z.object({
        Info: z.object({
          NodeID: z.string(),
          NodeType: z.string(),
          Labels: labels,
          BacalhauVersion: z.object({ GitVersion: z.string().optional() }).nullish(),
          ComputeNodeInfo: z
            .object({
              ExecutionEngines: z.array(z.string()).nullish(),
              StorageSources: z.array(z.string()).nullish(),
              RunningExecutions: z.number().optional(),
            })
            .nullish(),
        }),
        Membership: z.string().optional(),
        /** `Connection` always reads CONNECTED; only this one tells. */
        ConnectionState: z.object({ Status: z.string().optional(), LastHeartbeat: time }).nullish(),
      }),
    )
    .nullish(),
})

type NodeReply = NonNullable<z.infer<typeof nodesReply>['Nodes']>[number]

/** A node of the orchestrator in our words; what it does not say is undefined. */
export function toEngineNode(node: NodeReply): EngineNode {
  const compute = node.Info.ComputeNodeInfo
  return {
    id: node.Info.NodeID,
    labels: node.Info.Labels ?? {},
    membership: node.Membership === 'PENDING' ? 'pending' : node.Membership === 'REJECTED' ? 'rejected' : 'approved',
    isConnected: node.ConnectionState?.Status === 'CONNECTED',
    lastHeartbeatMs: toMs(node.ConnectionState?.LastHeartbeat),
    engines: compute?.ExecutionEngines ?? [],
    canMount: (compute?.StorageSources ?? []).some((source) => source === 'local' || source === 'localDirectory'),
    running: compute?.RunningExecutions ?? 0,
    version: node.Info.BacalhauVersion?.GitVersion,
  }
}

export const jobShape = z.object({
  ID: z.string(),
  Name: z.string(),
  Type: z.string(),
  Version: z.number().optional(),
  Labels: labels,
  State: z.object({ StateType: z.string(), Message: z.string().optional() }).optional(),
  ModifyTime: time,
})

/** A job of the orchestrator in our words. */
export function toEngineJob(job: z.infer<typeof jobShape>): EngineJob {
  return {
    id: job.ID,
    name: job.Name,
    type: job.Type,
    version: job.Version ?? 1,
    state: job.State?.StateType ?? 'Undefined',
    message: job.State?.Message ?? '',
    labels: job.Labels ?? {},
    modifiedAtMs: toMs(job.ModifyTime) ?? 0,
  }
}

export const executionShape = z.object({
  ID: z.string(),
  NodeID: z.string(),
  JobVersion: z.number().optional(),
  /** States of executions are integers, unlike those of jobs. */
  ComputeState: z.object({ StateType: z.int(), Message: z.string().optional() }),
  RunOutput: z
    .object({
      Stdout: z.string().optional(),
      StdoutTruncated: z.boolean().optional(),
      stderr: z.string().optional(),
      ExitCode: z.int().optional(),
      ErrorMsg: z.string().optional(),
    })
    .nullish(),
  CreateTime: time,
})

/** Integer states of Bacalhau 1.9's ExecutionStateType. */
const RUNNING_STATES: ReadonlySet<number> = new Set([6, 7])
const COMPLETED = 9
const FAILED_STATES: ReadonlySet<number> = new Set([4, 8, 10, 11])

/**
 * A completed execution may well have failed: only state 9 with exit code 0 is success, and without an exit code
 * nobody knows.
 */
export function outcomeOf(state: number, exitCode: number | undefined): EngineExecution['outcome'] {
  if (FAILED_STATES.has(state)) return 'failed'
  if (RUNNING_STATES.has(state)) return 'running'
  if (state !== COMPLETED) return 'waiting'
  if (exitCode === undefined || exitCode === -1) return 'unknown'
  return exitCode === 0 ? 'succeeded' : 'failed'
}

/** An execution of a job in our words. */
export function toEngineExecution(execution: z.infer<typeof executionShape>): EngineExecution {
  const output = execution.RunOutput
  return {
    id: execution.ID,
    nodeId: execution.NodeID,
    version: execution.JobVersion ?? 1,
    outcome: outcomeOf(execution.ComputeState.StateType, output?.ExitCode),
    exitCode: output?.ExitCode,
    message: output?.ErrorMsg || execution.ComputeState.Message || output?.stderr || '',
    stdout: output?.Stdout ?? '',
    isCut: output?.StdoutTruncated ?? false,
    createdAtMs: toMs(execution.CreateTime) ?? 0,
  }
}

export const historyShape = z.object({
  ExecutionID: z.string().optional(),
  Event: z.object({
    Message: z.string().optional(),
    Topic: z.string().optional(),
    Timestamp: time,
    Details: z.record(z.string(), z.string()).nullish(),
  }),
  Time: time,
})

/** An entry of a job's history in our words. */
export function toEngineEvent(entry: z.infer<typeof historyShape>): EngineEvent {
  return {
    atMs: toMs(entry.Event.Timestamp) ?? toMs(entry.Time) ?? 0,
    executionId: entry.ExecutionID === '' ? undefined : entry.ExecutionID,
    topic: entry.Event.Topic ?? '',
    message: entry.Event.Message ?? '',
    hint: entry.Event.Details?.['Hint'] || undefined,
    isError: entry.Event.Details?.['IsError'] === 'true',
  }
}
