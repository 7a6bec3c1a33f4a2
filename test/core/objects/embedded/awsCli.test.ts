import { execFile, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { openEmbedded, REGION, temporaryFolder } from '../stores.ts'

// Every put is synced to disk: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 })

const run = promisify(execFile)
const isWorking = spawnSync('aws', ['--version'], { timeout: 20_000 }).status === 0

// A second client, made by others: where it is installed, it has to agree with ours.
describe.runIf(isWorking)('aws-cli on the embedded store', () => {
  test('makes a bucket, sends 9 MB in parts, lists, fetches it back equal, and removes everything', async () => {
    const embedded = openEmbedded()
    const { endpoint } = await embedded.listen()
    const folder = temporaryFolder()
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      AWS_ACCESS_KEY_ID: embedded.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: embedded.credentials.secretAccessKey,
      AWS_DEFAULT_REGION: REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
    }
    const aws = async (...args: string[]): Promise<string> =>
      (await run('aws', ['--endpoint-url', endpoint, ...args], { env })).stdout
    const bytes = randomBytes(9_000_000)
    writeFileSync(join(folder, 'sent'), bytes)
    await aws('s3', 'mb', 's3://cli-bucket')
    await aws('s3', 'cp', '--quiet', join(folder, 'sent'), 's3://cli-bucket/a b/ü.bin')
    expect(await aws('s3', 'ls', '--recursive', 's3://cli-bucket')).toContain('9000000 a b/ü.bin')
    await aws('s3', 'cp', '--quiet', 's3://cli-bucket/a b/ü.bin', join(folder, 'back'))
    expect(readFileSync(join(folder, 'back')).equals(bytes)).toBe(true)
    await aws('s3', 'rb', '--force', 's3://cli-bucket')
    expect((JSON.parse(await aws('s3api', 'list-buckets')) as { Buckets: unknown[] }).Buckets).toEqual([])
  })
})
