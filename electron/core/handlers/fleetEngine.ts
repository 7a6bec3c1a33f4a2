import { FieldgateError } from '../../../shared/domain/errors.ts'
import type { HandlersOf, Input } from '../../../shared/ipc/contract.ts'
import { addAudit } from '../db/ledger/records.ts'
import { buildJob } from '../handoff/bacalhau/jobs.ts'
import type { JobSettings } from '../handoff/bacalhau/jobs.ts'
import { jobToYaml, parseJobYaml } from '../handoff/bacalhau/jobSchema.ts'
import type { JobSpec } from '../handoff/bacalhau/jobSchema.ts'
import { createBacalhauEngine } from '../handoff/engines/bacalhau.ts'
import { missingDaemons, resultGrid, whySkipped } from '../handoff/engines/grid.ts'
import type { FleetEngine } from '../handoff/engines/port.ts'
import { planWaves, runRollout } from '../handoff/engines/rollout.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

const CALL_TIMEOUT_MS = 30_000
const DAEMONS = ['fieldgate-simulator', 'fieldgate-uploader']

type Order = Input<'fleetEngine.preview'>

/** `fleetEngine.*`: the fleet through its orchestrator. Whatever changes something is in the audit trail. */
export function fleetEngineHandlers(deps: HandlerDependencies): HandlersOf<'fleetEngine', CallContext> {
  const engine = (): FleetEngine => openEngine(deps)
  const audit = (by: string, action: string, subject: string, after: string | undefined, reason?: string): void =>
    addAudit(deps.ledger(), { atMs: deps.clock.now(), actor: by, action, subject, before: undefined, after, reason })
  const submit = async (job: JobSpec, by: string) => {
    const { warnings } = await engine().submit(job)
    audit(by, 'fleetEngine.submit', job.Name, jobToYaml(job))
    return { jobName: job.Name, warnings }
  }
  return {
    'fleetEngine.connect': (_input, { signal }) => engine().connect(signal),
    'fleetEngine.nodes': ({ selector }, { signal }) => engine().nodes(selector, signal),
    'fleetEngine.decide': async ({ nodeId, decision, reason, by }) => {
      await engine().decide(nodeId, decision, reason)
      audit(by, `fleetEngine.${decision}`, nodeId, decision, reason)
      return null
    },
    'fleetEngine.preview': async (order) => {
      const job = jobOf(deps, order)
      const [difference, nodes] = await Promise.all([engine().preview(job), engine().nodes()])
      const matching = nodes.filter((node) => isTarget(order, node))
      const notReady = matching.filter(
        (node) =>
          !node.isConnected || node.membership !== 'approved' || !node.engines.includes('docker') || !node.canMount,
      )
      const unknown = (order.target.names ?? []).filter((name) => !nodes.some((node) => node.id === name))
      return {
        yaml: jobToYaml(job),
        isNew: difference === undefined,
        difference,
        matching: matching.map((node) => node.id),
        notReady: [
          ...notReady.map((node) => ({ nodeId: node.id, reason: whySkipped(node) })),
          ...unknown.map((nodeId) => ({ nodeId, reason: whySkipped(undefined) })),
        ],
      }
    },
    'fleetEngine.submit': ({ by, ...order }) => submit(jobOf(deps, order), by),
    'fleetEngine.submitYaml': ({ yaml, by }) => submit(parseJobYaml(yaml), by),
    'fleetEngine.jobs': () => engine().jobs(),
    'fleetEngine.results': async ({ jobName, selected }) => {
      const [nodes, executions] = await Promise.all([engine().nodes(), engine().executions(jobName)])
      return resultGrid(selected ?? [], nodes, executions)
    },
    'fleetEngine.missing': async () => {
      const nodes = await engine().nodes()
      const known = new Set((await engine().jobs()).filter((job) => job.state === 'Running').map((job) => job.name))
      const found = await Promise.all(
        DAEMONS.filter((name) => known.has(name)).map(async (jobName) => {
          const executions = await engine().executions(jobName)
          const ran = new Set(executions.map((execution) => execution.nodeId))
          const expected = nodes.filter((node) => ran.has(node.id))
          return missingDaemons(expected, executions).map((missing) => ({ jobName, ...missing }))
        }),
      )
      return found.flat()
    },
    'fleetEngine.history': ({ jobName, limit }) => engine().history(jobName, limit),
    'fleetEngine.rerun': async ({ jobName, by }) => {
      const { version } = await engine().rerun(jobName, `asked by ${by}`)
      audit(by, 'fleetEngine.rerun', jobName, `version ${version}`)
      return null
    },
    'fleetEngine.stop': async ({ jobName, by }) => {
      await engine().stop(jobName, `stopped by ${by}`)
      audit(by, 'fleetEngine.stop', jobName, 'stopped')
      return null
    },
    'fleetEngine.rollout': async (
      { request, settings, names, canary, waveSize, errorThreshold, waveTimeoutSeconds, by },
      { signal },
    ) => {
      const actionId = actionIdOf(deps)
      audit(by, 'fleetEngine.rollout', actionId, `${request.kind} on ${names.length} nodes`)
      const result = await runRollout(engine(), {
        request: request.kind === 'doctor' ? { kind: 'doctor', reportBucket: request.reportBucket } : request,
        settings: settingsOf(deps, settings),
        waves: planWaves(names, canary, waveSize),
        errorThreshold,
        waveTimeoutMs: waveTimeoutSeconds * 1000,
        actionId,
        clock: deps.clock,
        signal,
      })
      audit(by, 'fleetEngine.rollout', actionId, result.halted ?? 'all waves ran')
      return { results: result.results, halted: result.halted, notReached: result.notReached }
    },
  }
}

function openEngine(deps: HandlerDependencies): FleetEngine {
  const connection = deps.config.bacalhau
  if (connection === undefined) {
    throw new FieldgateError('invalid', 'No orchestrator is configured.', {
      hint: 'Set FIELDGATE_BACALHAU_URL (and BACALHAU_API_KEY), or bacalhau.url in fieldgate.yaml.',
    })
  }
  return createBacalhauEngine({ ...connection, fetch, timeoutMs: CALL_TIMEOUT_MS })
}

function settingsOf(deps: HandlerDependencies, settings: Order['settings']): JobSettings {
  const { accessKeyId, secretAccessKey, sessionToken } = settings.credentialVariables
  return {
    ...settings,
    credentialVariables: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    region: deps.config.buckets.region,
    bucketPrefix: deps.config.buckets.prefix,
    intervalSeconds: deps.config.upload.intervalSeconds,
  }
}

function jobOf(deps: HandlerDependencies, order: Order): JobSpec {
  const actionId = actionIdOf(deps)
  const { labels, names } = order.target
  return buildJob(
    order.request.kind === 'doctor' ? { kind: 'doctor', reportBucket: order.request.reportBucket } : order.request,
    { ...(labels === undefined ? {} : { labels }), ...(names === undefined ? {} : { names }) },
    settingsOf(deps, order.settings),
    { actionId, suffix: actionId },
  )
}

/** Sorts by time, so that a person finds a job again; the millisecond tells two of one second apart. */
function actionIdOf(deps: HandlerDependencies): string {
  return new Date(deps.clock.now()).toISOString().toLowerCase().replace(/[:.]/g, '')
}

function isTarget(
  order: Order,
  node: { readonly id: string; readonly labels: Readonly<Record<string, string>> },
): boolean {
  const { labels, names } = order.target
  if (names !== undefined && !names.includes(node.id)) return false
  const own: Readonly<Record<string, string>> = { name: node.id, ...node.labels }
  return Object.entries(labels ?? {}).every(([key, value]) => own[key] === value)
}
