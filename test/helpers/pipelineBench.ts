import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { connectLedger } from '../../electron/core/db/ledger/connection.ts'
import type { LedgerConnection } from '../../electron/core/db/ledger/connection.ts'
import { openNodeDatabase } from '../../electron/core/db/nodeDatabase.ts'
import type { HandlerDependencies } from '../../electron/core/handlers/dependencies.ts'
import type { ObjectStore } from '../../electron/core/objects/port.ts'
import { readPipeline } from '../../electron/core/pipelines/pipelineManager.ts'
import { createBus } from '../../electron/core/support/bus.ts'
import { createGate } from '../../electron/core/support/gate.ts'
import { silentLog } from '../../electron/core/support/log.ts'
import { createRng } from '../../electron/core/support/rng.ts'
import { inProcessEncoder } from '../../electron/core/uploader/encoder.ts'
import type { Step } from '../../electron/core/uploader/ports.ts'
import { createUploader } from '../../electron/core/uploader/uploader.ts'
import { FieldgateError } from '../../shared/domain/errors.ts'
import type { EngineConfig, NodeConfig } from '../../shared/domain/settings.ts'
import type { Events } from '../../shared/ipc/contract.ts'
import { createSimStore } from '../sim/simStore.ts'
import type { SimStore } from '../sim/simStore.ts'
import { createFakeClock, createStillClock } from './fakeClock.ts'
import type { FakeClock } from './fakeClock.ts'
import { tempFolder, writeNodeDatabase } from './pipelineTables.ts'

/** A workspace of real files around one or more nodes, with a store in memory: what handlers and checks work with. */
export interface Bench {
  readonly folder: string
  readonly paths: readonly string[]
  readonly clock: FakeClock
  readonly store: SimStore
  readonly ledger: LedgerConnection
  readonly deps: HandlerDependencies
  /** Events as they were announced. */
  readonly events: { readonly event: keyof Events; readonly payload: unknown }[]
  /** Replaces settings; later calls see them. */
  configure(change: (config: EngineConfig) => EngineConfig): void
  /** Puts another store in place of the one in memory. */
  useStore(store: ObjectStore): void
  /** Uploads until everything is delivered or failed. */
  upload(): Promise<void>
  /** Where a test may strike between two durable effects. */
  step: (step: Step, executionId: number) => void
  close(): void
}

export function createBench(nodes = 1): Bench {
  const folder = tempFolder()
  const clock = createFakeClock(Date.UTC(2026, 2, 1, 12))
  const store = createSimStore({ now: () => Date.now(), advance: () => undefined })
  const ledger = connectLedger(join(folder, 'state', 'ledger.db'))
  const paths = Array.from({ length: nodes }, (_, index) => writeNodeDatabase(folder, undefined, `n${index + 1}.db`))
  let config = configOf(folder, paths)
  let objectStore: ObjectStore = store
  const bus = createBus<Events>()
  const events: Bench['events'] = []
  bus.onAny((event, payload) => events.push({ event, payload }))
  const openNode = (node: NodeConfig) => openNodeDatabase(node.sqlite, { timeZone: node.timeZone })
  const readActive = (node: NodeConfig) =>
    readPipeline(node.sqlite, { customTypes: config.pipelines.custom.map((pipeline) => pipeline.name) })
  const makeUploader = () =>
    createUploader(
      {
        config,
        ledger,
        store: objectStore,
        encoder: inProcessEncoder(),
        clock,
        loopClock: createStillClock(clock),
        rng: createRng('bench-uploader'),
        log: silentLog,
        runner: { token: 'bench', pid: 1, host: 'h', isAlive: () => true },
        openNode,
        readPipeline: readActive,
        encodeGate: createGate(2, 1),
        putGate: createGate(2, 1),
        step: (step, executionId) => bench.step(step, executionId),
      },
      { onExecution: () => undefined, onStatus: () => undefined, onEpoch: () => undefined },
    )
  let uploader = makeUploader()
  const deps: HandlerDependencies = {
    get config() {
      return config
    },
    clock,
    env: {},
    log: silentLog,
    bus,
    ledger: () => ledger,
    readLedger: () => ledger,
    store: () => objectStore,
    uploader: () => uploader,
    openNode,
    readActive,
    fleet: () => {
      throw new FieldgateError('unsupported', 'The bench has no fleet.')
    },
    node(nodeId) {
      const node = config.nodes.find((candidate) => candidate.id === nodeId)
      if (node === undefined) throw new FieldgateError('notFound', `There is no node "${nodeId}".`)
      return node
    },
  }
  const bench: Bench = {
    folder,
    paths,
    clock,
    store,
    ledger,
    deps,
    events,
    configure(change) {
      config = change(config)
      uploader = makeUploader()
    },
    useStore(next) {
      objectStore = next
      uploader = makeUploader()
    },
    upload: async () => {
      await uploader.once(undefined, new AbortController().signal)
    },
    step: () => undefined,
    close() {
      ledger.database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return bench
}

function configOf(folder: string, paths: readonly string[]): EngineConfig {
  return {
    workspace: folder,
    stateDir: join(folder, 'state'),
    nodes: paths.map((sqlite, index) => ({ id: `n${index + 1}`, sqlite, labels: {}, timeZone: 'UTC' })),
    autoDetect: true,
    store: { kind: 'embedded', folder: join(folder, 'objects'), region: 'us-west-2' },
    buckets: { prefix: 'bench', region: 'us-west-2', names: {} },
    upload: {
      intervalSeconds: 30,
      maxBatchRows: 500,
      targetObjectBytes: 1 << 20,
      compression: 'snappy',
      parquetEngine: 'columnar',
      parquetProfile: 'compact',
      workers: 1,
      alwaysOn: [],
    },
    pipelines: {
      custom: [],
      contracts: [],
      emergency: { anomalyFlag: true, statusCodes: [], thresholds: [] },
      windowSeconds: 60,
    },
  }
}
