import { DuckDBInstance } from '@duckdb/node-api'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { listDelivered } from '../../electron/core/db/ledger/executions.ts'
import { runSchedule } from './runSchedule.ts'
import { makeSchedule } from './schedule.ts'
import type { WrittenRow } from './simNode.ts'
import type { World } from './world.ts'

const SEEDS = 40
const FIRST = Number(process.env['FIELDGATE_SIM_FIRST'] ?? Math.floor(Date.now() / 1000) * 1000)

interface Expected {
  readonly rows: ReadonlyMap<string, WrittenRow>
}

/** What the raw objects of the present lives must hold: every row of a delivered claim that was there to be read. */
function expectedRaw(seed: number, world: World): Expected {
  const rows = new Map<string, WrittenRow>()
  for (const node of world.nodes) {
    const { id } = node.config
    for (const { epoch, route, fromSeq, toSeq } of listDelivered(world.ledger(), id)) {
      const life = node.lifeByEpoch.get(epoch)
      if (route !== 'raw' || life !== node.life()) continue
      for (const row of life.rows.values()) {
        if (row.id < fromSeq || row.id > toSeq || life.purged.has(row.id)) continue
        rows.set([seed, id, epoch, row.id].join('/'), row)
      }
    }
  }
  return { rows }
}

test(`DuckDB finds in the buckets of ${SEEDS} fresh worlds each row once, with the values that were written`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-sim-duckdb-'))
  const expected = new Map<string, WrittenRow>()
  const purged = new Set<string>()
  let files = 0
  console.log(`Seeds ${FIRST} to ${FIRST + SEEDS - 1}`)
  try {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const { violations } = await runSchedule(makeSchedule(seed), undefined, (world) => {
        for (const [key, row] of expectedRaw(seed, world).rows) expected.set(key, row)
        for (const node of world.nodes) {
          for (const [epoch, life] of node.lifeByEpoch) {
            for (const id of life.purged.keys()) purged.add([seed, node.config.id, epoch, id].join('/'))
          }
        }
        for (const [name, object] of world.store.objects) {
          // The epoch is in the name only; DuckDB reads it from there.
          const path = join(folder, String(seed), name.slice(name.indexOf('/') + 1))
          mkdirSync(dirname(path), { recursive: true })
          writeFileSync(path, object.bytes)
          files++
        }
      })
      expect(violations).toEqual([])
    }
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    const files_ = `read_parquet('${join(folder, '*', '*', '**', '*.parquet')}', union_by_name = true, filename = true, hive_partitioning = false)`
    const parts = `regexp_extract(filename, '${folder}/(\\d+)/', 1) AS seed, regexp_extract(filename, '/([0-9a-f]{12})-[^/]*$', 1) AS epoch`
    const twice = await connection.runAndReadAll(
      `SELECT seed, _node_id, epoch, _pipeline_type, _row_id, COUNT(*) AS n FROM (SELECT *, ${parts} FROM ${files_})
       WHERE _pipeline_type <> 'aggregated' GROUP BY ALL HAVING n > 1`,
    )
    expect(twice.getRowObjects()).toEqual([])
    const raw = await connection.runAndReadAll(
      `SELECT seed, epoch, _node_id, _row_id, temperature, epoch_ms("timestamp") AS ms, _extra FROM
         (SELECT *, ${parts} FROM ${files_}) WHERE _pipeline_type = 'raw'`,
    )
    const found = new Map(raw.getRowObjects().map((row) => [keyOf(row), row]))
    connection.closeSync()
    instance.closeSync()

    expect(files).toBeGreaterThan(SEEDS)
    expect(expected.size).toBeGreaterThan(SEEDS)
    expect([...expected.keys()].filter((key) => !found.has(key))).toEqual([])
    const wrong = [...expected].filter(([key, row]) => !hasValues(found.get(key) as Record<string, unknown>, row))
    expect(wrong).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

function keyOf(row: Record<string, unknown>): string {
  return [row['seed'], row['_node_id'], row['epoch'], row['_row_id']].join('/')
}

function hasValues(found: Record<string, unknown>, written: WrittenRow): boolean {
  const extra = typeof found['_extra'] === 'string' ? (JSON.parse(found['_extra']) as Record<string, unknown>) : {}
  const temperature = found['temperature'] ?? extra['temperature'] ?? null
  const ms = Date.parse(written.timestamp)
  const time = found['ms'] === null ? extra['timestamp'] : Number(found['ms'])
  return (
    written.temperatures.some((value) => value === temperature) && time === (Number.isNaN(ms) ? written.timestamp : ms)
  )
}
