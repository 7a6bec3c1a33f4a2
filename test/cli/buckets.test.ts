import Database from 'better-sqlite3'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { StoreEndpoint } from '../../shared/ipc/contract.ts'
import { runCommand } from './fakeIo.ts'
import type { CommandRun } from './fakeIo.ts'

// Every put is synced to disk: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 })

const CLI = fileURLToPath(new URL('../../electron/cli/index.ts', import.meta.url))
const RAW = 'acme-databricks-raw-eu-west-1'

/** A workspace with one node of ten readings on the embedded store. */
function makeWorkspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-buckets-'))
  const database = new Database(join(folder, 'sensor.db'))
  database.exec('CREATE TABLE sensor_readings(id INTEGER PRIMARY KEY, timestamp TEXT, temperature REAL)')
  const insert = database.prepare('INSERT INTO sensor_readings(timestamp, temperature) VALUES(?, ?)')
  database.transaction(() => {
    for (let n = 0; n < 10; n++) insert.run(`2026-03-01T00:00:0${n}Z`, 20 + n)
  })()
  database.close()
  writeFileSync(
    join(folder, 'fieldgate.yaml'),
    'sqlite: sensor.db\nstore: { kind: embedded }\nbuckets: { prefix: acme, region: eu-west-1 }\n',
  )
  return folder
}

function workspace(): string {
  const folder = makeWorkspace()
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function ready() {
  const cwd = workspace()
  const run = (...args: string[]): Promise<CommandRun> => runCommand(args, { cwd })
  const json = async (...args: string[]): Promise<{ code: number; value: unknown }> => {
    const { code, out } = await run(...args, '--json')
    return { code, value: JSON.parse(out) as unknown }
  }
  return { cwd, run, json }
}

describe('fieldgate buckets, access, upload and reconcile, in this order', () => {
  test('leave nothing to be done and nothing missing', async () => {
    const { cwd, run, json } = await ready()
    expect((await run('buckets', 'plan')).out).toContain('32 changes, 0 settings kept. Nothing was changed.')
    expect((await run('objects', 'ls')).out).toBe('There are no buckets yet.\n')
    expect(await run('buckets', 'create')).toMatchObject({
      code: 0,
      out: expect.stringContaining('32 changes made and read back.') as string,
    })
    expect(await run('buckets', 'create')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Nothing to do.') as string,
    })
    expect(await run('buckets', 'show')).toMatchObject({
      code: 0,
      out: expect.stringContaining('FieldgateTlsOnly') as string,
    })
    expect(await run('access', 'test')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Everything that uploading needs works.') as string,
    })
    expect(await run('upload', '--once')).toMatchObject({ code: 0 })
    expect(await run('reconcile')).toMatchObject({ code: 0 })
    const { value } = await json('objects', 'ls', `s3://${RAW}`, '-r')
    const { objects } = value as { objects: { key: string }[] }
    expect(objects.map((object) => object.key)).toEqual([
      expect.stringMatching(/^raw\/table=sensor_readings\/node=sensor\/date=2026-03-01\/.*\.parquet$/),
    ])
    const address = `s3://${RAW}/${objects[0]?.key}`
    const head = await run('objects', 'head', address, '--rows', '2')
    expect(head.out).toContain('10 rows in 1 row group')
    expect(head.out).toContain('fieldgate-sha256')
    const cat = spawnSync(process.execPath, [CLI, 'objects', 'cat', address], { cwd })
    expect([cat.status, cat.stdout.subarray(0, 4).toString(), cat.stdout.subarray(-4).toString()]).toEqual([
      0,
      'PAR1',
      'PAR1',
    ])
    expect(await run('buckets', 'teardown', '--confirm', 'acme')).toMatchObject({
      code: 1,
      out: expect.stringContaining(`kept     ${RAW}  It holds objects`) as string,
    })
    expect((await json('objects', 'ls')).value).toMatchObject({ buckets: [{ name: RAW, routes: ['raw'] }] })
  })
})

describe('bad input', () => {
  let cwd = ''
  beforeAll(() => {
    cwd = makeWorkspace()
  })
  afterAll(() => rmSync(cwd, { recursive: true, force: true }))

  test.each([
    [['buckets', 'plan', '--type', 'rawr'], 2, 'There is no pipeline type "rawr".'],
    [['buckets', 'create', '--tag', 'novalue'], 2, '"novalue" is no tag.'],
    [['buckets', 'plan', '--prefix', 'Not_Valid'], 2, 'is not a valid bucket name'],
    [['buckets', 'teardown'], 2, 'are taken down only when "acme" is confirmed'],
    [['buckets', 'teardown', '--confirm', 'other'], 2, 'are taken down only when "acme" is confirmed'],
    [['access', 'policy', 'root'], 2, '"root" is no role.'],
    [['access', 'grant'], 2, 'Whom to grant access is not said.'],
    [['access', 'grant', '--user', 'a', '--role', 'b'], 2, 'Whom to grant access is not said.'],
    [['access', 'grant', '--user', 'edge', '--apply'], 1, 'Policies can be put on an identity of AWS only.'],
    [['objects', 'cat', 's3://bucket'], 2, 'names a bucket, not an object'],
    [['objects', 'head', `s3://${RAW}/none`], 1, 'There is no object none'],
    [['objects', 'ls', 's3://no-such-bucket/x'], 1, 'There is no bucket no-such-bucket.'],
    [['store', '--listen', '--port', '70000'], 2, '--port takes a number'],
  ] as const)('%j exits %i and says why', async (args, code, message) => {
    const outcome = await runCommand(args, { cwd })
    expect({ code: outcome.code, out: outcome.out }).toEqual({ code, out: '' })
    expect(outcome.err).toContain(message)
  })
})

describe('what is printed', () => {
  test('a policy is JSON that can be piped into a file', async () => {
    const { run } = await ready()
    const policy = JSON.parse((await run('access', 'policy', 'viewer')).out) as { Statement: { Resource: unknown }[] }
    expect(JSON.stringify(policy)).toContain(`arn:aws:s3:::${RAW}/*`)
    expect((await run('access', 'grant', '--role', 'edge', '--as', 'uploader')).out).toContain('Nothing was changed.')
  })

  test('show tells what is wrong and exits 1', async () => {
    const { run } = await ready()
    expect(await run('buckets', 'show')).toMatchObject({
      code: 1,
      out: expect.stringContaining(`${RAW} (raw): does not exist.`) as string,
    })
    await run('upload', '--once')
    const shown = await run('buckets', 'show')
    expect(shown).toMatchObject({
      code: 1,
      out: expect.stringContaining('Versioning: A deleted object cannot be brought back.') as string,
    })
  })

  test('where objects go is said without opening anything', async () => {
    const { run, cwd } = await ready()
    expect((await run('store')).out).toContain(`raw          ${RAW}`)
    expect(existsSync(join(cwd, 'objects'))).toBe(false)
  })
})

describe('fieldgate store --listen', () => {
  test('prints one line, serves S3 with that key until SIGTERM, and ends with 0', async () => {
    const cwd = workspace()
    const child = spawn(process.execPath, [CLI, 'store', '--listen', '--json'], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const { endpoint, region, accessKeyId, secretAccessKey } = JSON.parse(line.toString()) as StoreEndpoint
    expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const sdk = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } })
    expect((await sdk.send(new ListBucketsCommand({}))).Buckets).toEqual([])
    sdk.destroy()
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    await expect(fetch(endpoint)).rejects.toThrow('fetch failed')
  })
})
