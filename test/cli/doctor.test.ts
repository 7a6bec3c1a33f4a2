import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DoctorReport } from '../../shared/domain/attention.ts'
import { queryForeign, tempFolder, writeNodeDatabase } from '../helpers/pipelineTables.ts'
import { runCommand } from './fakeIo.ts'

function workspaceOf(nodes: number): { folder: string; paths: string[] } {
  const folder = tempFolder()
  const paths = Array.from({ length: nodes }, (_, index) => writeNodeDatabase(folder, undefined, `n${index}.db`))
  paths.forEach((path, index) => queryForeign(path, `UPDATE sensor_readings SET sensor_id = 'S${index}'`))
  const list = paths.map((_, index) => `  - { id: node-${index}, sqlite: n${index}.db }`)
  writeFileSync(join(folder, 'fieldgate.yaml'), `nodes:\n${list.join('\n')}\n`)
  return { folder, paths }
}

test('a workspace in order says so and exits 0; with --all every check is listed', async () => {
  const { folder } = workspaceOf(1)
  await runCommand(['upload', '--once'], { cwd: folder })
  const short = await runCommand(['doctor'], { cwd: folder })
  expect(short).toMatchObject({ code: 0, err: '' })
  expect(short.out).toMatch(/^0 bad, 0 to watch, \d+ in order or not applicable\.\n$/)
  const all = await runCommand(['doctor', '--all'], { cwd: folder })
  expect(all.out).toMatch(/The database is sound\n {10}quick_check: ok/)
})

test('what is wrong is told with reason and remedy, repaired on request, and exits 1 while it lasts', async () => {
  const { folder, paths } = workspaceOf(1)
  const path = paths[0] as string
  const values = Array.from({ length: 3000 }, () => `('2026-01-01T00:00:00Z', 'S', 1)`)
  queryForeign(path, `INSERT INTO sensor_readings (timestamp, sensor_id, temperature) VALUES ${values.join(', ')}`)
  queryForeign(path, 'PRAGMA journal_mode = DELETE')
  const bytes = readFileSync(path)
  bytes.fill(0xa5, bytes.length / 2 - ((bytes.length / 2) % 4096), bytes.length / 2 + 4096)
  writeFileSync(path, bytes)

  const told = await runCommand(['doctor', '--node', 'node-0'], { cwd: folder })
  expect(told.code).toBe(1)
  expect(told.out).toMatch(/bad {7}node-0: The database is damaged[^]*Why: [^]*Do: {2}Copies every readable row into/)
  const fixed = await runCommand(['doctor', '--fix', '--json', '--by', 'ana'], { cwd: folder })
  const report = JSON.parse(fixed.out) as DoctorReport & { repairs: DoctorReport['findings'] }
  expect(fixed.code).toBe(1)
  expect(report.repairs[0]?.evidence).toMatch(/rows saved into .*recovered-.*row ids on damaged pages lost/)
  expect(report.findings[0]).toMatchObject({ id: 'malformed:node-0', verdict: 'bad', isFixable: false })
  expect(readFileSync(path)).toEqual(bytes)
})

test('many nodes with one illness are told together', async () => {
  const { folder, paths } = workspaceOf(5)
  for (const path of paths) {
    queryForeign(path, `INSERT INTO sensor_readings (timestamp, sensor_id) VALUES ('2199-01-01T00:00:00Z', 'S')`)
  }
  const { out } = await runCommand(['doctor'], { cwd: folder })
  expect(out).toMatch(/warn {6}node-0, node-1, node-2, node-3, node-4: Rows come from the future/)
  expect(out.match(/Rows come from the future/g)).toHaveLength(1)
})

test('what is tried again by itself says when, in words and as a time', async () => {
  const { folder } = workspaceOf(1)
  await runCommand(['upload', '--once'], { cwd: folder })
  const nextRetryMs = Date.now() + 3_600_000
  queryForeign(
    join(folder, 'state', 'ledger.db'),
    `UPDATE executions SET state = 'claimed', error_code = 'denied', error_message = 's3:PutObject is not allowed.',
       error_hint = 'Grant it.', failed_at_ms = 5, next_retry_ms = ${nextRetryMs}`,
  )
  const told = await runCommand(['doctor', '--node', 'node-0'], { cwd: folder })
  expect(told.code).toBe(1)
  const at = new Date(nextRetryMs).toISOString().slice(0, 19).replace('T', ' ')
  expect(told.out).toMatch(new RegExp(`Do:  Grant it[^]*Next: tried again at ${at}Z, in (59m \\d+s|1h 0m)\n`))
  const { findings } = JSON.parse((await runCommand(['doctor', '--json'], { cwd: folder })).out) as DoctorReport
  expect(findings.find(({ check }) => check === 'stalled')).toMatchObject({ verdict: 'bad', nextRetryMs })
})
