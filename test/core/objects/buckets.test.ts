import {
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
} from '@aws-sdk/client-s3'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { connectLedger } from '../../../electron/core/db/ledger/connection.ts'
import { listAudit } from '../../../electron/core/db/ledger/records.ts'
import { bucketHandlers } from '../../../electron/core/handlers/buckets.ts'
import type { HandlerDependencies } from '../../../electron/core/handlers/dependencies.ts'
import { createFakeClock } from '../../helpers/fakeClock.ts'
import type { ObjectStore, StoreAdmin } from '../../../electron/core/objects/port.ts'
import { bareSdk, inProcess, openEmbedded } from './stores.ts'

// Every put is synced to disk: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 })

const context = { signal: new AbortController().signal }
const BUCKETS = ['raw', 'schematized', 'aggregated', 'emergency'].map((type) => `acme-databricks-${type}-eu-central-1`)
const RAW = BUCKETS[0] as string

function ready(
  change: (store: ObjectStore) => ObjectStore = (store) => store,
  storeConfig: object = { kind: 'embedded' },
) {
  const embedded = openEmbedded()
  const store = change(inProcess(embedded))
  const ledger = connectLedger(':memory:')
  onTestFinished(() => void ledger.database.close())
  const config = {
    store: storeConfig,
    pipelines: { custom: [] },
    buckets: { prefix: 'acme', region: 'eu-central-1', names: {} },
  }
  const deps = {
    config,
    clock: createFakeClock(),
    store: () => store,
    ledger: () => ledger,
  } as unknown as HandlerDependencies
  return { embedded, store, ledger, handlers: bucketHandlers(deps) }
}

const actions = (changes: readonly { readonly action: string }[], action: string): number =>
  changes.filter((change) => change.action === action).length

/** The store as seen by credentials or of a maker that lack something. */
function withAdmin(change: (admin: StoreAdmin) => Partial<StoreAdmin>): (store: ObjectStore) => ObjectStore {
  return (store) => {
    const { admin } = store
    if (admin === undefined) throw new Error('The store has no administration.')
    return { ...store, admin: { ...admin, ...change(admin) } }
  }
}

describe('setting up buckets', () => {
  test('a plan says what would be made and changes nothing', async () => {
    const { handlers, store } = ready()
    const plan = await handlers['buckets.plan']({}, context)
    expect(plan.buckets.map((bucket) => bucket.bucket)).toEqual(BUCKETS)
    expect([actions(plan.changes, 'create'), actions(plan.changes, 'set'), plan.problems]).toEqual([4, 28, []])
    expect(await store.listBuckets()).toEqual([])
  })

  test('create makes everything, reads it back, and the second time changes nothing', async () => {
    const { handlers, ledger } = ready()
    const first = await handlers['buckets.create']({ markers: true, by: 'ann' }, context)
    expect([first.applied, first.differences]).toEqual([36, []])
    const second = await handlers['buckets.create']({ markers: true, by: 'ann' }, context)
    expect([second.applied, second.differences]).toEqual([0, []])
    expect(actions(second.plan.changes, 'keep')).toBe(32)
    expect(listAudit(ledger, 10)).toMatchObject([{ actor: 'ann', action: 'buckets.create' }])
    const shown = await handlers['buckets.show']({}, context)
    expect(shown).toHaveLength(4)
    for (const bucket of shown) {
      expect(bucket.exists).toBe(true)
      expect(bucket.settings.map((setting) => setting.verdict)).toEqual(Array.from({ length: 7 }, () => 'ok'))
    }
  })

  test('what somebody changed is found, and only that is set again', async () => {
    const { handlers, store } = ready()
    await handlers['buckets.create']({ by: 'ann' }, context)
    await store.admin?.writeSetting(RAW, 'versioning', 'suspended')
    const plan = await handlers['buckets.plan']({}, context)
    expect(plan.changes.filter((change) => change.action !== 'keep')).toMatchObject([
      { bucket: RAW, name: 'versioning', action: 'set', from: 'suspended', to: 'enabled' },
    ])
    expect(await handlers['buckets.create']({ by: 'ann' }, context)).toMatchObject({ applied: 1, differences: [] })
  })

  test('statements, rules and tags of others stay beside ours', async () => {
    const { handlers, embedded, store } = ready()
    await handlers['buckets.create']({ types: ['raw'], by: 'ann' }, context)
    const sdk = await bareSdk(embedded)
    const foreign = {
      Sid: 'Foreign',
      Effect: 'Allow',
      Principal: { AWS: '123456789012' },
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${RAW}/*`,
    }
    await sdk.send(
      new PutBucketPolicyCommand({
        Bucket: RAW,
        Policy: JSON.stringify({ Version: '2012-10-17', Statement: [foreign] }),
      }),
    )
    const Rules = [{ ID: 'theirs', Status: 'Enabled' as const, Filter: { Prefix: 'tmp/' }, Expiration: { Days: 1 } }]
    await sdk.send(new PutBucketLifecycleConfigurationCommand({ Bucket: RAW, LifecycleConfiguration: { Rules } }))
    await sdk.send(
      new PutBucketTaggingCommand({ Bucket: RAW, Tagging: { TagSet: [{ Key: 'cost-centre', Value: '7' }] } }),
    )
    expect(await handlers['buckets.create']({ types: ['raw'], by: 'ann' }, context)).toMatchObject({
      applied: 3,
      differences: [],
    })
    const read = await store.admin?.readSettings(RAW)
    if (read?.policy.state !== 'known' || read.lifecycle.state !== 'known' || read.tags.state !== 'known')
      throw new Error('not read')
    expect(read.policy.value).toContain('"Foreign"')
    expect(read.policy.value).toContain('FieldgateTlsOnly')
    expect(read.lifecycle.value.map((rule) => rule.id)).toEqual(['fieldgate-raw', 'theirs'])
    expect(read.tags.value).toMatchObject({ 'cost-centre': '7', 'managed-by': 'fieldgate', 'fieldgate-type': 'raw' })
  })

  test('wishes reach the bucket: KMS, expiry, no versions, overwriting allowed, tags', async () => {
    const { handlers, store } = ready()
    const kmsKeyId = 'arn:aws:kms:eu-central-1:123456789012:key/k'
    const wishes = {
      types: ['raw'],
      kmsKeyId,
      expire: true,
      versioning: false,
      conditionalWrites: false,
      publicAccessBlock: false,
      tags: { team: 'field' },
    }
    expect(await handlers['buckets.create']({ ...wishes, by: 'ann' }, context)).toMatchObject({ differences: [] })
    expect(await store.admin?.readSettings(RAW)).toMatchObject({
      encryption: { value: { kind: 'kms', keyId: kmsKeyId } },
      versioning: { value: 'off' },
      publicAccess: { value: 'open' },
      lifecycle: {
        value: [{ expireDays: 365, transitions: [{ storageClass: 'STANDARD_IA' }, { storageClass: 'GLACIER_IR' }] }],
      },
      policy: { value: expect.not.stringContaining('NeverOverwrite') as string },
      tags: { value: { team: 'field' } },
    })
  })

  test('our policy goes when nothing of it is wished, and a store over plain HTTP is not locked out', async () => {
    const { handlers, store } = ready()
    await handlers['buckets.create']({ types: ['raw'], by: 'ann' }, context)
    await store.admin?.writeSetting(RAW, 'policy', undefined)
    expect((await store.admin?.readSettings(RAW))?.policy).toEqual({ state: 'known', value: undefined })
    const overHttp = ready((inner) => inner, { kind: 's3', endpoint: 'http://minio.local:9000' })
    await overHttp.handlers['buckets.create']({ types: ['raw'], by: 'ann' }, context)
    const read = await overHttp.store.admin?.readSettings(RAW)
    expect(JSON.stringify(read?.policy)).toContain('FieldgateNeverOverwrite')
    expect(JSON.stringify(read?.policy)).not.toContain('SecureTransport')
  })

  test('an unknown type, a bucket of another account and a missing right are each explained before anything changes', async () => {
    const { handlers } = ready()
    await expect((async () => handlers['buckets.plan']({ types: ['rawr'] }, context))()).rejects.toMatchObject({
      code: 'invalid',
    })

    const taken = ready(
      withAdmin(() => ({
        hasBucket: async (bucket) => {
          if (bucket !== RAW) return false
          const { FieldgateError } = await import('../../../shared/domain/errors.ts')
          throw new FieldgateError('denied', `Bucket ${bucket} belongs to another account.`, {
            hint: 'Choose another prefix.',
          })
        },
      })),
    )
    const plan = await taken.handlers['buckets.plan']({}, context)
    expect(plan.problems).toMatchObject([{ bucket: RAW, hint: 'Choose another prefix.' }])
    await expect((async () => taken.handlers['buckets.create']({ by: 'ann' }, context))()).rejects.toMatchObject({
      code: 'denied',
    })
    expect(await taken.store.listBuckets()).toEqual([])
  })

  test('a store without some settings gets the others', async () => {
    const { handlers } = ready(
      withAdmin((admin) => ({
        readSettings: async (bucket) => ({
          ...(await admin.readSettings(bucket)),
          policy: { state: 'unsupported' },
          versioning: { state: 'unsupported' },
        }),
      })),
    )
    const outcome = await handlers['buckets.create']({ types: ['raw'], by: 'ann' }, context)
    expect([outcome.applied, outcome.differences]).toEqual([6, []])
    const plan = await handlers['buckets.plan']({ types: ['raw'] }, context)
    expect(plan.changes.filter((change) => change.action === 'skip').map((change) => change.name)).toEqual([
      'versioning',
      'policy',
    ])
  })

  test('a setting that does not read back is reported, not assumed', async () => {
    const { handlers } = ready(
      withAdmin((admin) => ({
        writeSetting: async (bucket, name, value) =>
          name === 'tags' ? undefined : admin.writeSetting(bucket, name, value),
      })),
    )
    const outcome = await handlers['buckets.create']({ types: ['raw'], by: 'ann' }, context)
    expect(outcome.differences).toMatchObject([{ bucket: RAW, name: 'tags', action: 'set' }])
  })
})

describe('taking buckets down', () => {
  test('needs the prefix typed', async () => {
    const { handlers, store } = ready()
    await handlers['buckets.create']({ by: 'ann' }, context)
    await expect(
      (async () => handlers['buckets.teardown']({ confirm: 'yes', by: 'ann' }, context))(),
    ).rejects.toMatchObject({ code: 'invalid' })
    expect(await store.listBuckets()).toHaveLength(4)
  })

  test('deletes what is ours and empty but for our markers; data and foreign buckets stay, with the reason', async () => {
    const { handlers, store, ledger } = ready()
    await handlers['buckets.create']({ types: ['raw', 'schematized'], markers: true, by: 'ann' }, context)
    await store.putIfAbsent({
      bucket: BUCKETS[1] as string,
      key: 'schematized/x.parquet',
      body: { kind: 'bytes', bytes: Buffer.from('data') },
      metadata: {},
    })
    await store.ensureBucket(BUCKETS[2] as string)
    const outcomes = await handlers['buckets.teardown']({ confirm: 'acme', by: 'ann' }, context)
    expect(outcomes).toMatchObject([
      { bucket: RAW, outcome: 'deleted' },
      { outcome: 'kept', reason: expect.stringContaining('schematized/x.parquet') as string },
      { outcome: 'kept', reason: expect.stringContaining('managed-by') as string },
      { outcome: 'absent' },
    ])
    expect((await store.listBuckets()).map((bucket) => bucket.name)).toEqual([BUCKETS[2], BUCKETS[1]])
    expect(listAudit(ledger, 1)).toMatchObject([{ action: 'buckets.teardown', subject: RAW }])
  })

  test('a bucket whose only data is deleted but still has versions stays', async () => {
    const { handlers, store } = ready()
    await handlers['buckets.create']({ types: ['raw'], by: 'ann' }, context)
    await store.putIfAbsent({
      bucket: RAW,
      key: 'raw/x.parquet',
      body: { kind: 'bytes', bytes: Buffer.from('data') },
      metadata: {},
    })
    await store.delete(RAW, 'raw/x.parquet')
    const [raw] = await handlers['buckets.teardown']({ confirm: 'acme', by: 'ann' }, context)
    expect(raw).toMatchObject({ outcome: 'kept', reason: expect.stringContaining('not empty') as string })
  })
})
