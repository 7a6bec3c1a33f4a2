import { z } from 'zod'
import { FieldgateError } from '../../../../shared/domain/errors.ts'
import { parseJob } from '../bacalhau/jobSchema.ts'
import { callBacalhau } from './bacalhauClient.ts'
import type { BacalhauConnection } from './bacalhauClient.ts'
import {
  executionShape,
  historyShape,
  jobShape,
  nodesReply,
  toEngineEvent,
  toEngineExecution,
  toEngineJob,
  toEngineNode,
} from './bacalhauShapes.ts'
import type { FleetEngine } from './port.ts'

const OUR_JOBS = 'app=fieldgate'
const PAGE = 200
/** More pages than a fleet's own jobs can fill; a server that never ends its list is refused. */
const MOST_PAGES = 100

const accepted = z.object({
  JobID: z.string(),
  JobVersion: z.number().optional(),
  Warnings: z.array(z.string()).nullish(),
})

/** The Bacalhau adapter of the fleet engine, for 1.7 to 1.9. */
export function createBacalhauEngine(connection: BacalhauConnection): FleetEngine {
  return {
    async connect(signal) {
      const version = await callBacalhau(
        connection,
        '/agent/version',
        z.object({ GitVersion: z.string().optional() }),
        { signal },
      )
      await callBacalhau(connection, '/orchestrator/nodes', nodesReply, { query: { limit: 1 }, signal })
      const isOpen = await callBacalhau(connection, '/orchestrator/jobs', z.unknown(), {
        query: { limit: 1 },
        anonymous: true,
        signal,
      })
        .then(() => true)
        .catch(() => false)
      const warnings = [
        ...(isOpen
          ? [
              'This orchestrator answers everybody: anyone who reaches it can run containers on every node. Set API.Auth.Users and bind the API to a private address.',
            ]
          : []),
        ...(new URL(connection.url).protocol === 'http:' && connection.credential.kind !== 'none'
          ? ['The credential travels unencrypted: set API.TLS on the orchestrator and use https.']
          : []),
      ]
      return { version: version.GitVersion ?? 'unknown', isOpen, warnings }
    },
    async nodes(selector, signal) {
      const reply = await callBacalhau(connection, '/orchestrator/nodes', nodesReply, {
        query: { labels: selector },
        signal,
      })
      return (reply.Nodes ?? []).filter((node) => node.Info.NodeType === 'Compute').map(toEngineNode)
    },
    async decide(nodeId, decision, reason) {
      // The server takes a prefix as well: only a full id that exists is ever sent.
      const known = await callBacalhau(connection, '/orchestrator/nodes', nodesReply)
      if (!(known.Nodes ?? []).some((node) => node.Info.NodeID === nodeId)) {
        throw new FieldgateError('notFound', `The orchestrator knows no node "${nodeId}".`, {
          hint: 'Give the full id, not its beginning.',
        })
      }
      const reply = await callBacalhau(
        connection,
        `/orchestrator/nodes/${encodeURIComponent(nodeId)}`,
        z.object({ Success: z.boolean(), Error: z.string().optional() }),
        {
          method: 'PUT',
          body: { Action: decision === 'remove' ? 'delete' : decision, Message: reason, NodeID: nodeId },
        },
      )
      if (!reply.Success)
        throw new FieldgateError(
          'conflict',
          `The orchestrator did not ${decision} ${nodeId}: ${reply.Error ?? 'no reason given'}`,
        )
    },
    async preview(job) {
      try {
        const reply = await callBacalhau(
          connection,
          '/orchestrator/jobs/diff',
          z.object({ Diff: z.string().optional() }),
          {
            method: 'PUT',
            body: { Job: parseJob(job) },
          },
        )
        return reply.Diff ?? ''
      } catch (error) {
        if (error instanceof FieldgateError && error.code === 'notFound') return undefined
        throw error
      }
    },
    async submit(job) {
      const reply = await callBacalhau(connection, '/orchestrator/jobs', accepted, {
        method: 'PUT',
        body: { Job: parseJob(job), Force: false },
      })
      return { jobId: reply.JobID, warnings: reply.Warnings ?? [] }
    },
    async rerun(jobName, reason) {
      const reply = await callBacalhau(connection, `${jobPath(jobName)}/rerun`, accepted, {
        method: 'PUT',
        body: { JobVersion: 0, Reason: reason },
      })
      return { jobId: reply.JobID, version: reply.JobVersion ?? 1 }
    },
    async stop(jobName, reason) {
      await callBacalhau(connection, jobPath(jobName), z.unknown(), { method: 'DELETE', body: { reason } })
    },
    async jobs() {
      const found: z.infer<typeof jobShape>[] = []
      let token: string | undefined
      for (let page = 0; page < MOST_PAGES; page++) {
        const reply = await callBacalhau(
          connection,
          '/orchestrator/jobs',
          z.object({ Items: z.array(jobShape).nullish(), NextToken: z.string().optional() }),
          {
            query: {
              labels: OUR_JOBS,
              namespace: '*',
              limit: PAGE,
              order_by: 'modified_at',
              reverse: true,
              next_token: token,
            },
          },
        )
        found.push(...(reply.Items ?? []))
        if (reply.NextToken === undefined || reply.NextToken === '') return found.map(toEngineJob)
        token = reply.NextToken
      }
      throw new FieldgateError('unsupported', `The orchestrator lists more than ${MOST_PAGES * PAGE} Fieldgate jobs.`)
    },
    async job(jobName) {
      return toEngineJob((await callBacalhau(connection, jobPath(jobName), z.object({ Job: jobShape }))).Job)
    },
    async executions(jobName, version) {
      const reply = await callBacalhau(
        connection,
        `${jobPath(jobName)}/executions`,
        z.object({ Items: z.array(executionShape).nullish() }),
        {
          query: { job_version: version },
        },
      )
      return (reply.Items ?? []).map(toEngineExecution)
    },
    async history(jobName, limit = 100) {
      const reply = await callBacalhau(
        connection,
        `${jobPath(jobName)}/history`,
        z.object({ Items: z.array(historyShape).nullish() }),
        {
          query: { all_job_versions: true, limit },
        },
      )
      return (reply.Items ?? []).map(toEngineEvent)
    },
  }
}

function jobPath(jobName: string): string {
  return `/orchestrator/jobs/${encodeURIComponent(jobName)}`
}
