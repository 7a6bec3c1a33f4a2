import Database from 'better-sqlite3'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { runCommand } from './fakeIo.ts'
import type { CommandRun } from './fakeIo.ts'

vi.setConfig({ testTimeout: 120_000 })

let folder: string
const run = (...args: string[]): Promise<CommandRun> => runCommand(args, { cwd: folder })

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fieldgate-reconcile-'))
  const database = new Database(join(folder, 'sensor.db'))
  database.exec('CREATE TABLE sensor_readings(id INTEGER PRIMARY KEY, timestamp TEXT, temperature REAL)')
  const insert = database.prepare('INSERT INTO sensor_readings(timestamp, temperature) VALUES(?, ?)')
  for (let n = 0; n < 10; n++) insert.run(`2026-03-01T00:00:0${n}Z`, 20 + n)
  database.close()
  writeFileSync(join(folder, 'fieldgate.yaml'), 'sqlite: sensor.db\nstore: { kind: embedded }\n')
  await run('upload', '--once')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

test.each(['proof.json', 'proof.html'])(
  'an exported report (%s) is genuine until one number of it changes',
  async (name) => {
    expect((await run('reconcile', '--export', name)).code).toBe(0)
    expect(await run('reconcile', 'verify', name)).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^Genuine: signed with key [0-9a-f]{16} .*\n.*10 rows in SQLite accounted for/s,
      ) as string,
    })
    const path = join(folder, name)
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"delivered":\s*10/, '"delivered": 11'))
    expect(await run('reconcile', 'verify', name)).toMatchObject({
      code: 1,
      out: expect.stringContaining('NOT GENUINE') as string,
    })
  },
)

test('a file that holds no report is said to be none', async () => {
  writeFileSync(join(folder, 'other.txt'), 'hello')
  expect(await run('reconcile', 'verify', 'other.txt')).toMatchObject({
    code: 1,
    err: expect.stringContaining('The file holds no report of Fieldgate.') as string,
  })
})

test('one reading is followed to the bucket by its sequence', async () => {
  const { code, out } = await run('reconcile', '--trace', '4')
  expect(code).toBe(0)
  expect(out).toMatch(/^Reading 4 of sensor \(sensor_readings, raw\): delivered\n(?: {2}\+ .+\n)+$/)
})

test('with the ledger gone the objects are named as unknown, until an upload has read them into a new one', async () => {
  rmSync(join(folder, 'state'), { recursive: true })
  expect(await run('reconcile')).toMatchObject({
    code: 1,
    out: expect.stringMatching(
      /^unknown object: raw\/.*fieldgate upload --once reads from the bucket.*1 unknown object\.\n$/s,
    ) as string,
  })
  expect((await run('upload', '--once')).code).toBe(0)
  expect(await run('reconcile')).toMatchObject({ code: 0, out: expect.stringContaining('Clean: 10 rows') as string })
})

test('a type that kept no row yet needs no bucket to be proved', async () => {
  expect((await run('pipeline', 'set', 'emergency', '--backfill')).code).toBe(0)
  expect((await run('upload', '--once')).code).toBe(0)
  expect(await run('reconcile')).toMatchObject({ code: 0, out: expect.stringContaining('emergency') as string })
})

test('what is missing is delivered by --repair, and known as delivered even when the ledger is lost after it', async () => {
  const database = new Database(join(folder, 'sensor.db'))
  database.exec('UPDATE sensor_readings SET id = id + 10')
  database.close()
  rmSync(join(folder, 'state'), { recursive: true })
  rmSync(join(folder, 'objects'), { recursive: true })
  const first = new Database(join(folder, 'sensor.db'))
  first.exec('UPDATE sensor_readings SET id = 1 WHERE id = 11')
  first.close()
  await run('upload', '--once')
  const late = new Database(join(folder, 'sensor.db'))
  late.exec("INSERT INTO sensor_readings (id, timestamp, temperature) VALUES (5, '2026-03-01T00:00:05Z', 7)")
  late.close()
  const found = await run('reconcile')
  expect(found.code).toBe(1)
  expect(found.out).toMatch(/row 5: .*\n.*1 missing.*\nfieldgate reconcile --repair/)

  const repaired = await run('reconcile', '--repair', '--by', 'ana')
  expect(repaired.out).toMatch(/Clean: 11 rows.*\nDelivered 1 row\./)
  expect(repaired.code).toBe(0)

  rmSync(join(folder, 'state'), { recursive: true })
  expect((await run('upload', '--once')).out).toContain('Nothing new')
  expect(await run('reconcile')).toMatchObject({ code: 0, out: expect.stringContaining('Clean: 11 rows') as string })
})
