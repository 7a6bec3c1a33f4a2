import Database from 'better-sqlite3'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Execution } from '../../shared/domain/execution.ts'
import type { UploadResult } from '../../shared/ipc/contract.ts'
import { askFieldgate, reconcile, runFieldgate, startFieldgate } from '../helpers/fieldgate.ts'
import { until } from '../helpers/until.ts'

const START_MS = Date.UTC(2026, 2, 1, 12)
const SENSORS = 20

interface Sensor {
  readonly writer: Database.Database
  /** One tick: every sensor writes a row with the same timestamp. */
  tick(seconds: number): void
}

function makeWorkspace(config: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-hard-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'fieldgate.yaml'), config)
  return folder
}

function openSensor(folder: string): Sensor {
  const writer = new Database(join(folder, 'node.db'))
  writer.pragma('journal_mode = WAL')
  writer.exec(
    'CREATE TABLE IF NOT EXISTS sensor_readings (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, sensor_id TEXT NOT NULL, temperature REAL, status_code INTEGER, anomaly_flag INTEGER)',
  )
  const insert = writer.prepare(
    'INSERT INTO sensor_readings (timestamp, sensor_id, temperature, status_code, anomaly_flag) VALUES (?, ?, ?, 0, 0)',
  )
  const tick = writer.transaction((seconds: number) => {
    const at = new Date(START_MS + seconds * 1000).toISOString()
    for (let sensor = 1; sensor <= SENSORS; sensor++) insert.run(at, `S${sensor}`, 20 + Math.sin(seconds + sensor))
  })
  return { writer, tick }
}

test('ties, late rows, a boundary inside a tie, a switch in mid-backlog and a recreated database leave nothing behind', async () => {
  // 70 rows are read per step and an object holds about 200: both cut the 20 rows of a tick in two.
  const cwd = makeWorkspace(
    'sqlite: node.db\nupload: { max_batch_rows: 70, target_object_mb: 0.01, interval_seconds: 1 }\n',
  )
  let sensor = openSensor(cwd)
  for (let second = 0; second < 101; second++) sensor.tick(second)
  const first = await askFieldgate<UploadResult>(['upload', '--once'], { cwd })
  expect(first.rows).toBe(101 * SENSORS)
  expect(first.nodes[0]?.executions).toBeGreaterThan(1)

  // Rows that arrive late: older than everything delivered, one of them on another day.
  sensor.tick(-50)
  sensor.tick(-90_000)
  sensor.tick(50)
  expect((await askFieldgate<UploadResult>(['upload', '--once'], { cwd })).rows).toBe(3 * SENSORS)
  expect((await reconcile({ cwd })).totals).toMatchObject({ delivered: 104 * SENSORS, missing: 0, duplicated: 0 })

  // The type changes while a backlog drains: what is claimed goes on to where it was going.
  for (let second = 200; second < 700; second++) sensor.tick(second)
  const upload = startFieldgate(['upload', '--json'], { cwd, env: { LINK_BYTES_PER_SECOND: '4000' } })
  await until(() => upload.out().includes('"succeeded"'))
  const set = await runFieldgate(['pipeline', 'set', 'schematized', '--by', 'test', '--reason', 'mid-backlog'], { cwd })
  expect(set.code).toBe(0)
  await until(() => executionsOf(upload.out()).some((execution) => execution.route === 'schematized'))
  upload.process.kill('SIGTERM')
  expect((await upload.finished).code).toBe(0)
  await askFieldgate<UploadResult>(['upload', '--once'], { cwd })
  const switched = await reconcile({ cwd })
  const byRoute = Object.fromEntries(switched.lanes.map((lane) => [lane.route, lane.delivered + lane.quarantined]))
  expect(byRoute['raw']).toBeGreaterThan(104 * SENSORS)
  expect(byRoute['schematized']).toBeGreaterThan(0)
  expect((byRoute['raw'] ?? 0) + (byRoute['schematized'] ?? 0)).toBe(604 * SENSORS)

  // The sensor starts anew as the original does: same file, ids from 1.
  sensor.writer.close()
  for (const end of ['', '-wal', '-shm']) rmSync(join(cwd, `node.db${end}`), { force: true })
  sensor = openSensor(cwd)
  for (let second = 1000; second < 1030; second++) sensor.tick(second)
  expect((await askFieldgate<UploadResult>(['upload', '--once'], { cwd })).rows).toBe(30 * SENSORS)
  const last = await reconcile({ cwd })
  expect(last.isClean).toBe(true)
  expect(new Set(last.lanes.map((lane) => lane.epoch)).size).toBe(2)
  expect(last.totals).toMatchObject({ missing: 0, duplicated: 0, different: 0, waiting: 0 })
  sensor.writer.close()
})

test('eight processes set the pipeline type at once: the last one holds and every change is remembered', async () => {
  const cwd = makeWorkspace('sqlite: node.db\n')
  openSensor(cwd).writer.close()
  const types = ['raw', 'schematized', 'aggregated', 'emergency', 'raw', 'aggregated', 'schematized', 'emergency']
  const results = await Promise.all(
    types.map((type, at) => runFieldgate(['pipeline', 'set', type, '--by', `process-${at}`, '--json'], { cwd })),
  )
  expect(results.map((result) => result.code)).toEqual(types.map(() => 0))
  const changed = results.filter((result) => (JSON.parse(result.out) as { readonly changed: boolean }).changed)
  const { changes } = await askFieldgate<{
    readonly changes: readonly { type: string; by: string; isCurrent: boolean }[]
  }>(['pipeline', 'history', '--limit', '50'], { cwd })
  expect(changes.filter((change) => change.by?.startsWith('process-'))).toHaveLength(changed.length)
  const current = changes.filter((change) => change.isCurrent)
  expect(current).toHaveLength(1)
  const held = await askFieldgate<{ readonly type: string; readonly updatedBy: string }>(['pipeline', 'get'], { cwd })
  expect(held).toMatchObject({ type: current[0]?.type, updatedBy: current[0]?.by })
  expect(changes[0]).toEqual(current[0])
})

test('a second uploader leaves a held node alone, says who holds it and exits 1', async () => {
  const cwd = makeWorkspace('sqlite: node.db\nupload: { target_object_mb: 0.01, interval_seconds: 1 }\n')
  const sensor = openSensor(cwd)
  for (let second = 0; second < 400; second++) sensor.tick(second)
  const holder = startFieldgate(['upload', '--json'], { cwd, env: { LINK_BYTES_PER_SECOND: '8000' } })
  await until(() => holder.out().includes('"succeeded"'))
  const second = await runFieldgate(['upload', '--once', '--json'], { cwd })
  expect(second.code).toBe(1)
  expect((JSON.parse(second.out) as UploadResult).readOnly).toMatchObject([{ nodeId: 'node', pid: holder.process.pid }])
  holder.process.kill('SIGTERM')
  expect((await holder.finished).code).toBe(0)
  await askFieldgate<UploadResult>(['upload', '--once'], { cwd })
  expect((await reconcile({ cwd })).totals).toMatchObject({ delivered: 400 * SENSORS, missing: 0, duplicated: 0 })
  sensor.writer.close()
})

test('a failed upload exits 1 with cause and remedy, and a dry run changes nothing', async () => {
  const cwd = makeWorkspace('sqlite: node.db\n')
  const missing = await runFieldgate(['upload', '--once'], { cwd })
  expect(missing.code).toBe(1)
  expect(missing.out).toMatch(/node: There is no database/)
  const sensor = openSensor(cwd)
  sensor.tick(0)
  const dry = await runFieldgate(['upload', '--dry-run'], { cwd })
  expect(dry.code).toBe(0)
  expect(dry.out).toContain('Nothing was uploaded: this was a dry run.')
  const plan = await askFieldgate<{ readonly nodes: readonly { lanes: readonly { rows: number }[] }[] }>(
    ['upload', '--dry-run'],
    { cwd },
  )
  expect(plan.nodes[0]?.lanes).toMatchObject([{ rows: SENSORS }])
  const status = await askFieldgate<{ readonly nodes: readonly { rowsDelivered: number; backlog: number }[] }>(
    ['status'],
    { cwd },
  )
  expect(status.nodes).toMatchObject([{ rowsDelivered: 0, backlog: SENSORS }])
  sensor.writer.close()
})

function executionsOf(out: string): readonly Execution[] {
  return out
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Execution)
}
