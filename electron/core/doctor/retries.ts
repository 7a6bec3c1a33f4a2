import { listOpenExecutions } from '../db/ledger/executions.ts'
import type { DoctorPorts, Finding } from './port.ts'

/** When a node, or with undefined the first of all nodes, is tried again; undefined when nothing waits for a retry. */
export type Retries = (nodeId: string | undefined) => number | undefined

/**
 * When each failing node is tried again, in milliseconds UTC: as the uploader of this process says, else as that of another
 * process said lately, else as the ledger keeps it for claims.
 */
export function readRetries(ports: DoctorPorts): Retries {
  const byNode = new Map<string, number>()
  const note = (nodeId: string, atMs: number | undefined): void => {
    // A time of 0 is a wait that was called off, or a pass that nobody will repeat.
    if (atMs !== undefined && atMs > 0 && !byNode.has(nodeId)) byNode.set(nodeId, atMs)
  }
  for (const { nodeId, failure, nextRetryMs } of ports.uploads()) if (failure !== undefined) note(nodeId, nextRetryMs)
  for (const { nodeId, nextRetryMs } of ports.failingElsewhere()) note(nodeId, nextRetryMs)
  for (const { nodeId, failure } of openExecutions(ports)) note(nodeId, failure?.nextRetryMs)
  return (nodeId) => {
    if (nodeId !== undefined) return byNode.get(nodeId)
    return byNode.size === 0 ? undefined : Math.min(...byNode.values())
  }
}

function openExecutions(ports: DoctorPorts): ReturnType<typeof listOpenExecutions> {
  try {
    return listOpenExecutions(ports.ledger())
  } catch {
    // A ledger that cannot be read has a check of its own.
    return []
  }
}

/** The finding with the time of the next try, when it is broken and its node, or for the workspace any node, waits for one. */
export function withRetry(found: Finding, retries: Retries): Finding {
  const nextRetryMs = found.notice?.nextRetryMs ?? (found.verdict === 'bad' ? retries(found.nodeId) : undefined)
  if (nextRetryMs === undefined) return found
  return { ...found, nextRetryMs, notice: found.notice === undefined ? undefined : { ...found.notice, nextRetryMs } }
}
