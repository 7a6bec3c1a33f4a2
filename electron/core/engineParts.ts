import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { errorToData, FieldgateError } from '../../shared/domain/errors.ts'
import type { EngineConfig } from '../../shared/domain/settings.ts'
import type { Events } from '../../shared/ipc/contract.ts'
import { connectLedger } from './db/ledger/connection.ts'
import type { LedgerConnection } from './db/ledger/connection.ts'
import { readExecution } from './db/ledger/executions.ts'
import { openNodeDatabase } from './db/nodeDatabase.ts'
import type { EnginePorts } from './engine.ts'
import type { HandlerDependencies } from './handlers/dependencies.ts'
import { withoutRequest } from './handlers/uploads.ts'
import { createS3ObjectStore } from './objects/client.ts'
import { createEmbeddedStore } from './objects/embedded/embeddedStore.ts'
import type { EmbeddedStore } from './objects/embedded/embeddedStore.ts'
import type { ObjectStore } from './objects/port.ts'
import { readPipeline } from './pipelines/pipelineManager.ts'
import type { Bus } from './support/bus.ts'
import { createGate } from './support/gate.ts'
import { createWorkerPool } from './support/workerPool.ts'
import type { SpawnWorker, WorkerPool } from './support/workerPool.ts'
import { linkLimits } from './uploader/budget.ts'
import { createWorkerEncoder } from './uploader/encoder.ts'
import { openProofCache } from './uploader/reconcileCache.ts'
import type { ProofCache } from './uploader/reconcileCache.ts'
import { createUploader } from './uploader/uploader.ts'
import type { Uploader } from './uploader/uploader.ts'

/** What an engine is made of. Everything opens with the first use, so that a question about one node makes no files. */
export interface EngineParts {
  readonly ledger: () => LedgerConnection
  readonly readLedger: () => LedgerConnection
  readonly store: () => ObjectStore
  /** Throws `unsupported` in a workspace with an S3 store. */
  readonly embedded: () => EmbeddedStore
  readonly uploader: () => Uploader
  readonly pool: () => WorkerPool
  readonly proofCache: () => ProofCache
  readonly openNode: HandlerDependencies['openNode']
  readonly readActive: HandlerDependencies['readActive']
  /** Closes what was opened, uploader first, ledger last. */
  readonly close: () => Promise<void>
}

/** Hears of changes that others show. */
export interface PartsEvents {
  readonly onNode: (nodeId: string) => void
}

const PUTS_AT_ONCE = 6

/** The parts of one workspace's engine. */
export function openParts(
  config: EngineConfig,
  ports: EnginePorts & { readonly spawnWorker: SpawnWorker },
  bus: Bus<Events>,
  events: PartsEvents,
): EngineParts {
  const ledgerPath = join(config.stateDir, 'ledger.db')
  let ledger: LedgerConnection | undefined
  let memoryLedger: LedgerConnection | undefined
  let embedded: EmbeddedStore | undefined
  let store: ObjectStore | undefined
  let uploader: Uploader | undefined
  let pool: WorkerPool | undefined
  let proofCache: ProofCache | undefined

  const parts: EngineParts = {
    ledger: () => (ledger ??= connectLedger(ledgerPath)),
    readLedger: () =>
      ledger !== undefined || existsSync(ledgerPath) ? parts.ledger() : (memoryLedger ??= connectLedger(':memory:')),
    embedded: () => (embedded ??= openEmbedded(config, ports)),
    store: () => {
      if (store !== undefined) return store
      const { bytesPerSecond } = linkLimits({ ledger: parts.readLedger(), config })
      store = createS3ObjectStore(config.store, {
        clock: ports.clock,
        log: ports.log,
        env: ports.env,
        ...(config.store.kind === 'embedded' ? { embedded: parts.embedded() } : {}),
        ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
      })
      return store
    },
    pool: () => (pool ??= createWorkerPool({ spawn: ports.spawnWorker, size: config.upload.workers })),
    proofCache: () => (proofCache ??= openProofCache(config.stateDir)),
    openNode: (node) => openNodeDatabase(node.sqlite, { timeZone: node.timeZone }),
    readActive: (node) =>
      readPipeline(node.sqlite, { customTypes: config.pipelines.custom.map((pipeline) => pipeline.name) }),
    uploader: () => (uploader ??= makeUploader(config, ports, parts, bus, events)),
    close: async () => {
      await uploader?.stop()
      await pool?.close()
      proofCache?.close()
      await store?.close()
      await embedded?.close()
      memoryLedger?.database.close()
      if (ledger !== undefined) closeLedger(ledger)
    },
  }
  return parts
}

/** On a full disk the log cannot be moved into the file; it stays, whole, for the next start. */
function closeLedger(ledger: LedgerConnection): void {
  try {
    ledger.database.pragma('wal_checkpoint(TRUNCATE)')
  } catch {
    // Every commit is in the log.
  } finally {
    ledger.database.close()
  }
}

function openEmbedded(config: EngineConfig, ports: EnginePorts): EmbeddedStore {
  if (config.store.kind !== 'embedded') {
    throw new FieldgateError('unsupported', 'This workspace uses an S3 store, not the embedded one.', {
      hint: 'Remove the store and bucket settings from the configuration to use the embedded store.',
    })
  }
  return createEmbeddedStore({
    folder: config.store.folder,
    region: config.store.region,
    clock: ports.clock,
    onError: (message) => ports.log.error('The embedded store failed.', { cause: message }),
  })
}

function makeUploader(
  config: EngineConfig,
  ports: EnginePorts,
  parts: EngineParts,
  bus: Bus<Events>,
  events: PartsEvents,
): Uploader {
  return createUploader(
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
      onExecution: (executionId) => {
        const execution = readExecution(parts.ledger(), executionId)
        events.onNode(execution.nodeId)
        bus.emit('executions.changed', withoutRequest(execution))
      },
      onStatus: (status) => {
        events.onNode(status.nodeId)
        bus.emit('nodes.changed', { nodeId: status.nodeId })
      },
      onEpoch: (nodeId, table, epoch, replaced) => {
        if (replaced)
          ports.log.warn('A table began a new life; it is uploaded from its start.', { nodeId, table, epoch })
        bus.emit('epochs.started', { nodeId, table, epoch, replaced })
      },
    },
  )
}

/** What a listener or a loop failed with, into the log. */
export function logFailure(ports: Pick<EnginePorts, 'log'>, message: string): (error: unknown) => void {
  return (error) => ports.log.error(message, { cause: errorToData(error).message })
}
