import Database from 'better-sqlite3'
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { UploadResult } from '../../shared/ipc/contract.ts'
import { askFieldgate, reconcile, runFieldgate } from '../helpers/fieldgate.ts'
import { makeNodeDatabase } from '../helpers/nodeDatabases.ts'
import { until } from '../helpers/until.ts'
import { diagnose, makeFaultBench, makeFaultFolder, showStatus } from './bench.ts'

const ROWS = 1000

test.each<[string, (path: string) => void, string]>([
  ['whose file was cut short', (path) => truncateSync(path, 12 * 1024), 'corrupt'],
  ['whose header is damaged', (path) => overwrite(path, 0, 'not SQLite now'), 'corrupt'],
  ['whose table pages are garbage', (path) => overwrite(path, 4096, 'x'.repeat(100_000)), 'corrupt'],
])('a node %s is named with the remedy, its neighbour is delivered; put back, all is', async (_what, harm, code) => {
  const folder = makeTwoNodes()
  const sick = join(folder, 'sick', 'node.db')
  const whole = readFileSync(sick)
  harm(sick)
  const { nodes } = await uploadBoth(folder, 1)
  expect(nodes.find(({ nodeId }) => nodeId === 'sound')?.rows).toBe(ROWS)
  const failure = nodes.find(({ nodeId }) => nodeId === 'sick')?.failure
  expect(failure).toMatchObject({ code, message: expect.stringContaining(sick), hint: expect.any(String) })
  const found = (await diagnose({ cwd: folder })).filter(({ id }) => id.endsWith(':sick'))
  expect(found.some(({ verdict, remedy }) => verdict === 'bad' && remedy !== undefined)).toBe(true)

  writeFileSync(sick, whole)
  await uploadBoth(folder, 0)
  await proveBoth(folder)
})

test('a node with a garbage index still delivers every row: none is read through it', async () => {
  const folder = makeTwoNodes()
  const sick = join(folder, 'sick', 'node.db')
  const database = new Database(sick)
  const page = database.prepare("SELECT rootpage FROM sqlite_master WHERE type = 'index'").pluck().get() as number
  database.close()
  overwrite(sick, (page - 1) * 4096, 'x'.repeat(4096))
  await uploadBoth(folder, 0)
  const found = (await diagnose({ cwd: folder })).find(({ id }) => id === 'malformed:sick')
  expect(found).toMatchObject({ verdict: 'bad', remedy: { detail: expect.any(String) } })
  await proveBoth(folder)
})

test('a node locked for longer than the wait is named with the retry, and delivered once it is free', async () => {
  const bench = makeFaultBench(ROWS)
  bench.database.close()
  const locker = spawn(process.execPath, ['--input-type=module', '-e', LOCKER], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, DB: join(bench.folder, 'node.db') },
  })
  onTestFinished(() => void locker.kill('SIGKILL'))
  let said = ''
  locker.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  await until(() => said.includes('locked'))
  const locked = JSON.parse((await bench.upload()).out) as UploadResult
  expect(locked.nodes[0]?.failure).toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/locked by another/),
  })
  expect(locked.nodes[0]?.failure?.hint).toMatch(/tried again by itself/)
  expect((await showStatus(bench))[0]?.failure).toMatchObject({ code: 'unavailable', hint: expect.any(String) })
  const found = await diagnose(bench)
  expect(found.some(({ id, remedy }) => id.endsWith(':node') && remedy !== undefined)).toBe(true)
  locker.kill('SIGKILL')
  await bench.deliverAndProve()
})

test('a hot journal of a writer that died is left for its writer or read as rolled back, never as committed', async () => {
  const folder = makeFaultFolder()
  writeFileSync(join(folder, 'fieldgate.yaml'), 'sqlite: node.db\n')
  makeNodeDatabase('v5', ROWS, folder).close()
  const path = join(folder, 'node.db')
  const writer = spawn(process.execPath, ['--input-type=module', '-e', DYING_WRITER], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, DB: path },
  })
  let said = ''
  writer.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  await until(() => said.includes('spilled'))
  writer.kill('SIGKILL')
  await new Promise((resolve) => writer.once('close', resolve))
  expect(readFileSync(`${path}-journal`).length).toBeGreaterThan(512)

  const { out } = await runFieldgate(['upload', '--once', '--json'], { cwd: folder })
  const [first] = (JSON.parse(out) as UploadResult).nodes
  // Only with the right to write is the journal rolled back by a reader.
  expect(first?.failure?.hint ?? `${first?.rows} rows`).toMatch(/journal|^1000 rows$/)
  // Its writer comes back and rolls back.
  const back = new Database(path)
  expect(back.prepare('SELECT count(*) FROM sensor_readings').pluck().get()).toBe(ROWS)
  back.close()
  await uploadBoth(folder, 0)
  expect((await reconcile({ cwd: folder })).totals).toMatchObject({ delivered: ROWS, missing: 0, duplicated: 0 })
})

const LOCKER = `import Database from 'better-sqlite3'
const database = new Database(process.env.DB)
database.pragma('locking_mode = EXCLUSIVE')
database.exec('BEGIN EXCLUSIVE; UPDATE sensor_readings SET synced = 1 WHERE id = 1')
console.log('locked')
setInterval(() => undefined, 1000)`

/** A cache of few pages, so that the unfinished transaction is in the file already. */
const DYING_WRITER = `import Database from 'better-sqlite3'
const database = new Database(process.env.DB)
database.pragma('cache_size = 4')
database.exec('BEGIN IMMEDIATE; UPDATE sensor_readings SET temperature = -99; DELETE FROM sensor_readings WHERE id > 10')
console.log('spilled')
setInterval(() => undefined, 1000)`

function makeTwoNodes(): string {
  const folder = makeFaultFolder()
  writeFileSync(
    join(folder, 'fieldgate.yaml'),
    'nodes:\n  - { id: sick, sqlite: sick/node.db }\n  - { id: sound, sqlite: sound/node.db }\n',
  )
  for (const node of ['sick', 'sound']) {
    mkdirSync(join(folder, node))
    makeNodeDatabase('v5', ROWS, join(folder, node)).close()
  }
  return folder
}

function uploadBoth(folder: string, code: number): Promise<UploadResult> {
  return askFieldgate<UploadResult>(['upload', '--once'], { cwd: folder }, code)
}

async function proveBoth(folder: string): Promise<void> {
  const report = await reconcile({ cwd: folder })
  expect(report.isClean).toBe(true)
  expect(report.totals).toMatchObject({ delivered: 2 * ROWS, missing: 0, duplicated: 0, different: 0, waiting: 0 })
}

function overwrite(path: string, at: number, text: string): void {
  const file = openSync(path, 'r+')
  writeSync(file, text, at)
  closeSync(file)
}
