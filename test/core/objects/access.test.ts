import { describe, expect, onTestFinished, test } from 'vitest'
import type { AccessRole } from '../../../shared/domain/buckets.ts'
import { accessPolicy, bucketArn, bucketPolicy, mergeBucketPolicy } from '../../../electron/core/handoff/policies.ts'
import { testAccess } from '../../../electron/core/objects/access/testAccess.ts'
import { createEmbeddedStore } from '../../../electron/core/objects/embedded/embeddedStore.ts'
import type { ObjectStore } from '../../../electron/core/objects/port.ts'
import { applyBuckets } from '../../../electron/core/objects/buckets/apply.ts'
import { adminOf } from '../../../electron/core/objects/admin.ts'
import { teardownBuckets } from '../../../electron/core/objects/buckets/teardown.ts'
import { systemClock } from '../../../electron/core/support/clock.ts'
import { inProcess, overTheWire, REGION, temporaryFolder } from './stores.ts'

const target = { region: REGION, buckets: ['acme-raw', 'acme-emergency'] }
const targets = [
  { type: 'raw', bucket: 'acme-raw' },
  { type: 'emergency', bucket: 'acme-emergency' },
]

/** A store with both buckets, and a client whose rights are exactly the policy's. */
async function as(policy: ReturnType<typeof accessPolicy>): Promise<{ store: ObjectStore; owner: ObjectStore }> {
  const user = { name: 'edge', accessKeyId: 'AKEDGE', secretAccessKey: 'edge-secret', policy }
  const embedded = createEmbeddedStore({ folder: temporaryFolder(), region: REGION, clock: systemClock, users: [user] })
  onTestFinished(() => embedded.close())
  const owner = inProcess(embedded)
  for (const { bucket } of targets) await owner.ensureBucket(bucket)
  const { endpoint } = await embedded.listen()
  return {
    owner,
    store: overTheWire(endpoint, { accessKeyId: user.accessKeyId, secretAccessKey: user.secretAccessKey }),
  }
}

const role = (name: AccessRole) => as(accessPolicy(name, target))
const failed = (steps: Awaited<ReturnType<typeof testAccess>>): readonly string[] =>
  steps.filter((step) => step.state === 'failed').map((step) => step.id)

describe('the least policies, tried on a store that enforces them', () => {
  test('an uploader passes every step without a right to delete', async () => {
    const { store } = await role('uploader')
    const steps = await testAccess(store, targets, systemClock)
    expect(failed(steps)).toEqual([])
    expect(steps.find((step) => step.id === 'raw.delete')?.detail).toContain('may not delete')
    expect(steps.find((step) => step.id === 'raw.never-overwrite')?.detail).toContain('If-None-Match')
    expect(steps.every((step) => step.state === 'passed')).toBe(true)
  })

  test('an uploader can send in parts, and cannot list buckets, delete, or touch a setting', async () => {
    const { store } = await role('uploader')
    const bytes = new Uint8Array(100_000)
    expect(
      await store.putIfAbsent({ bucket: 'acme-raw', key: 'x', body: { kind: 'bytes', bytes }, metadata: {} }),
    ).toMatchObject({ kind: 'created' })
    await expect(store.listBuckets()).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringContaining('s3:ListAllMyBuckets') as string,
    })
    await expect(store.delete('acme-raw', 'x')).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringContaining('s3:DeleteObject') as string,
    })
    await expect(adminOf(store).writeSetting('acme-raw', 'versioning', 'suspended')).rejects.toMatchObject({
      code: 'denied',
    })
    expect((await adminOf(store).readSettings('acme-raw')).policy).toEqual({
      state: 'denied',
      action: 's3:GetBucketPolicy',
    })
  })

  test('a viewer sees everything and changes nothing', async () => {
    const { store, owner } = await role('viewer')
    await owner.putIfAbsent({
      bucket: 'acme-raw',
      key: 'a',
      body: { kind: 'bytes', bytes: Buffer.from('x') },
      metadata: {},
    })
    expect(await store.listBuckets()).toHaveLength(2)
    expect(Buffer.from(await store.get('acme-raw', 'a')).toString()).toBe('x')
    expect(await adminOf(store).versions('acme-raw', 'a')).toHaveLength(1)
    expect(
      Object.values(await adminOf(store).readSettings('acme-raw')).every((setting) => setting.state === 'known'),
    ).toBe(true)
    const steps = await testAccess(store, targets, systemClock)
    expect(failed(steps)).toEqual(['raw.put', 'emergency.put'])
    expect(steps.find((step) => step.id === 'raw.put')).toMatchObject({
      detail: expect.stringContaining('s3:PutObject') as string,
      hint: expect.stringContaining('arn:aws:s3:::acme-raw/*') as string,
    })
    expect(steps.filter((step) => step.state === 'notRun').map((step) => step.id)).toEqual(
      ['raw', 'emergency'].flatMap((type) =>
        ['head', 'get', 'delete', 'never-overwrite'].map((step) => `${type}.${step}`),
      ),
    )
  })

  test('an admin makes, configures and takes down buckets', async () => {
    const { store } = await role('admin')
    const wishes = {
      prefix: 'acme',
      encryption: { kind: 's3' },
      versioning: true,
      publicAccessBlock: true,
      expire: false,
      tags: {},
    } as const
    const desired = targets.map(({ type, bucket }) => ({
      type,
      bucket,
      wishes,
      policy: (existing: string | undefined) =>
        mergeBucketPolicy(existing, bucketPolicy({ bucket, region: REGION, tlsOnly: true, conditionalWrites: true })),
    }))
    const ports = { admin: adminOf(store), store, clock: systemClock }
    expect(await applyBuckets(ports, REGION, desired, false)).toMatchObject({ differences: [] })
    expect(await teardownBuckets(ports, ['acme-raw', 'acme-emergency', 'acme-other'])).toMatchObject([
      { outcome: 'deleted' },
      { outcome: 'deleted' },
      { outcome: 'kept', reason: expect.stringContaining('not accessible') as string },
    ])
  })

  test('Databricks reads and never writes', async () => {
    const { store, owner } = await role('databricks')
    await owner.putIfAbsent({
      bucket: 'acme-raw',
      key: 'a',
      body: { kind: 'bytes', bytes: Buffer.from('x') },
      metadata: {},
    })
    expect((await store.list({ bucket: 'acme-raw' })).objects).toHaveLength(1)
    expect(Buffer.from(await store.get('acme-raw', 'a')).toString()).toBe('x')
    await expect(
      store.putIfAbsent({
        bucket: 'acme-raw',
        key: 'b',
        body: { kind: 'bytes', bytes: Buffer.from('x') },
        metadata: {},
      }),
    ).rejects.toMatchObject({ code: 'denied' })
  })
})

describe('the access test', () => {
  test('names the one bucket and the one action that are missing', async () => {
    const policy = accessPolicy('uploader', target)
    const narrow = policy.Statement.map((statement) => ({
      ...statement,
      Resource: [statement.Resource]
        .flat()
        .filter((arn) => statement.Sid !== 'FieldgateCarry' || !arn.includes('emergency')),
    }))
    const { store } = await as({ ...policy, Statement: narrow })
    const steps = await testAccess(store, targets, systemClock)
    expect(failed(steps)).toEqual(['emergency.put'])
  })

  test('wrong keys end it at the first bucket step, a cut link too, each with a remedy', async () => {
    const embedded = createEmbeddedStore({ folder: temporaryFolder(), region: REGION, clock: systemClock })
    onTestFinished(() => embedded.close())
    const { endpoint } = await embedded.listen()
    const wrong = overTheWire(endpoint, { accessKeyId: embedded.credentials.accessKeyId, secretAccessKey: 'wrong' })
    const steps = await testAccess(wrong, targets.slice(0, 1), systemClock)
    expect(steps.find((step) => step.state === 'failed')).toMatchObject({
      id: 'raw.list',
      hint: expect.stringContaining('credentials check') as string,
    })
    expect(JSON.stringify(steps)).not.toContain(embedded.credentials.secretAccessKey)
  })

  test('a wrong clock is told', async () => {
    const ahead = { ...systemClock, now: () => systemClock.now() + 120_000 }
    const embedded = createEmbeddedStore({ folder: temporaryFolder(), region: REGION, clock: ahead })
    onTestFinished(() => embedded.close())
    const store = inProcess(embedded)
    await store.ensureBucket('acme-raw')
    const steps = await testAccess(store, targets.slice(0, 1), systemClock)
    expect(steps.at(-1)).toMatchObject({
      id: 'clock',
      state: 'failed',
      detail: expect.stringContaining('behind the store') as string,
    })
  })
})

describe('policy texts', () => {
  test('use the partition of the region', () => {
    expect(bucketArn('b', 'cn-north-1')).toBe('arn:aws-cn:s3:::b')
    expect(bucketArn('b', 'us-gov-west-1')).toBe('arn:aws-us-gov:s3:::b')
    expect(bucketArn('b', 'us-west-2')).toBe('arn:aws:s3:::b')
  })

  test('grant keys through S3 only, and only when there are keys', () => {
    expect(JSON.stringify(accessPolicy('uploader', target))).not.toContain('kms')
    const policy = accessPolicy('uploader', { ...target, kmsKeyArns: ['arn:aws:kms:r:1:key/k'] })
    expect(policy.Statement.at(-1)).toMatchObject({
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
      Condition: { StringEquals: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` } },
    })
  })

  test('never grant a wildcard action or a bucket that is not named', () => {
    for (const name of ['uploader', 'viewer', 'admin', 'databricks'] as const) {
      const { Statement: statements } = accessPolicy(name, target)
      expect(
        statements.flatMap((statement) => [statement.Action].flat()).filter((action) => action.includes('*')),
      ).toEqual([])
      const named = statements.filter((statement) => statement.Action !== 's3:ListAllMyBuckets')
      const resources = named.flatMap((statement) => [statement.Resource].flat())
      expect(resources.filter((arn) => !arn.startsWith('arn:aws:s3:::acme-'))).toEqual([])
    }
  })

  test('a bucket policy denies plain HTTP and unconditional writes, exempting parts of an upload', () => {
    const policy = bucketPolicy({ bucket: 'b', region: 'us-east-1', tlsOnly: true, conditionalWrites: true })
    expect(policy.Statement.every((statement) => statement.Effect === 'Deny')).toBe(true)
    expect(policy.Statement.map((statement) => statement.Condition)).toEqual([
      { Bool: { 'aws:SecureTransport': 'false' } },
      { Null: { 's3:if-none-match': 'true', 's3:if-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
    ])
    const narrower = bucketPolicy({ bucket: 'b', region: 'us-east-1', tlsOnly: true, conditionalWrites: false })
    const merged = mergeBucketPolicy(mergeBucketPolicy(undefined, policy), narrower) ?? ''
    expect((JSON.parse(merged) as typeof policy).Statement.map((statement) => statement.Sid)).toEqual([
      'FieldgateTlsOnly',
    ])
    const none = bucketPolicy({ bucket: 'b', region: 'us-east-1', tlsOnly: false, conditionalWrites: false })
    expect(mergeBucketPolicy(merged, none)).toBeUndefined()
  })
})
