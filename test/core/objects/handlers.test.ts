import { describe, expect, onTestFinished, test } from 'vitest'
import { connectLedger } from '../../../electron/core/db/ledger/connection.ts'
import type { HandlerDependencies } from '../../../electron/core/handlers/dependencies.ts'
import { objectHandlers } from '../../../electron/core/handlers/objects.ts'
import { listAudit } from '../../../electron/core/db/ledger/records.ts'
import type { EmbeddedStore } from '../../../electron/core/objects/embedded/embeddedStore.ts'
import type { ObjectStore } from '../../../electron/core/objects/port.ts'
import { parquetEngine } from '../../../electron/core/parquet/engines.ts'
import { systemClock } from '../../../electron/core/support/clock.ts'
import { inProcess, openEmbedded } from './stores.ts'

const bucket = 'handler-raw'
const context = { signal: new AbortController().signal }

async function parquet(columns: Readonly<Record<string, readonly number[]>>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  const schema = Object.keys(columns).map((name) => ({ name, kind: 'double' as const, nullable: true }))
  const sink = { write: (bytes: Uint8Array) => void parts.push(Uint8Array.from(bytes)) }
  const writer = parquetEngine('columnar').open(schema, sink, {
    compression: 'snappy',
    profile: 'compact',
    metadata: [],
  })
  const vectors = Object.values(columns).map((values) => ({
    kind: 'double' as const,
    values: Float64Array.from(values),
    nulls: undefined,
  }))
  await writer.writeRowGroup(vectors, vectors[0]?.values.length ?? 0)
  await writer.close()
  return Buffer.concat(parts)
}

async function ready() {
  const embedded: EmbeddedStore = openEmbedded()
  const store: ObjectStore = inProcess(embedded)
  await store.ensureBucket(bucket)
  const ledger = connectLedger(':memory:')
  onTestFinished(() => void ledger.database.close())
  const config = {
    store: { kind: 'embedded' },
    pipelines: { custom: [] },
    buckets: { prefix: 'x', region: 'r', names: { raw: bucket } },
  }
  const deps = {
    config,
    clock: systemClock,
    store: () => store,
    ledger: () => ledger,
  } as unknown as HandlerDependencies
  const put = (key: string, bytes: Uint8Array) =>
    store.putIfAbsent({ bucket, key, body: { kind: 'bytes', bytes }, metadata: {} })
  return { embedded, store, ledger, put, handlers: objectHandlers(deps) }
}

describe('objects.*', () => {
  test('buckets name the routes that lead to them', async () => {
    const { handlers } = await ready()
    expect(await handlers['objects.buckets']({}, context)).toMatchObject([{ name: bucket, routes: ['raw'] }])
  })

  test('several objects read as one table: a missing column is null, a window crosses objects', async () => {
    const { handlers, put } = await ready()
    await put('raw/1.parquet', await parquet({ a: [1, 2, 3] }))
    await put('raw/2.parquet', await parquet({ b: [10, 20], a: [4, 5] }))
    await put('raw/_SUCCESS', Buffer.from(''))
    const table = await handlers['objects.table']({ bucket, prefix: 'raw/', rowStart: 2, rowCount: 2 }, context)
    expect(table).toMatchObject({ objects: 2, rows: 5, isTruncated: false, rowStart: 2 })
    expect(table.columns.map((column) => column.name)).toEqual(['a', 'b'])
    expect(table.values).toEqual([
      [3, null],
      [4, 10],
    ])
    const cut = await handlers['objects.table']({ bucket, prefix: 'raw/', maxObjects: 1 }, context)
    expect(cut).toMatchObject({ objects: 1, rows: 3, isTruncated: true })
    await expect(
      Promise.resolve(handlers['objects.table']({ bucket, prefix: 'none/' }, context)),
    ).rejects.toMatchObject({ code: 'notFound' })
  })

  test('an object previews, downloads and shows its versions', async () => {
    const { handlers, store, put } = await ready()
    await store.admin?.writeSetting(bucket, 'versioning', 'enabled')
    const bytes = await parquet({ a: [1, 2, 3] })
    await put('raw/x/1.parquet', bytes)
    expect(await handlers['objects.preview']({ bucket, key: 'raw/x/1.parquet', rowCount: 1 }, context)).toMatchObject({
      rows: 3,
      values: [[1]],
    })
    expect(await handlers['objects.head']({ bucket, key: 'raw/x/1.parquet' }, context)).toMatchObject({
      bucket,
      bytes: bytes.length,
    })
    const file = await handlers['objects.download']({ bucket, key: 'raw/x/1.parquet' }, context)
    expect([file.name, Buffer.from(file.bytes).equals(bytes)]).toEqual(['1.parquet', true])
    const part = await handlers['objects.download'](
      { bucket, key: 'raw/x/1.parquet', start: 4, end: 9_999_999 },
      context,
    )
    expect(Buffer.from(part.bytes)).toEqual(bytes.subarray(4))
    await store.delete(bucket, 'raw/x/1.parquet')
    const versions = await handlers['objects.versions']({ bucket, key: 'raw/x/1.parquet' }, context)
    expect(versions).toMatchObject([
      { isLatest: true, isDeleteMarker: true },
      { isLatest: false, isDeleteMarker: false, bytes: bytes.length },
    ])
  })

  test('settings say what they are, whether that is good, and whether this store acts on them', async () => {
    const { handlers, store } = await ready()
    const before = await handlers['objects.settings']({ bucket }, context)
    expect(before.filter((setting) => setting.verdict === 'warn').length).toBeGreaterThanOrEqual(4)
    await store.admin?.writeSetting(bucket, 'encryption', { kind: 's3' })
    await store.admin?.writeSetting(bucket, 'versioning', 'enabled')
    const after = await handlers['objects.settings']({ bucket }, context)
    expect(after.find((setting) => setting.name === 'Encryption at rest')).toMatchObject({
      value: 'SSE-S3',
      verdict: 'ok',
      effect: 'recorded',
    })
    expect(after.find((setting) => setting.name === 'Versioning')).toMatchObject({
      value: 'enabled',
      verdict: 'ok',
      effect: 'enforced',
    })
  })

  test('an address works while the port is open, and is refused with the remedy while it is not', async () => {
    const { handlers, embedded, put } = await ready()
    await put('a', Buffer.from('shared'))
    const presign = async () => handlers['objects.presign']({ bucket, key: 'a', seconds: 60 }, context)
    await expect(presign()).rejects.toMatchObject({
      code: 'unsupported',
      hint: expect.stringContaining('--listen') as string,
    })
    await embedded.listen()
    const { url, expiresAtMs } = await presign()
    expect(await (await fetch(url)).text()).toBe('shared')
    expect(expiresAtMs).toBeGreaterThan(Date.now())
    await embedded.unlisten()
    await expect(presign()).rejects.toMatchObject({ code: 'unsupported' })
  })

  test('delete needs the exact count, and the audit trail keeps who deleted what', async () => {
    const { handlers, store, ledger, put } = await ready()
    for (const key of ['a', 'b', 'c']) await put(key, Buffer.from(key))
    const wrong = async () => handlers['objects.delete']({ bucket, keys: ['a', 'b'], confirm: 3, by: 'ann' }, context)
    await expect(wrong()).rejects.toMatchObject({ code: 'invalid' })
    expect((await store.list({ bucket })).objects).toHaveLength(3)
    expect(await handlers['objects.delete']({ bucket, keys: ['a', 'b'], confirm: 2, by: 'ann' }, context)).toEqual({
      deleted: 2,
    })
    expect((await store.list({ bucket })).objects.map((object) => object.key)).toEqual(['c'])
    expect(listAudit(ledger, 10)).toMatchObject([{ actor: 'ann', action: 'objects.delete', before: '["a","b"]' }])
  })
})
