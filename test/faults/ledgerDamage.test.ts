import Database from 'better-sqlite3'
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runFieldgate } from '../helpers/fieldgate.ts'
import { diagnose, failureOf, makeFaultBench } from './bench.ts'

test.each<[string, (path: string) => void, string]>([
  ['of garbage', (path) => writeFileSync(path, 'x'.repeat(9000)), 'corrupt'],
  ['cut in the middle', (path) => truncateSync(path, 20_000), 'corrupt'],
  ['of a newer version', (path) => setVersion(path, 999), 'unsupported'],
])('a ledger %s is refused with the remedy and left as it is; its copy goes on', async (_what, harm, code) => {
  const bench = makeFaultBench(600)
  await bench.deliverAndProve()
  const state = join(bench.folder, 'state')
  cpSync(state, join(bench.folder, 'copy'), { recursive: true })
  bench.append(300)
  const path = join(state, 'ledger.db')
  for (const end of ['-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
  harm(path)
  const harmed = readFileSync(path)

  const failure = failureOf(await bench.upload())
  expect(failure).toMatchObject({ code, message: expect.stringContaining(path) })
  expect(failure.hint).toMatch(/snapshot|Update/)
  const found = (await diagnose(bench)).find(({ check }) => check === 'ledger')
  expect(found).toMatchObject({ verdict: 'bad', remedy: { detail: expect.any(String) } })
  expect(readFileSync(path).equals(harmed)).toBe(true)

  rmSync(state, { recursive: true })
  cpSync(join(bench.folder, 'copy'), state, { recursive: true })
  await bench.deliverAndProve()
})

test('a ledger of no length, or none at all, begins anew and repeats nothing that is in the bucket', async () => {
  const bench = makeFaultBench(600)
  await bench.deliverAndProve()
  const path = join(bench.folder, 'state', 'ledger.db')
  for (const end of ['-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
  writeFileSync(path, '')
  bench.append(150)
  expect((await bench.upload()).code).toBe(0)
  await bench.deliverAndProve()
  rmSync(join(bench.folder, 'state'), { recursive: true })
  bench.append(250)
  await bench.deliverAndProve()
})

test('a ledger put back from an older copy learns from the bucket what was delivered since', async () => {
  const bench = makeFaultBench(600)
  await bench.deliverAndProve()
  const state = join(bench.folder, 'state')
  cpSync(state, join(bench.folder, 'copy'), { recursive: true })
  bench.append(300)
  await bench.deliverAndProve()
  rmSync(state, { recursive: true })
  cpSync(join(bench.folder, 'copy'), state, { recursive: true })
  bench.append(200)
  expect((await bench.upload()).code).toBe(0)
  await bench.deliverAndProve()
})

test('a torn configuration names its file and line and nothing is done; whole again, all is delivered', async () => {
  const bench = makeFaultBench(300)
  const path = join(bench.folder, 'fieldgate.yaml')
  const whole = readFileSync(path, 'utf8')
  writeFileSync(path, `${whole}buckets: { raw: "half`)
  const { code, err } = await runFieldgate(['upload', '--once'], bench)
  expect(code).toBe(2)
  expect(err).toMatch(/fieldgate\.yaml/)
  expect(err).toMatch(/line \d+|:\d+/)
  expect(err).toMatch(/hint: /)
  writeFileSync(path, whole)
  await bench.deliverAndProve()
})

function setVersion(path: string, version: number): void {
  const ledger = new Database(path)
  ledger.pragma(`user_version = ${version}`)
  ledger.close()
}
