import { parquetReadObjects } from 'hyparquet'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { connectLedger } from '../../electron/core/db/ledger/connection.ts'
import type { LedgerConnection } from '../../electron/core/db/ledger/connection.ts'
import { setPipeline } from '../../electron/core/pipelines/pipelineManager.ts'
import { parseObjectKey } from '../../shared/domain/objectKey.ts'
import type { ContractColumn, EngineConfig } from '../../shared/domain/settings.ts'
import { SAMPLE_START_MS } from './nodeDatabases.ts'
import { makeUploaderBench } from './uploaderBench.ts'
import type { BenchOptions, RunnerOverrides, UploaderBench } from './uploaderBench.ts'

/** A workspace whose ledger gets lost or put back, and the questions that are asked of its bucket then. */
export interface LossBench extends UploaderBench {
  /** A ledger that knows nothing, as after the state folder was lost. */
  newLedger(): LedgerConnection
  /** The ledger as it is at this moment, to be put back later. */
  copyOfLedger(): () => LedgerConnection
  /** One pass over all nodes, which has to end well. */
  upload(overrides?: RunnerOverrides): Promise<void>
  /** How often each row lies in the bucket under a route, by sequence. */
  timesInBucket(route: string): Promise<readonly (readonly [number, number])[]>
  switchTo(type: string, backfill?: boolean): void
  /** The configuration with this contract. */
  withContract(columns: Readonly<Record<string, ContractColumn>>): EngineConfig
}

/** Makes the workspace; everything it opened ends with `remove`. */
export function makeLossBench(options: BenchOptions): LossBench {
  const bench = makeUploaderBench(options)
  const opened: LedgerConnection[] = []
  const open = (path: string): LedgerConnection => {
    const ledger = connectLedger(path)
    opened.push(ledger)
    return ledger
  }
  const end = bench.remove.bind(bench)
  let ledgers = 0
  const nextPath = (): string => join(bench.stateDir, `ledger-${++ledgers}.db`)
  return Object.assign(bench, {
    newLedger: () => open(nextPath()),
    copyOfLedger() {
      const path = nextPath()
      bench.ledger.database.exec(`VACUUM INTO '${path}.copy'`)
      return () => {
        copyFileSync(`${path}.copy`, path)
        rmSync(`${path}.copy`)
        return open(path)
      }
    },
    async upload(overrides: RunnerOverrides = {}) {
      const { nodes } = await bench.uploader(overrides).once(undefined, new AbortController().signal)
      expect(nodes.map((node) => node.failure)).toEqual([undefined])
    },
    async timesInBucket(route: string) {
      const rows: unknown[] = []
      for (const [name, { bytes }] of bench.store.objects) {
        if (parseObjectKey(name.slice(name.indexOf('/') + 1))?.type !== route) continue
        const file = bytes.slice().buffer
        rows.push(...(await parquetReadObjects({ file })).map((row) => row['_row_id']))
      }
      const counts = Map.groupBy(rows, Number)
      return [...counts].map(([id, same]) => [id, same.length] as const).toSorted((a, b) => a[0] - b[0])
    },
    switchTo(type: string, backfill = false) {
      const path = bench.nodes[0]?.path ?? ''
      setPipeline(path, { type, by: 't', reason: 't', backfill, atMs: SAMPLE_START_MS, customTypes: [] })
    },
    withContract(columns: Readonly<Record<string, ContractColumn>>) {
      const contracts = [{ table: 'sensor_readings', version: 2, columns }]
      return { ...bench.config, pipelines: { ...bench.config.pipelines, contracts } }
    },
    async remove() {
      await end()
      for (const ledger of opened.splice(0)) ledger.database.close()
    },
  })
}

/** The rows `from` to `to`, each there once. */
export const once = (from: number, to: number): readonly (readonly [number, number])[] =>
  Array.from({ length: to - from + 1 }, (_, index) => [from + index, 1] as const)
