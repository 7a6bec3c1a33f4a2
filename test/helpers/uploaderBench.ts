import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectLedger } from '../../electron/core/db/ledger/connection.ts'
import type { LedgerConnection } from '../../electron/core/db/ledger/connection.ts'
import { openNodeDatabase } from '../../electron/core/db/nodeDatabase.ts'
import type { ObjectStore, PutObject } from '../../electron/core/objects/port.ts'
import { readPipeline } from '../../electron/core/pipelines/pipelineManager.ts'
import type { Clock } from '../../electron/core/support/clock.ts'
import { systemClock } from '../../electron/core/support/clock.ts'
import { createGate } from '../../electron/core/support/gate.ts'
import { silentLog } from '../../electron/core/support/log.ts'
import { createRng } from '../../electron/core/support/rng.ts'
import { inProcessEncoder } from '../../electron/core/uploader/encoder.ts'
import type { Step, UploaderPorts } from '../../electron/core/uploader/ports.ts'
import { createUploader } from '../../electron/core/uploader/uploader.ts'
import type { NodeUploadStatus, Uploader } from '../../electron/core/uploader/uploader.ts'
import type { EngineConfig, NodeConfig } from '../../shared/domain/settings.ts'
import { createSimStore } from '../sim/simStore.ts'
import type { SimStore } from '../sim/simStore.ts'
import { makeNodeDatabase } from './nodeDatabases.ts'
import type { SampleDatabase, ShapeName } from './nodeDatabases.ts'

/** A workspace with real node databases, a ledger on disk, the real encoder, and a store in memory. */
export interface UploaderBench {
  readonly folder: string
  readonly stateDir: string
  readonly config: EngineConfig
  readonly ledger: LedgerConnection
  readonly store: SimStore
  readonly nodes: readonly SampleDatabase[]
  /** Waits before each put; a test puts a promise here to hold the link. */
  beforePut: (put: PutObject) => Promise<void>
  /** Limits the store was told of. */
  readonly linkLimits: (number | undefined)[]
  readonly statuses: NodeUploadStatus[]
  uploader(overrides?: RunnerOverrides): Uploader
  remove(): Promise<void>
}

export interface RunnerOverrides {
  /** Instead of the bench's own, as after somebody edited the file. */
  readonly config?: EngineConfig
  readonly token?: string
  readonly clock?: Clock
  readonly ledger?: LedgerConnection
  readonly step?: (step: Step, executionId: number) => void
  readonly openNode?: UploaderPorts['openNode']
}

export interface BenchOptions {
  readonly shape?: ShapeName
  readonly nodes?: number
  readonly rows?: number
  readonly upload?: Partial<EngineConfig['upload']>
}

/** Makes a workspace; everything it started ends with `remove`. */
export function makeUploaderBench(options: BenchOptions = {}): UploaderBench {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-uploader-'))
  const stateDir = join(folder, 'state')
  mkdirSync(stateDir)
  const nodes = Array.from({ length: options.nodes ?? 1 }, (_, index) => {
    const place = join(folder, `n${index + 1}`)
    mkdirSync(place)
    return makeNodeDatabase(options.shape ?? 'v4', options.rows ?? 20, place)
  })
  const config = configOf(folder, stateDir, nodes, options.upload ?? {})
  const ledger = connectLedger(join(stateDir, 'ledger.db'))
  const store = createSimStore({ now: () => Date.now(), advance: () => undefined })
  const uploaders: Uploader[] = []
  const bench: UploaderBench = {
    folder,
    stateDir,
    config,
    ledger,
    store,
    nodes,
    beforePut: async () => undefined,
    linkLimits: [],
    statuses: [],
    uploader(overrides = {}) {
      const made = createUploader(portsOf(bench, overrides, uploaders.length + 1), {
        onExecution: () => undefined,
        onStatus: (status) => bench.statuses.push(status),
        onEpoch: () => undefined,
      })
      uploaders.push(made)
      return made
    },
    async remove() {
      await Promise.all(uploaders.map((uploader) => uploader.stop()))
      ledger.database.close()
      for (const node of nodes) node.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return bench
}

function portsOf(bench: UploaderBench, overrides: RunnerOverrides, number: number): UploaderPorts {
  const store: ObjectStore = {
    ...bench.store,
    putIfAbsent: async (put) => {
      await bench.beforePut(put)
      put.signal?.throwIfAborted()
      return bench.store.putIfAbsent(put)
    },
    setBytesPerSecond: (limit) => void bench.linkLimits.push(limit),
  }
  return {
    config: overrides.config ?? bench.config,
    ledger: overrides.ledger ?? bench.ledger,
    store,
    encoder: inProcessEncoder(),
    clock: overrides.clock ?? systemClock,
    rng: createRng(`runner-${number}`),
    log: silentLog,
    runner: { token: overrides.token ?? `runner-${number}`, pid: number, host: 'bench', isAlive: () => true },
    openNode: overrides.openNode ?? ((node) => openNodeDatabase(node.sqlite, { timeZone: node.timeZone })),
    readPipeline: (node) => readPipeline(node.sqlite, { customTypes: [] }),
    encodeGate: createGate(2, 1),
    putGate: createGate(2, 1),
    step: overrides.step ?? (() => undefined),
  }
}

function configOf(
  folder: string,
  stateDir: string,
  nodes: readonly SampleDatabase[],
  upload: Partial<EngineConfig['upload']>,
): EngineConfig {
  return {
    workspace: folder,
    stateDir,
    nodes: nodes.map((node, index): NodeConfig => ({
      id: `n${index + 1}`,
      sqlite: node.path,
      labels: {},
      timeZone: 'UTC',
    })),
    autoDetect: true,
    store: { kind: 'embedded', folder: join(folder, 'objects'), region: 'us-west-2' },
    buckets: { prefix: 'bench', region: 'us-west-2', names: {} },
    upload: {
      intervalSeconds: 1,
      maxBatchRows: 10,
      targetObjectBytes: 100,
      compression: 'snappy',
      parquetEngine: 'columnar',
      parquetProfile: 'compact',
      workers: 1,
      alwaysOn: [],
      ...upload,
    },
    pipelines: {
      custom: [],
      contracts: [],
      emergency: { anomalyFlag: true, statusCodes: [], thresholds: [] },
      windowSeconds: 3600,
    },
  }
}
