import { parquetReadObjects } from 'hyparquet'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sumQuarantine } from '../../../electron/core/db/ledger/quarantine.ts'
import { listQuarantine } from '../../../electron/core/db/ledger/records.ts'
import { quarantineHandlers } from '../../../electron/core/handlers/quarantine.ts'
import { setPipeline } from '../../../electron/core/pipelines/pipelineManager.ts'
import { claimReplays } from '../../../electron/core/uploader/replay.ts'
import type { ContractColumn } from '../../../shared/domain/settings.ts'
import { createBench } from '../../helpers/pipelineBench.ts'
import type { Bench } from '../../helpers/pipelineBench.ts'
import { queryForeign } from '../../helpers/pipelineTables.ts'

let bench: Bench
const context = { signal: new AbortController().signal }

beforeEach(() => {
  bench = createBench()
  const path = bench.paths[0] as string
  setPipeline(path, { type: 'schematized', by: 'me', reason: undefined, backfill: false, atMs: 0, customTypes: [] })
  queryForeign(path, 'DELETE FROM sensor_readings')
  contract({ temperature: { type: 'number', max: 50 } }, 1)
})
afterEach(() => bench.close())

function contract(columns: Record<string, ContractColumn>, version: number): void {
  bench.configure((config) => ({
    ...config,
    pipelines: { ...config.pipelines, contracts: [{ table: 'sensor_readings', version, columns }] },
  }))
}

function insert(id: number, temperature: unknown, date = '2026-03-01'): void {
  const value = typeof temperature === 'string' ? `'${temperature}'` : String(temperature)
  queryForeign(
    bench.paths[0] as string,
    `INSERT INTO sensor_readings (id, timestamp, sensor_id, temperature) VALUES (${id}, '${date}T00:00:0${id % 10}+00:00', 'S', ${value})`,
  )
}

/** Row ids in the bucket, ascending, with the contract version each was delivered under. */
async function delivered(): Promise<string[]> {
  const rows: { id: number; version: number }[] = []
  for (const { bytes } of bench.store.objects.values()) {
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    for (const row of (await parquetReadObjects({ file })) as Record<string, unknown>[]) {
      rows.push({ id: Number(row['_row_id']), version: Number(row['contract_version']) })
    }
  }
  return rows.toSorted((a, b) => a.id - b.id).map((row) => `${row.id} v${row.version}`)
}

const replay = async (input: { ids?: number[] } = {}) =>
  quarantineHandlers(bench.deps)['quarantine.replay']({ by: 'ana', ...input }, context)

describe('a replay', () => {
  test('delivers what the contract lets through now, and keeps the rest with its new reason', async () => {
    for (const [id, temperature] of [
      [1, 20],
      [2, 60],
      [3, 'hot'],
      [4, 70],
      [5, 21],
    ] as const)
      insert(id, temperature)
    await bench.upload()
    expect(await delivered()).toEqual(['1 v1', '5 v1'])
    expect(sumQuarantine(bench.ledger, 'n1')).toMatchObject([
      { reason: 'temperature is above 50', rows: 2, nodeIds: ['n1'] },
      { reason: 'temperature is text, not a number', rows: 1 },
    ])
    contract({ temperature: { type: 'number', max: 65 } }, 2)
    expect(await replay()).toEqual({ replayed: 1, rejected: 2 })
    expect(await delivered()).toEqual(['1 v1', '2 v2', '5 v1'])
    const open = listQuarantine(bench.ledger, { limit: 10, isOpen: true })
    expect(open.map((entry) => [entry.sequence, ...entry.reasons])).toEqual([
      [4, 'temperature is above 65'],
      [3, 'temperature is text, not a number'],
    ])
    expect(await replay()).toEqual({ replayed: 0, rejected: 2 })
    expect(await delivered()).toHaveLength(3)
  })

  test('needs neither the rows in the source nor the node on that type any more', async () => {
    insert(1, 60)
    insert(2, 61, '2026-03-02')
    await bench.upload()
    const path = bench.paths[0] as string
    queryForeign(path, 'DELETE FROM sensor_readings')
    setPipeline(path, { type: 'raw', by: 'me', reason: undefined, backfill: false, atMs: 0, customTypes: [] })
    contract({ temperature: { type: 'number' } }, 2)
    expect(await replay()).toEqual({ replayed: 2, rejected: 0 })
    expect(await delivered()).toEqual(['1 v2', '2 v2'])
    expect(new Set([...bench.store.objects.keys()].map((name) => /date=[^/]+/.exec(name)?.[0]))).toEqual(
      new Set(['date=2026-03-01', 'date=2026-03-02']),
    )
  })

  test('never takes the name of an object that is there, though its rows enclose the others', async () => {
    for (const [id, temperature] of [
      [1, 60],
      [2, 20],
      [3, 60],
    ] as const)
      insert(id, temperature)
    await bench.upload()
    contract({ temperature: { type: 'number' } }, 2)
    expect(await replay()).toEqual({ replayed: 2, rejected: 0 })
    expect(await delivered()).toEqual(['1 v2', '2 v1', '3 v2'])
    expect(bench.store.crimes).toEqual([])
  })

  test('of chosen rows leaves the others', async () => {
    for (const id of [1, 2, 3]) insert(id, 60)
    await bench.upload()
    contract({ temperature: { type: 'number' } }, 2)
    const [newest] = listQuarantine(bench.ledger, { limit: 1 })
    expect(await replay({ ids: [newest?.id ?? 0] })).toEqual({ replayed: 1, rejected: 0 })
    expect(await delivered()).toEqual(['3 v2'])
    expect(sumQuarantine(bench.ledger, undefined)[0]?.rows).toBe(2)
  })

  test('that dies at any step is carried out once by the next pass', async () => {
    for (let stop = 1; stop <= 8; stop++) {
      const id = stop * 10
      insert(id, 60)
      insert(id + 1, 'hot')
      await bench.upload()
      contract({ temperature: { type: 'number' } }, 2)
      let steps = 0
      bench.step = () => {
        steps++
        if (steps === stop) throw new Error('killed')
      }
      await replay()
      bench.step = () => undefined
      bench.clock.advance(3_600_000)
      await bench.upload()
      contract({ temperature: { type: 'number', max: 50 } }, 1)
      const waiting = listQuarantine(bench.ledger, { limit: 100, isOpen: true })
      expect(waiting.map((entry) => entry.sequence)).toContain(id + 1)
      expect(waiting.map((entry) => entry.sequence)).not.toContain(id)
      expect((await delivered()).filter((row) => row === `${id} v2`)).toHaveLength(1)
    }
    expect(await delivered()).toHaveLength(8)
  })

  test('leaves the rows of a claim that is not finished: mended at the source, its redo delivers them, and they leave quarantine', async () => {
    insert(1, 20)
    insert(2, 'hot')
    bench.step = (step) => {
      if (step === 'encodedRecorded') throw new Error('killed')
    }
    await bench.upload()
    bench.step = () => undefined
    expect(listQuarantine(bench.ledger, { limit: 9, isOpen: true })).toHaveLength(1)
    contract({}, 2)
    expect(claimReplays(bench.ledger, bench.deps.config, { atMs: 0 }).ids).toEqual([])
    queryForeign(bench.paths[0] as string, 'UPDATE sensor_readings SET temperature = 21 WHERE id = 2')
    rmSync(join(bench.deps.config.stateDir, 'spool'), { recursive: true })
    bench.clock.advance(3_600_000)
    await bench.upload()
    expect(await delivered()).toEqual(['1 v1', '2 v1'])
    expect(listQuarantine(bench.ledger, { limit: 9 })).toEqual([])
  })

  test('asked for twice at once claims the rows once, and is in the audit trail', async () => {
    insert(1, 60)
    await bench.upload()
    contract({ temperature: { type: 'number' } }, 2)
    const wanted = { nodeId: undefined, ids: undefined, atMs: 1 }
    expect(claimReplays(bench.ledger, bench.deps.config, wanted).executions).toHaveLength(1)
    expect(claimReplays(bench.ledger, bench.deps.config, wanted).executions).toHaveLength(0)
    await bench.upload()
    expect(await delivered()).toEqual(['1 v2'])
    insert(2, 'hot')
    await bench.upload()
    await replay()
    const audit = bench.ledger.sql('SELECT actor, action, subject, after FROM audit').all()
    expect(audit).toEqual([{ actor: 'ana', action: 'quarantine.replay', subject: 'n1', after: '0 delivered' }])
  })
})
