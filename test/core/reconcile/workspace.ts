import Database from 'better-sqlite3'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectLedger } from '../../../electron/core/db/ledger/connection.ts'
import type { LedgerConnection } from '../../../electron/core/db/ledger/connection.ts'
import { openNodeDatabase } from '../../../electron/core/db/nodeDatabase.ts'
import { readPipeline, setPipeline } from '../../../electron/core/pipelines/pipelineManager.ts'
import { createGate } from '../../../electron/core/support/gate.ts'
import { silentLog } from '../../../electron/core/support/log.ts'
import { createRng } from '../../../electron/core/support/rng.ts'
import type { WorkerPool } from '../../../electron/core/support/workerPool.ts'
import { inProcessEncoder } from '../../../electron/core/uploader/encoder.ts'
import { reconcileNodes } from '../../../electron/core/uploader/reconcile.ts'
import { openProofCache } from '../../../electron/core/uploader/reconcileCache.ts'
import type { ProofOptions, ProofPorts } from '../../../electron/core/uploader/reconcilePorts.ts'
import { createUploader } from '../../../electron/core/uploader/uploader.ts'
import { TASKS } from '../../../electron/worker/tasks.ts'
import type { ReconcileReport } from '../../../shared/domain/reconcile.ts'
import type { EngineConfig, NodeConfig, TableContract } from '../../../shared/domain/settings.ts'
import { createFakeClock } from '../../helpers/fakeClock.ts'
import { createMemoryStore } from './memoryStore.ts'
import type { MemoryStore } from './memoryStore.ts'

/** Does the tasks of the worker threads in this thread. */
export function inProcessPool(): WorkerPool {
  return {
    async run(task, input, options) {
      const implementation = TASKS.find((candidate) => candidate.name === task.name)
      if (implementation === undefined) throw new Error(`no task ${task.name}`)
      const context = { checkCancelled: () => options?.signal?.throwIfAborted(), progress: () => undefined }
      return implementation.run(structuredClone(input), context) as never
    },
    close: async () => undefined,
  }
}

/** A node, its workspace and a bucket, all small and real but for the store's network. */
export interface TestWorkspace {
  readonly node: NodeConfig
  readonly store: MemoryStore
  readonly ledger: LedgerConnection
  readonly config: EngineConfig
  readonly ports: ProofPorts
  readonly database: Database.Database
  /** Adds rows with these readings, a minute apart from the start of a day on. */
  write(
    rows: number,
    day?: number,
    values?: (index: number) => { readonly temperature?: unknown; readonly anomaly?: number },
  ): void
  switchTo(type: string, backfill?: boolean): void
  upload(): Promise<void>
  prove(options?: Partial<ProofOptions>): Promise<ReconcileReport>
  close(): void
}

export const DAY = Date.UTC(2026, 2, 1)

export function createWorkspace(
  options: { readonly contracts?: readonly TableContract[]; readonly maxBatchRows?: number } = {},
): TestWorkspace {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-proof-'))
  const path = join(folder, 'node.db')
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.exec(
    `CREATE TABLE sensor_readings (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, sensor_id TEXT NOT NULL,
       temperature REAL, status_code INTEGER, anomaly_flag INTEGER, anomaly_type TEXT)`,
  )
  const node: NodeConfig = { id: 'n 1', sqlite: path, labels: {}, timeZone: 'UTC' }
  const config = configOf(folder, node, options)
  mkdirSync(config.stateDir)
  const clock = createFakeClock(DAY + 7 * 86_400_000)
  const store = createMemoryStore()
  const ledger = connectLedger(':memory:')
  const openNode = (wanted: NodeConfig) => openNodeDatabase(wanted.sqlite, { timeZone: wanted.timeZone })
  const ports: ProofPorts = {
    config,
    ledger,
    store,
    openNode,
    pool: inProcessPool(),
    cache: openProofCache(config.stateDir),
  }
  const insert = database.prepare(
    'INSERT INTO sensor_readings (timestamp, sensor_id, temperature, anomaly_flag) VALUES (?, ?, ?, ?)',
  )
  return {
    node,
    store,
    ledger,
    config,
    ports,
    database,
    write(rows, day = 0, values = () => ({})) {
      database.transaction(() => {
        for (let i = 0; i < rows; i++) {
          const { temperature = 20 + i / 7, anomaly = 0 } = values(i)
          insert.run(new Date(DAY + day * 86_400_000 + i * 60_000).toISOString(), `S${i % 3}`, temperature, anomaly)
        }
      })()
    },
    switchTo(type, backfill = false) {
      setPipeline(path, { type, by: 'test', reason: 'test', backfill, atMs: clock.now(), customTypes: [] })
    },
    async upload() {
      clock.advance(600_000)
      const uploader = createUploader(
        {
          config,
          ledger,
          store,
          encoder: inProcessEncoder(),
          clock,
          rng: createRng('uploader'),
          log: silentLog,
          runner: { token: 'runner', pid: 1, host: 'h', isAlive: () => true },
          openNode,
          readPipeline: (wanted) => readPipeline(wanted.sqlite, { customTypes: [] }),
          encodeGate: createGate(2, 1),
          putGate: createGate(2, 1),
          step: () => undefined,
        },
        { onExecution: () => undefined, onStatus: () => undefined, onEpoch: () => undefined },
      )
      const { nodes } = await uploader.once(undefined, new AbortController().signal)
      const failure = nodes.find((result) => result.failure !== undefined)?.failure
      if (failure !== undefined) throw new Error(failure.message)
    },
    prove: (changes = {}) =>
      reconcileNodes({ ...ports, clock }, [node], {
        maxFindings: 100,
        quick: false,
        signal: new AbortController().signal,
        onProgress: () => undefined,
        ...changes,
      }),
    close() {
      database.close()
      ports.cache.close()
      ledger.database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function configOf(
  folder: string,
  node: NodeConfig,
  options: { readonly contracts?: readonly TableContract[]; readonly maxBatchRows?: number },
): EngineConfig {
  return {
    workspace: folder,
    stateDir: join(folder, 'state'),
    nodes: [node],
    autoDetect: true,
    store: { kind: 'embedded', folder: join(folder, 'objects'), region: 'us-west-2' },
    buckets: { prefix: 'test', region: 'us-west-2', names: {} },
    upload: {
      intervalSeconds: 30,
      maxBatchRows: options.maxBatchRows ?? 100,
      targetObjectBytes: 1,
      compression: 'snappy',
      parquetEngine: 'columnar',
      parquetProfile: 'compact',
      workers: 1,
      alwaysOn: [],
    },
    pipelines: {
      custom: [],
      contracts: options.contracts ?? [],
      emergency: { anomalyFlag: true, statusCodes: [], thresholds: [] },
      windowSeconds: 3600,
    },
  }
}
