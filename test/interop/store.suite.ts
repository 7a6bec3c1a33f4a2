import Database from 'better-sqlite3'
import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bucketPolicy, mergeBucketPolicy } from '../../electron/core/handoff/policies.ts'
import { testAccess } from '../../electron/core/objects/access/testAccess.ts'
import { adminOf } from '../../electron/core/objects/admin.ts'
import { applyBuckets } from '../../electron/core/objects/buckets/apply.ts'
import { teardownBuckets } from '../../electron/core/objects/buckets/teardown.ts'
import type { ObjectStore, PutObject } from '../../electron/core/objects/port.ts'
import { systemClock } from '../../electron/core/support/clock.ts'
import { runCommand } from '../cli/fakeIo.ts'
import { overTheWire, temporaryFolder } from '../core/objects/stores.ts'

/** An S3 server made by others, named by the environment; see test/interop/. */
const server = {
  endpoint: process.env['FIELDGATE_INTEROP_ENDPOINT'] ?? '',
  accessKeyId: process.env['FIELDGATE_INTEROP_KEY'] ?? '',
  secretAccessKey: process.env['FIELDGATE_INTEROP_SECRET'] ?? '',
  region: process.env['FIELDGATE_INTEROP_REGION'] ?? 'us-east-1',
  /** 'no' for Ceph up to Pacific, which refuses every put to a bucket that has one. */
  publicAccessBlock: process.env['FIELDGATE_INTEROP_PUBLIC_ACCESS_BLOCK'] !== 'no',
}

const run = Date.now().toString(36)
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function open(partBytes = 5 * 2 ** 20): ObjectStore {
  const ports = { multipartAboveBytes: 6 * 2 ** 20, partBytes }
  return overTheWire(server.endpoint, server, ports, server.region)
}

function put(bucket: string, key: string, bytes: Uint8Array): PutObject {
  return { bucket, key, body: { kind: 'bytes', bytes }, metadata: {} }
}

async function removeAll(store: ObjectStore, bucket: string): Promise<void> {
  const { objects } = await store.list({ bucket })
  for (const object of objects) {
    for (const version of await adminOf(store).versions(bucket, object.key))
      await store.delete(bucket, object.key, version.versionId)
  }
  await adminOf(store).deleteBucket(bucket)
}

describe('an independent S3 server', () => {
  test('keeps the promise of the port: created, recognised, never overwritten; in parts too', async () => {
    const store = open()
    const bucket = `fieldgate-port-${run}`
    await store.ensureBucket(bucket)
    const bytes = randomBytes(50_000)
    expect(await store.putIfAbsent(put(bucket, 'a/b c+d/ü.parquet', bytes))).toMatchObject({ kind: 'created' })
    expect(await store.putIfAbsent(put(bucket, 'a/b c+d/ü.parquet', bytes))).toMatchObject({ kind: 'alreadyThere' })
    expect(await store.putIfAbsent(put(bucket, 'a/b c+d/ü.parquet', randomBytes(10)))).toMatchObject({
      kind: 'differs',
    })
    expect(sha256(await store.get(bucket, 'a/b c+d/ü.parquet'))).toBe(sha256(bytes))
    expect(Buffer.from(await store.get(bucket, 'a/b c+d/ü.parquet', { start: -8 })).equals(bytes.subarray(-8))).toBe(
      true,
    )

    const big = randomBytes(12 * 2 ** 20)
    const path = join(temporaryFolder(), 'spool')
    writeFileSync(path, big)
    const file = { bucket, key: 'big', body: { kind: 'file', path, bytes: big.length }, metadata: {} } as const
    expect(await store.putIfAbsent(file)).toMatchObject({ kind: 'created' })
    expect(await store.putIfAbsent(file)).toMatchObject({ kind: 'alreadyThere' })
    expect(sha256(await store.get(bucket, 'big'))).toBe(sha256(big))

    const page = await store.list({ bucket, delimiter: '/' })
    expect(page.prefixes).toEqual(['a/'])
    expect(page.objects.map((object) => object.key)).toContain('big')
    await removeAll(store, bucket)
    await expect(store.list({ bucket })).rejects.toMatchObject({ code: 'notFound' })
  })

  test('takes the buckets as planned, again without a change, passes the access test, and gives them back', async () => {
    const store = open()
    const bucket = `fieldgate-raw-${run}`
    const wishes = {
      prefix: run,
      encryption: { kind: 's3' },
      versioning: true,
      publicAccessBlock: server.publicAccessBlock,
      expire: false,
      tags: {},
    } as const
    const policy = (existing: string | undefined): string | undefined =>
      mergeBucketPolicy(
        existing,
        bucketPolicy({ bucket, region: server.region, tlsOnly: false, conditionalWrites: false }),
      )
    const desired = [{ type: 'raw', bucket, wishes, policy }]
    const ports = { admin: adminOf(store), store, clock: systemClock }
    const first = await applyBuckets(ports, server.region, desired, false)
    const second = await applyBuckets(ports, server.region, desired, false)
    expect({ differences: first.differences, again: second.applied }).toEqual({ differences: [], again: 0 })
    const steps = await testAccess(store, [{ type: 'raw', bucket }], systemClock)
    expect(steps.filter((step) => step.state === 'failed')).toEqual([])
    expect(await teardownBuckets(ports, [bucket])).toMatchObject([{ outcome: 'deleted' }])
  })

  test('is served by the commands: buckets create, access test, upload, reconcile', async () => {
    const cwd = temporaryFolder()
    const database = new Database(join(cwd, 'sensor.db'))
    database.exec('CREATE TABLE sensor_readings(id INTEGER PRIMARY KEY, timestamp TEXT, temperature REAL)')
    const insert = database.prepare('INSERT INTO sensor_readings(timestamp, temperature) VALUES(?, ?)')
    database.transaction(() => {
      for (let n = 0; n < 2000; n++)
        insert.run(new Date(Date.UTC(2026, 2, 1 + (n % 3), 0, 0, n % 60)).toISOString(), n / 7)
    })()
    database.close()
    const prefix = `fg${run}`
    writeFileSync(
      join(cwd, 'fieldgate.yaml'),
      `sqlite: sensor.db\nstore: { endpoint: "${server.endpoint}", region: ${server.region} }\nbuckets: { prefix: ${prefix}, region: ${server.region} }\n`,
    )
    const env = { AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey }
    const block = server.publicAccessBlock ? [] : ['--no-public-access-block']
    for (const line of [
      ['buckets', 'create', '--no-conditional-writes', ...block],
      ['access', 'test'],
      ['upload', '--once'],
      ['reconcile'],
      ['upload', '--once'],
      ['credentials', 'check'],
    ]) {
      const startedAt = performance.now()
      const outcome = await runCommand(line, { cwd, env })
      process.stdout.write(
        `${line.join(' ')}: ${outcome.code} after ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`,
      )
      expect({ line, code: outcome.code, err: outcome.err }).toEqual({ line, code: 0, err: '' })
    }
    expect((await runCommand(['reconcile'], { cwd, env })).out).toContain(
      '2,000 rows in SQLite accounted for, 0 missing, 0 duplicated',
    )
  })

  test('a wrong secret is told', async () => {
    const store = overTheWire(
      server.endpoint,
      { accessKeyId: server.accessKeyId, secretAccessKey: 'wrong' },
      {},
      server.region,
    )
    await expect(store.list({ bucket: 'any-bucket' })).rejects.toMatchObject({
      code: expect.stringMatching(/denied|notFound/) as string,
    })
  })
})
