import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { UploadResult } from '../../shared/ipc/contract.ts'
import type { PipelineStatsReport } from '../../shared/domain/pipelines.ts'
import { askFieldgate, reconcile, runFieldgate, startFieldgate } from '../helpers/fieldgate.ts'
import { until } from '../helpers/until.ts'

interface StatusDocument {
  readonly nodes: readonly { readonly nodeId: string; readonly rowsDelivered: number; readonly failure?: unknown }[]
}

test('a simulated sensor writes, an upload carries, the proof is clean, and nothing goes twice', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'fieldgate-way-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  const made = await runFieldgate(
    ['sensor', '--db', 'sensor_data.db', '--seed', 'way', '--scenario', 'mixed', '--history', '2h', '--duration', '1s'],
    { cwd },
  )
  expect(made).toMatchObject({ code: 0, err: '' })
  const options = { cwd, env: { SQLITE_PATH: 'sensor_data.db' } }

  const first = await askFieldgate<UploadResult>(['upload', '--once'], options)
  expect(first.rows).toBeGreaterThan(100)
  const report = await reconcile(options)
  expect(report.totals).toMatchObject({ delivered: first.rows, waiting: 0, missing: 0, duplicated: 0, different: 0 })
  expect((await runFieldgate(['upload', '--once'], options)).out).toBe('Nothing new: 1 node up to date.\n')

  const status = await askFieldgate<StatusDocument>(['status'], options)
  expect(status.nodes).toMatchObject([{ nodeId: 'sensor_data', rowsDelivered: first.rows }])
  const stats = await askFieldgate<PipelineStatsReport>(['pipeline', 'stats'], options)
  expect(stats).toMatchObject({ health: 'HEALTHY', totals: { rows: first.rows, failed: 0 } })
  const state = JSON.parse(readFileSync(join(cwd, 'state/last_upload_state.json'), 'utf8')) as Record<string, unknown>
  expect(state).toMatchObject({ records_uploaded: first.rows, last_pipeline_type: 'raw' })
})

test('while a sensor writes, a continuous upload follows it, and a signal to each ends both in order', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'fieldgate-live-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  const options = { cwd, env: { SQLITE_PATH: 'live.db', UPLOAD_INTERVAL: '1' } }
  const sensor = startFieldgate(['sensor', '--db', 'live.db', '--rate', '50', '--seed', 'live'], { cwd })
  await until(() => sensor.out() !== '')
  const upload = startFieldgate(['upload', '--json'], options)
  await until(() => upload.out().split('"succeeded"').length > 3)
  sensor.process.kill('SIGTERM')
  expect((await sensor.finished).code).toBe(0)
  upload.process.kill('SIGTERM')
  expect((await upload.finished).code).toBe(0)
  await askFieldgate<UploadResult>(['upload', '--once'], options)
  const report = await reconcile(options)
  expect(report.totals).toMatchObject({ waiting: 0, missing: 0, duplicated: 0, different: 0 })
  expect(report.totals.delivered).toBeGreaterThan(50)
})

test("pipeline get prints the seed's lines", async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'fieldgate-get-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  await runFieldgate(['sensor', '--db', 's.db', '--duration', '1s'], { cwd })
  const set = await runFieldgate(
    ['pipeline', '--db', 's.db', 'set', 'validated', '--by', 'ana', '--reason', 'clean data'],
    { cwd },
  )
  expect(set).toMatchObject({ code: 0, out: expect.stringMatching(/^Pipeline updated to: schematized \(was raw\)\n/) })
  const again = await runFieldgate(['pipeline', 'set', 'schematized', '--db', 's.db'], { cwd })
  expect(again.out).toBe('Pipeline is already set to: schematized\n')
  const { out } = await runFieldgate(['pipeline', '--db', 's.db', 'get'], { cwd })
  expect(out).toMatch(
    /^Current pipeline configuration:\n {2}Type: schematized\n {2}Updated: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n {2}Updated by: ana\n {2}Reason: clean data\n$/,
  )
  const wrong = await runFieldgate(['pipeline', '--db', 's.db', 'set', 'bogus'], { cwd })
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('Unknown pipeline type "bogus"') })
})
