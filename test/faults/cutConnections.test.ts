import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, onTestFinished, test } from 'vitest'
import type { StoreEndpoint, UploadResult } from '../../shared/ipc/contract.ts'
import { startFieldgate } from '../helpers/fieldgate.ts'
import { until } from '../helpers/until.ts'
import { makeFaultBench, makeFaultFolder, SMALL_OBJECTS } from './bench.ts'
import { openCutProxy } from './cutProxy.ts'
import type { CutAt } from './cutProxy.ts'

const MOMENTS: readonly CutAt[] = ['first', 'middle', 'last', 'beforeReply']

test('a connection cut at the first, the middle, the last byte of an object and before the reply leaves each row once', async () => {
  const store = await startStore()
  const proxy = await openCutProxy(store.endpoint)
  const bench = makeFaultBench(0, SMALL_OBJECTS, {
    env: {
      S3_PREFIX: 'acme',
      S3_REGION: store.region,
      AWS_ENDPOINT_URL_S3: store.endpoint,
      HTTP_PROXY: proxy.endpoint,
      AWS_ACCESS_KEY_ID: store.accessKeyId,
      AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
    },
  })
  for (const [at, moment] of MOMENTS.entries()) {
    bench.append(500)
    proxy.cutNext(moment)
    const { out } = await bench.upload()
    expect({ moment, cuts: proxy.cuts() }).toEqual({ moment, cuts: at + 1 })
    expect((JSON.parse(out) as UploadResult).rows).toBeGreaterThan(0)
    await bench.deliverAndProve()
  }
})

async function startStore(): Promise<StoreEndpoint> {
  const folder = makeFaultFolder()
  const store = startFieldgate(['store', '--listen', '--json', '--workspace', folder], { cwd: folder })
  onTestFinished(() => void store.process.kill('SIGKILL'))
  await until(() => store.out().includes('\n'))
  const door = JSON.parse(store.out()) as StoreEndpoint
  const { endpoint, region, accessKeyId, secretAccessKey } = door
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } })
  await client.send(new CreateBucketCommand({ Bucket: 'acme-databricks-raw-us-west-2' }))
  client.destroy()
  return door
}
