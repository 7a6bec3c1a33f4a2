import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { StoreEndpoint, UploadResult } from '../../shared/ipc/contract.ts'
import { askFieldgate, reconcile, runFieldgate, startFieldgate } from '../helpers/fieldgate.ts'
import { makeNodeDatabase } from '../helpers/nodeDatabases.ts'
import { until } from '../helpers/until.ts'

test("with nothing but the seed's variables rows go to S3 over its wire, are proved there, and no secret is printed", async () => {
  const root = mkdtempSync(join(tmpdir(), 'fieldgate-wire-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const database = makeNodeDatabase('v4', 1500, root)
  const store = startFieldgate(['store', '--listen', '--json', '--workspace', root], { cwd: root })
  await until(() => store.out().includes('\n'))
  const door = JSON.parse(store.out()) as StoreEndpoint
  const env = {
    SQLITE_PATH: 'node.db',
    STATE_DIR: 'remote-state',
    S3_PREFIX: 'acme',
    S3_REGION: door.region,
    AWS_ENDPOINT_URL_S3: door.endpoint,
    AWS_ACCESS_KEY_ID: door.accessKeyId,
    AWS_SECRET_ACCESS_KEY: door.secretAccessKey,
    ONCE: 'true',
  }
  const options = { cwd: root, env }

  const unmade = await runFieldgate(['upload'], options)
  expect(unmade.code).toBe(1)
  expect(unmade.out).toContain('There is no bucket acme-databricks-raw-us-west-2.')
  await createBucket(door, 'acme-databricks-raw-us-west-2')
  const first = await runFieldgate(['upload', '--debug'], options)
  expect(first.code).toBe(0)
  expect(first.out).toContain('Uploaded 1,500 rows')
  const listed = await runFieldgate(
    ['objects', 'ls', 's3://acme-databricks-raw-us-west-2/raw/', '--recursive'],
    options,
  )
  expect(listed.out).toMatch(/raw\/table=sensor_readings\/node=node\/date=2025-07-27\//)
  expect((await reconcile(options)).totals).toMatchObject({ delivered: 1500, missing: 0, duplicated: 0, different: 0 })

  const wrong = { cwd: root, env: { ...env, AWS_SECRET_ACCESS_KEY: 'not-the-secret-of-it' } }
  database.append(10)
  const denied = await runFieldgate(['upload', '--debug'], wrong)
  expect(denied.code).toBe(1)
  expect(denied.out).toMatch(/node: .+\n {2}.+/)
  const printed = [first, listed, denied].map((run) => run.out + run.err).join('\n')
  expect(printed).not.toContain(door.secretAccessKey)
  expect(printed).not.toContain('not-the-secret-of-it')

  expect((await askFieldgate<UploadResult>(['upload'], options)).rows).toBe(10)
  store.process.kill('SIGTERM')
  expect((await store.finished).code).toBe(0)
  const offline = await runFieldgate(['reconcile'], options)
  expect(offline.code).toBe(1)
  expect(offline.err).toMatch(/^error: .+\nhint: .+/)
  database.close()
})

async function createBucket(door: StoreEndpoint, bucket: string): Promise<void> {
  const { endpoint, region, accessKeyId, secretAccessKey } = door
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
}
