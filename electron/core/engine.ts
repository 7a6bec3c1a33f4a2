import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { errorToData, FieldgateError } from '../../shared/domain/errors.ts'
import type { EngineConfig } from '../../shared/domain/settings.ts'
import { METHODS } from '../../shared/ipc/contract.ts'
import type { Events, Handlers, Input, Method, Output } from '../../shared/ipc/contract.ts'
import { connectLedger } from './db/ledger/connection.ts'
import type { LedgerConnection } from './db/ledger/connection.ts'
import { readExecution } from './db/ledger/executions.ts'
import { openNodeDatabase } from './db/nodeDatabase.ts'
import type { CallContext, HandlerDependencies } from './handlers/dependencies.ts'
import { nodeHandlers } from './handlers/nodes.ts'
import { objectHandlers } from './handlers/objects.ts'
import { pipelineHandlers } from './handlers/pipelines.ts'
import { readingHandlers } from './handlers/readings.ts'
import { reconcileHandlers } from './handlers/reconcile.ts'
import { storeHandlers } from './handlers/store.ts'
import { recordHandlers, uploadHandlers, withoutRequest } from './handlers/uploads.ts'
import { createEmbeddedStore } from './objects/embedded/embeddedStore.ts'
import type { EmbeddedStore } from './objects/embedded/embeddedStore.ts'
import { createS3ObjectStore } from './objects/client.ts'
import type { ObjectStore } from './objects/port.ts'
import { readPipeline } from './pipelines/pipelineManager.ts'
import { createBus } from './support/bus.ts'
import type { Bus } from './support/bus.ts'
import type { Clock } from './support/clock.ts'
import { createGate } from './support/gate.ts'
import type { Log } from './support/log.ts'
import type { Rng } from './support/rng.ts'
import { createWorkerPool } from './support/workerPool.ts'
import type { SpawnWorker, WorkerPool } from './support/workerPool.ts'
import { createWorkerEncoder } from './uploader/encoder.ts'
import { createUploader } from './uploader/uploader.ts'
import type { Uploader } from './uploader/uploader.ts'
import type { RunnerIdentity, Step } from './uploader/ports.ts'

/** What a host gives the engine; everything the engine does not own comes in here. */
export interface EnginePorts {
  readonly clock: Clock
  readonly rng: Rng
  readonly log: Log
  readonly runner: RunnerIdentity
  readonly spawnWorker: SpawnWorker
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
  /** Starts continuous uploading. */
  start(): void
  /** Ends everything the engine started; afterwards no timer, handle or thread of it is left. */
  stop(): Promise<void>
}

const PUTS_AT_ONCE = 6

/** Makes the engine of a workspace. Opens nothing yet: ledger, store and workers open with the first call that needs them. */
export function createEngine(config: EngineConfig, ports: EnginePorts): Engine {
  const bus = createBus<Events>((error) => ports.log.error('A listener failed.', { cause: errorToData(error).message }))
  const parts = openOnDemand(config, ports, bus)
  const deps: HandlerDependencies = {
    config,
    clock: ports.clock,
    log: ports.log,
    bus,
    ledger: parts.ledger,
    readLedger: parts.readLedger,
    store: parts.store,
    uploader: parts.uploader,
    openNode: parts.openNode,
    readActive: parts.readActive,
    node: (nodeId) => findNode(config, nodeId),
  }
  const handlers: Handlers<CallContext> = {
    'workspace.get': () => ({
      folder: config.workspace,
      stateDir: config.stateDir,
      isDemo: false,
      store: {
        kind: config.store.kind,
        endpoint: config.store.kind === 's3' ? config.store.endpoint : undefined,
        region: config.store.region,
      },
      buckets: config.buckets.names,
      nodes: config.nodes.length,
      version: ports.version,
    }),
    ...nodeHandlers(deps),
    ...readingHandlers(deps),
    ...pipelineHandlers(deps),
    ...uploadHandlers(deps),
    ...recordHandlers(deps),
    ...objectHandlers(deps),
    ...reconcileHandlers(deps, parts.pool),
    ...storeHandlers(parts.embedded),
  }
  return {
    handlers,
    events: bus,
    call: async (method, input, context) => callHandler(handlers, method, input, context),
    start: () => parts.uploader().start(),
    stop: () => parts.close(),
  }
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
    throw new FieldgateError('invalid', `${method}: ${problem?.path.join('.') ?? 'input'}: ${problem?.message ?? 'not valid'}`)
  }
  const handler = handlers[method] as (input: unknown, context: CallContext) => Output<M> | Promise<Output<M>>
  return handler(parsed.data, context ?? { signal: new AbortController().signal })
}

function findNode(config: EngineConfig, nodeId: string): EngineConfig['nodes'][number] {
  const node = config.nodes.find((candidate) => candidate.id === nodeId)
  if (node !== undefined) return node
  const known = config.nodes.slice(0, 10).map((candidate) => candidate.id)
  throw new FieldgateError('notFound', `There is no node "${nodeId}" in this workspace.`, {
    hint: known.length === 0 ? 'No node is configured: pass --sqlite PATH or add one to fieldgate.yaml.' : `Known: ${known.join(', ')}.`,
  })
}

interface EngineParts {
  readonly ledger: () => LedgerConnection
  readonly readLedger: () => LedgerConnection
  readonly store: () => ObjectStore
  readonly embedded: () => EmbeddedStore
  readonly uploader: () => Uploader
  readonly pool: () => WorkerPool
  readonly openNode: HandlerDependencies['openNode']
  readonly readActive: HandlerDependencies['readActive']
  readonly close: () => Promise<void>
}

function openOnDemand(config: EngineConfig, ports: EnginePorts, bus: Bus<Events>): EngineParts {
  const customTypes = config.pipelines.custom.map((pipeline) => pipeline.name)
  const ledgerPath = join(config.stateDir, 'ledger.db')
  let ledger: LedgerConnection | undefined
  let memoryLedger: LedgerConnection | undefined
  let embedded: EmbeddedStore | undefined
  let store: ObjectStore | undefined
  let uploader: Uploader | undefined
  let pool: WorkerPool | undefined

  const parts: EngineParts = {
    ledger: () => (ledger ??= connectLedger(ledgerPath)),
    readLedger: () =>
      ledger !== undefined || existsSync(ledgerPath) ? parts.ledger() : (memoryLedger ??= connectLedger(':memory:')),
    embedded: () => {
      if (config.store.kind !== 'embedded') {
        throw new FieldgateError('unsupported', 'This workspace uses an S3 store, not the embedded one.', {
          hint: 'Remove the store and bucket settings from the configuration to use the embedded store.',
        })
      }
      return (embedded ??= createEmbeddedStore({
        folder: config.store.folder,
        region: config.store.region,
        clock: ports.clock,
      }))
    },
    store: () =>
      (store ??= createS3ObjectStore(config.store, {
        clock: ports.clock,
        log: ports.log,
        ...(config.store.kind === 'embedded' ? { embedded: parts.embedded() } : {}),
        ...(config.upload.bytesPerSecond === undefined ? {} : { bytesPerSecond: config.upload.bytesPerSecond }),
      })),
    pool: () => (pool ??= createWorkerPool({ spawn: ports.spawnWorker, size: config.upload.workers })),
    openNode: (node) => openNodeDatabase(node.sqlite, { timeZone: node.timeZone }),
    readActive: (node) => readPipeline(node.sqlite, { customTypes }),
    uploader: () =>
      (uploader ??= createUploader(
        {
          config,
          get ledger() {
            return parts.ledger()
          },
          get store() {
            return parts.store()
          },
          get encoder() {
            return createWorkerEncoder(parts.pool())
          },
          clock: ports.clock,
          rng: ports.rng,
          log: ports.log,
          runner: ports.runner,
          openNode: parts.openNode,
          readPipeline: parts.readActive,
          encodeGate: createGate(config.upload.workers + 1, 1),
          putGate: createGate(PUTS_AT_ONCE, 1),
          step: ports.step ?? (() => undefined),
        },
        {
          onExecution: (executionId) =>
            bus.emit('executions.changed', withoutRequest(readExecution(parts.ledger(), executionId))),
          onStatus: (status) => bus.emit('nodes.changed', { nodeId: status.nodeId }),
          onEpoch: (nodeId, table, epoch, replaced) => bus.emit('epochs.started', { nodeId, table, epoch, replaced }),
        },
      )),
    close: async () => {
      await uploader?.stop()
      await pool?.close()
      await store?.close()
      await embedded?.close()
      memoryLedger?.database.close()
      if (ledger !== undefined) {
        ledger.database.pragma('wal_checkpoint(TRUNCATE)')
        ledger.database.close()
      }
    },
  }
  return parts
}
