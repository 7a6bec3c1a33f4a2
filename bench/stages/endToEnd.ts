import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { connectLedger } from '../../electron/core/db/ledger/connection.ts'
import { openNodeDatabase } from '../../electron/core/db/nodeDatabase.ts'
import { createS3ObjectStore } from '../../electron/core/objects/client.ts'
import { createEmbeddedStore } from '../../electron/core/objects/embedded/embeddedStore.ts'
import { readPipeline } from '../../electron/core/pipelines/pipelineManager.ts'
import { systemClock } from '../../electron/core/support/clock.ts'
import { createGate } from '../../electron/core/support/gate.ts'
import { silentLog } from '../../electron/core/support/log.ts'
import { createRng } from '../../electron/core/support/rng.ts'
import { createWorkerPool } from '../../electron/core/support/workerPool.ts'
import { createWorkerEncoder } from '../../electron/core/uploader/encoder.ts'
import { reconcileNodes } from '../../electron/core/uploader/reconcile.ts'
import { openProofCache } from '../../electron/core/uploader/reconcileCache.ts'
import { createUploader } from '../../electron/core/uploader/uploader.ts'
import { spawnPoolWorker } from '../../electron/worker/spawn.ts'
import type { EngineConfig } from '../../shared/domain/settings.ts'
import { nodeOf } from '../requests.ts'
import type { Stage } from '../stage.ts'

const NANOS_PER_MS = 1e6
const WORKERS = 2
/** How long the same process is watched doing nothing: what the machine itself adds to any delay. */
const IDLE_MS = 2_000

/** SQLite → Parquet → embedded S3 → proof, with the delay of the orchestrating thread's event loop meanwhile. */
export const endToEnd: Stage = async ({ path, rows, folder }) => {
  const config = configOf(path, folder)
  mkdirSync(config.stateDir, { recursive: true })
  const ledger = connectLedger(join(config.stateDir, 'ledger.db'))
  const embedded = createEmbeddedStore({ folder: join(folder, 'objects'), region: 'us-west-2', clock: systemClock })
  const store = createS3ObjectStore(config.store, { clock: systemClock, log: silentLog, embedded })
  const pool = createWorkerPool({ spawn: spawnPoolWorker, size: WORKERS })
  const openNode = (node: EngineConfig['nodes'][number]) => openNodeDatabase(node.sqlite, { timeZone: node.timeZone })
  const uploader = createUploader(
    {
      config,
      ledger,
      store,
      encoder: createWorkerEncoder(pool),
      clock: systemClock,
      rng: createRng('bench'),
      log: silentLog,
      runner: { token: randomUUID(), pid: process.pid, host: 'bench', isAlive: () => true },
      openNode,
      readPipeline: (node) => readPipeline(node.sqlite, { customTypes: [] }),
      encodeGate: createGate(WORKERS + 1, 1),
      putGate: createGate(6, 1),
      step: () => undefined,
    },
    { onExecution: () => undefined, onStatus: () => undefined, onEpoch: () => undefined },
  )
  try {
    // The SDK is loaded with the first call; that is a start-up cost and no delay of a running engine.
    await store.listBuckets()
    const idle = monitorEventLoopDelay({ resolution: 2 })
    idle.enable()
    await systemClock.sleep(IDLE_MS)
    idle.disable()
    const delay = monitorEventLoopDelay({ resolution: 2 })
    delay.enable()
    const startedAt = performance.now()
    const result = await uploader.once(undefined, new AbortController().signal)
    const uploadMs = performance.now() - startedAt
    delay.disable()
    const delivered = result.nodes.reduce((sum, node) => sum + node.rows, 0)
    if (delivered !== rows) throw new Error(`${delivered} of ${rows} rows delivered: ${JSON.stringify(result.nodes)}`)
    const provenAt = performance.now()
    const report = await reconcileNodes(
      { config, ledger, store, openNode, pool, cache: openProofCache(config.stateDir), clock: systemClock },
      config.nodes,
      { maxFindings: 10, quick: false, signal: new AbortController().signal, onProgress: () => undefined },
    )
    if (!report.isClean) throw new Error(`The proof is not clean: ${JSON.stringify(report.totals)}`)
    return {
      rowsPerSecond: (rows / uploadMs) * 1000,
      proofRowsPerSecond: (rows / (performance.now() - provenAt)) * 1000,
      idleP99Ms: idle.percentile(99) / NANOS_PER_MS,
      eventLoopP50Ms: delay.percentile(50) / NANOS_PER_MS,
      eventLoopP99Ms: delay.percentile(99) / NANOS_PER_MS,
      eventLoopMaxMs: delay.max / NANOS_PER_MS,
      objects: report.totals.objects,
    }
  } finally {
    await uploader.stop()
    await pool.close()
    await store.close()
    await embedded.close()
    ledger.database.close()
  }
}

function configOf(path: string, folder: string): EngineConfig {
  return {
    workspace: folder,
    stateDir: join(folder, 'state'),
    nodes: [nodeOf(path)],
    autoDetect: true,
    store: { kind: 'embedded', folder: join(folder, 'objects'), region: 'us-west-2' },
    buckets: { prefix: 'bench', region: 'us-west-2', names: {} },
    upload: {
      intervalSeconds: 30,
      maxBatchRows: 1000,
      targetObjectBytes: 50 << 20,
      compression: 'snappy',
      parquetEngine: 'columnar',
      parquetProfile: 'compact',
      workers: WORKERS,
      alwaysOn: [],
    },
    pipelines: {
      custom: [],
      contracts: [],
      emergency: { anomalyFlag: true, statusCodes: [], thresholds: [] },
      windowSeconds: 3600,
    },
  }
}
