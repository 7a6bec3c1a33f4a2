import { FieldgateError } from '../../shared/domain/errors.ts'
import { BUILT_IN_PIPELINE_TYPES } from '../../shared/domain/pipelineTypes.ts'
import type { EngineConfig } from '../../shared/domain/settings.ts'
import { METHODS } from '../../shared/ipc/contract.ts'
import type { Events, Handlers, HandlersOf, Input, Method, Output } from '../../shared/ipc/contract.ts'
import { attachDemo } from './demo/attachDemo.ts'
import type { AttachedDemo } from './demo/attachDemo.ts'
import type { Doctor } from './doctor/doctor.ts'
import { logFailure, openParts } from './engineParts.ts'
import type { EngineParts } from './engineParts.ts'
import { createServices } from './engineServices.ts'
import type { EngineServices } from './engineServices.ts'
import { accessHandlers } from './handlers/access.ts'
import { attentionHandlers } from './handlers/attention.ts'
import { bucketHandlers } from './handlers/buckets.ts'
import { demoHandlers } from './handlers/demo.ts'
import type { CallContext, HandlerDependencies } from './handlers/dependencies.ts'
import { createEngineDoctor, doctorHandlers } from './handlers/doctor.ts'
import { fleetHandlers } from './handlers/fleet.ts'
import { fleetEngineHandlers } from './handlers/fleetEngine.ts'
import { handoffHandlers } from './handlers/handoff.ts'
import { linkHandlers } from './handlers/link.ts'
import { nodeHealthHandlers } from './handlers/nodeHealth.ts'
import { nodeHandlers } from './handlers/nodes.ts'
import { objectHandlers } from './handlers/objects.ts'
import { pipelineHandlers } from './handlers/pipelines.ts'
import { quarantineHandlers } from './handlers/quarantine.ts'
import { readingHandlers } from './handlers/readings.ts'
import { reconcileHandlers } from './handlers/reconcile.ts'
import { ruleHandlers } from './handlers/rules.ts'
import { nodeAdminHandlers, settingsHandlers } from './handlers/settings.ts'
import { simulatorHandlers } from './handlers/simulator.ts'
import { storeHandlers } from './handlers/store.ts'
import { supportHandlers } from './handlers/support.ts'
import { recordHandlers, uploadHandlers } from './handlers/uploads.ts'
import type { Simulator } from './simulator/port.ts'
import { findResources, loadScenarios } from './simulator/resources.ts'
import { createBus } from './support/bus.ts'
import type { Bus } from './support/bus.ts'
import type { Clock } from './support/clock.ts'
import type { Log } from './support/log.ts'
import type { Rng } from './support/rng.ts'
import type { SpawnWorker } from './support/workerPool.ts'
import { readHeartbeat } from './uploader/heartbeat.ts'
import type { RunnerIdentity, Step } from './uploader/ports.ts'

/** What a host gives the engine; everything the engine does not own comes in here. */
export interface EnginePorts {
  readonly clock: Clock
  readonly rng: Rng
  readonly log: Log
  readonly runner: RunnerIdentity
  readonly spawnWorker: SpawnWorker
  /** Makes a simulator in a thread of its own; asked in a demo workspace only. */
  readonly spawnSimulator: () => Simulator
  /** The variables of the process. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
  /** Where a test may strike between two durable effects. */
  readonly step?: (step: Step, executionId: number) => void
}

/** The engine of one workspace: the same behind the window, the command and the tests. */
export interface Engine {
  readonly handlers: Handlers<CallContext>
  readonly events: Bus<Events>
  /** Parses the input against the contract, then calls the handler. Throws `invalid` naming what does not fit. */
  call<M extends Method>(method: M, input: Input<M>, context?: CallContext): Promise<Output<M>>
  /** Starts continuous uploading, and with it everything that watches. */
  start(): void
  /** Ends everything the engine started; afterwards no timer, handle or thread of it is left. */
  stop(): Promise<void>
}

/** Makes the engine of a workspace. Opens nothing yet: ledger, store and workers open with the first call that needs them. */
export function createEngine(config: EngineConfig, ports: EnginePorts): Engine {
  const bus = createBus<Events>(logFailure(ports, 'A listener failed.'))
  let services: EngineServices | undefined
  const demo: AttachedDemo = attachDemo({
    config,
    clock: ports.clock,
    log: ports.log,
    spawnWorker: ports.spawnWorker,
    spawnSimulator: ports.spawnSimulator,
    store: () => parts.embedded().faults,
    onMended: () => parts.uploader().nudge(),
    setPipeline: (nodeId, type, reason) =>
      void handlers['pipelines.set']({ nodeId, type, by: 'demo', reason }, noSignal()),
    onDemo: (state) => bus.emit('demo.changed', state),
    onSimulator: (nodes) => bus.emit('simulator.changed', nodes),
  })
  const parts = openParts(config, { ...ports, spawnWorker: demo.spawnWorker }, bus, {
    onNode: (nodeId) => services?.fleet.note(nodeId),
  })
  const deps: HandlerDependencies = {
    config,
    clock: ports.clock,
    env: ports.env,
    log: ports.log,
    bus,
    ledger: parts.ledger,
    readLedger: parts.readLedger,
    store: parts.store,
    uploader: parts.uploader,
    fleet: () => made.fleet,
    openNode: parts.openNode,
    readActive: parts.readActive,
    node: (nodeId) => findNode(config, nodeId),
  }
  const doctor: Doctor = createEngineDoctor(deps, { pool: parts.pool })
  const proof = reconcileHandlers(deps, parts)
  const made = (services = createServices({ config, ports, bus, parts, deps, doctor, demo, proof }))
  const handlers = makeHandlers({ config, ports, parts, deps, doctor, demo, proof, services: made })
  return {
    handlers,
    events: bus,
    call: async (method, input, context) => callHandler(handlers, method, input, context),
    start: () => made.start(),
    stop: async () => {
      await made.stop()
      await parts.close()
    },
  }
}

interface Making {
  readonly config: EngineConfig
  readonly ports: EnginePorts
  readonly parts: EngineParts
  readonly deps: HandlerDependencies
  readonly doctor: Doctor
  readonly demo: AttachedDemo
  readonly proof: HandlersOf<'reconcile', CallContext>
  readonly services: EngineServices
}

function makeHandlers({ config, ports, parts, deps, doctor, demo, proof, services }: Making): Handlers<CallContext> {
  const startedAtMs = ports.clock.now()
  return {
    'workspace.get': () => ({
      folder: config.workspace,
      stateDir: config.stateDir,
      isDemo: config.demo !== undefined,
      demoSeed: config.demo?.seed,
      store: {
        kind: config.store.kind,
        endpoint: config.store.kind === 's3' ? config.store.endpoint : undefined,
        region: config.store.region,
      },
      buckets: config.buckets.names,
      nodes: config.nodes.length,
      version: ports.version,
      pipelineTypes: [...Object.keys(BUILT_IN_PIPELINE_TYPES), ...config.pipelines.custom.map((custom) => custom.name)],
      alwaysOn: config.upload.alwaysOn,
      intervalSeconds: config.upload.intervalSeconds,
      enginePid: ports.runner.pid,
      startedAtMs,
    }),
    'fleet.heartbeat': () => readHeartbeat(config.stateDir) ?? null,
    ...fleetHandlers(deps),
    ...linkHandlers(deps),
    ...nodeHandlers(deps),
    ...nodeHealthHandlers(deps),
    ...nodeAdminHandlers(deps),
    ...readingHandlers(deps),
    ...pipelineHandlers(deps),
    ...ruleHandlers(deps),
    ...quarantineHandlers(deps),
    ...uploadHandlers(deps),
    ...recordHandlers(deps),
    ...objectHandlers(deps),
    ...bucketHandlers(deps),
    ...accessHandlers(deps),
    ...proof,
    ...storeHandlers(parts.embedded),
    ...settingsHandlers(deps),
    ...doctorHandlers(deps, () => doctor),
    ...attentionHandlers(() => services.attention),
    ...simulatorHandlers({ simulator: () => demo.simulator(), scenarios: () => loadScenarios(findResources()) }),
    ...demoHandlers(() => demo.demo()),
    ...handoffHandlers(deps),
    ...fleetEngineHandlers(deps),
    ...supportHandlers(deps, {
      doctor: () => doctor.run(undefined, noSignal().signal),
      nodes: () => services.fleet.list(),
    }),
  }
}

function noSignal(): CallContext {
  return { signal: new AbortController().signal }
}

async function callHandler<M extends Method>(
  handlers: Handlers<CallContext>,
  method: M,
  input: unknown,
  context: CallContext | undefined,
): Promise<Output<M>> {
  const parsed = METHODS[method].input.safeParse(input)
  if (!parsed.success) {
    const problem = parsed.error.issues[0]
    const place = problem?.path.join('.') ?? ''
    throw new FieldgateError(
      'invalid',
      `${method}: ${place === '' ? 'input' : place}: ${problem?.message ?? 'not valid'}`,
    )
  }
  const handler = handlers[method] as (input: unknown, context: CallContext) => Output<M> | Promise<Output<M>>
  return handler(parsed.data, context ?? noSignal())
}

function findNode(config: EngineConfig, nodeId: string): EngineConfig['nodes'][number] {
  const node = config.nodes.find((candidate) => candidate.id === nodeId)
  if (node !== undefined) return node
  const known = config.nodes.slice(0, 10).map((candidate) => candidate.id)
  throw new FieldgateError('notFound', `There is no node "${nodeId}" in this workspace.`, {
    hint:
      known.length === 0
        ? 'No node is configured: pass --sqlite PATH or add one to fieldgate.yaml.'
        : `Known: ${known.join(', ')}.`,
  })
}
