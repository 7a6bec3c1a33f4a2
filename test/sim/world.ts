import Database from 'better-sqlite3'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectLedger } from '../../electron/core/db/ledger/connection.ts'
import type { LedgerConnection } from '../../electron/core/db/ledger/connection.ts'
import { listEpochs } from '../../electron/core/db/ledger/epochs.ts'
import { listCursors } from '../../electron/core/db/ledger/lanes.ts'
import { setPipeline } from '../../electron/core/pipelines/pipelineManager.ts'
import { createGate } from '../../electron/core/support/gate.ts'
import { silentLog } from '../../electron/core/support/log.ts'
import { createRng } from '../../electron/core/support/rng.ts'
import type { Rng } from '../../electron/core/support/rng.ts'
import { inProcessEncoder } from '../../electron/core/uploader/encoder.ts'
import { createUploader } from '../../electron/core/uploader/uploader.ts'
import type { EngineConfig, NodeConfig } from '../../shared/domain/settings.ts'
import { createFakeClock, createStillClock } from '../helpers/fakeClock.ts'
import type { FakeClock } from '../helpers/fakeClock.ts'
import { createHazards, newLife } from './hazards.ts'
import type { Life } from './hazards.ts'
import { createSimSources } from './simSource.ts'
import { createSimStore } from './simStore.ts'
import type { SimStore } from './simStore.ts'

export class Crash extends Error {}

/** A whole world of one seed: a node and its writer, a workspace, a store, and everything that can go wrong. */
export interface World {
  readonly seed: number
  readonly rng: Rng
  readonly clock: FakeClock
  readonly store: SimStore
  readonly ledger: LedgerConnection
  readonly node: NodeConfig
  readonly lives: Life[]
  readonly lifeByEpoch: Map<string, Life>
  readonly log: string[]
  /** Routes that ran beside the active one, and routes that were active at some time. */
  readonly alwaysOn: readonly string[]
  readonly wasActive: ReadonlySet<string>
  act(): Promise<void>
  /** Repairs every fault and uploads until nothing is left. */
  settle(): Promise<void>
  close(): void
}

const START_MS = Date.UTC(2026, 2, 1, 22)
const TYPES = ['raw', 'schematized', 'emergency', 'aggregated'] as const

export function createWorld(seed: number): World {
  const rng = createRng(`world-${seed}`)
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-sim-'))
  const path = join(folder, 'node.sqlite')
  const clock = createFakeClock(START_MS)
  const store = createSimStore(rng.fork('store'))
  const ledger = connectLedger(':memory:')
  const node: NodeConfig = { id: 'n1', sqlite: path, labels: {}, timeZone: 'UTC' }
  const sources = createSimSources([])
  const config = configOf(folder, node, rng)
  const isAutoIncrement = rng.next() < 0.5
  const lives: Life[] = []
  const lifeByEpoch = new Map<string, Life>()
  const log: string[] = []
  const note = (text: string): void => {
    log.push(text)
  }
  let writer = openTable(path, isAutoIncrement)
  lives.push(newLife(1))
  const wasActive = new Set<string>(['raw'])
  let runs = 0
  let written = 0

  const life = (): Life => lives.at(-1) as Life

  function write(count: number): void {
    const insert = writer.prepare(
      'INSERT INTO sensor_readings (timestamp, sensor_id, temperature, status_code, anomaly_flag, anomaly_type) VALUES (?, ?, ?, ?, ?, ?)',
    )
    writer.transaction(() => {
      const shared = timestampAt(clock.now())
      for (let i = 0; i < count; i++) {
        const kind = rng.next()
        const timestamp =
          kind < 0.4
            ? shared
            : kind < 0.5
              ? timestampAt(clock.now() - rng.int(1, 2 * 86_400_000))
              : kind < 0.53
                ? 'no time at all'
                : timestampAt(clock.now() + i)
        const temperature =
          rng.next() < 0.03 ? 'hot' : rng.next() < 0.05 ? null : Math.round(rng.gauss(20, 5) * 100) / 100
        const anomaly = rng.next() < 0.1 ? 1 : 0
        const id = Number(
          insert.run(timestamp, `S${rng.int(1, 3)}`, temperature, anomaly, anomaly, anomaly === 1 ? 'spike' : null)
            .lastInsertRowid,
        )
        life().rows.set(id, { id, timestamp, temperature, anomaly })
        written++
      }
    })()
    note(`write ${count} rows, last id ${[...life().rows.keys()].at(-1)}`)
  }

  async function upload(crashAt: number | undefined): Promise<void> {
    let isDead = false
    let steps = 0
    const guard = (): void => {
      if (isDead) throw new Crash('dead')
    }
    const connection: LedgerConnection = {
      database: ledger.database,
      sql: (text) => {
        guard()
        return ledger.sql(text)
      },
      write: (work) => {
        guard()
        return ledger.write(work)
      },
    }
    runs++
    const token = `runner-${runs}`
    const uploader = createUploader(
      {
        config,
        ledger: connection,
        store,
        encoder: inProcessEncoder((source) => sources.open(source)),
        clock,
        loopClock: createStillClock(clock),
        rng: rng.fork(`uploader-${runs}`),
        log: silentLog,
        runner: { token, pid: runs, host: 'h', isAlive: (pid) => pid === runs },
        openNode: (wanted) => sources.open(wanted.sqlite),
        readPipeline: (wanted) => sources.readPipeline(wanted.sqlite),
        encodeGate: createGate(2, 1),
        putGate: createGate(2, 1),
        step: () => {
          guard()
          steps++
          if (steps === crashAt) {
            isDead = true
            throw new Crash(`at step ${steps}`)
          }
        },
      },
      { onExecution: () => undefined, onStatus: () => undefined, onEpoch: () => undefined },
    )
    try {
      await uploader.once(undefined, new AbortController().signal)
    } catch (error) {
      if (!isDead) throw error
    }
    for (const epoch of listEpochs(ledger, { nodeId: 'n1', table: 'sensor_readings' })) {
      if (!lifeByEpoch.has(epoch.epoch)) lifeByEpoch.set(epoch.epoch, life())
    }
    for (const cursor of listCursors(ledger)) {
      const of = lifeByEpoch.get(cursor.epoch)
      if (of === undefined) continue
      const before = of.acked.get(cursor.route) ?? Number.NEGATIVE_INFINITY
      if (cursor.ackedSeq < before) throw new Error(`P3: acknowledged ${cursor.route} went back to ${cursor.ackedSeq}`)
      of.acked.set(cursor.route, cursor.ackedSeq)
    }
    if (!isDead) hazards.seen()
    note(`upload, crash at ${isDead ? crashAt : 'none'}`)
  }

  const hazards = createHazards({
    path,
    ledger,
    rng,
    lives,
    lifeByEpoch,
    note,
    writer: () => writer,
    reopen: (make) => {
      sources.forget(path)
      writer.close()
      for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true })
      make()
      writer = openTable(path, isAutoIncrement)
    },
  })

  function beginAnew(change: () => void): void {
    change()
    clock.advance(rng.int(1_000, 90_000))
    write(rng.int(1, 30))
  }

  async function act(): Promise<void> {
    clock.advance(rng.int(0, 7_200_000))
    store.faultRate = rng.next() < 0.3 ? rng.next() * 0.6 : 0
    const kind = rng.next()
    if (kind < 0.36) write(rng.int(1, 60))
    else if (kind < 0.54) await upload(undefined)
    else if (kind < 0.76) await upload(rng.int(1, 40))
    else if (kind < 0.84) {
      const type = rng.pick(TYPES)
      const backfill = rng.next() < 0.3
      setPipeline(path, { type, by: 'sim', reason: 'sim', backfill, atMs: clock.now(), customTypes: [] })
      wasActive.add(type)
      note(`switch to ${type}${backfill ? ' with backfill' : ''}`)
    } else if (kind < 0.88) hazards.purge()
    else if (kind < 0.9) hazards.addColumn()
    else if (kind < 0.92) hazards.tearSpool(join(folder, 'state', 'spool'))
    else if (kind < 0.94) hazards.backUp()
    else if (kind < 0.96) hazards.restore()
    else if (kind < 0.98) beginAnew(() => hazards.startOver())
    else beginAnew(() => hazards.recreate())
  }

  write(rng.int(1, 50))
  return {
    seed,
    rng,
    clock,
    store,
    ledger,
    node,
    lives,
    lifeByEpoch,
    log,
    alwaysOn: config.upload.alwaysOn,
    wasActive,
    act,
    async settle() {
      store.faultRate = 0
      for (let round = 0; round < 3; round++) {
        clock.advance(600_000)
        await upload(undefined)
      }
    },
    close() {
      sources.forget(path)
      writer.close()
      ledger.database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function timestampAt(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+00:00')
}

function openTable(path: string, isAutoIncrement: boolean): Database.Database {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = OFF')
  database.exec(
    `CREATE TABLE IF NOT EXISTS sensor_readings (id INTEGER PRIMARY KEY ${isAutoIncrement ? 'AUTOINCREMENT' : ''}, timestamp TEXT NOT NULL,
       sensor_id TEXT NOT NULL, temperature REAL, status_code INTEGER, anomaly_flag INTEGER, anomaly_type TEXT)`,
  )
  return database
}

function configOf(folder: string, node: NodeConfig, rng: Rng): EngineConfig {
  mkdirSync(join(folder, 'state'), { recursive: true })
  return {
    workspace: folder,
    stateDir: join(folder, 'state'),
    nodes: [node],
    autoDetect: true,
    store: { kind: 'embedded', folder: join(folder, 'objects'), region: 'us-west-2' },
    buckets: { prefix: 'sim', region: 'us-west-2', names: {} },
    upload: {
      intervalSeconds: 30,
      maxBatchRows: rng.int(1, 25),
      targetObjectBytes: rng.int(1, 4_000),
      compression: rng.pick(['none', 'snappy']),
      parquetEngine: 'columnar',
      parquetProfile: rng.pick(['compact', 'compatible']),
      workers: 1,
      alwaysOn: rng.next() < 0.3 ? ['emergency'] : [],
    },
    pipelines: {
      custom: [],
      contracts: [],
      emergency: { anomalyFlag: true, statusCodes: [], thresholds: [] },
      windowSeconds: 3600,
    },
  }
}
