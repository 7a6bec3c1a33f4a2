import { createHash, randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import type { EmbeddedStore } from '../../../electron/core/objects/embedded/embeddedStore.ts'
import { META_LOGICAL_HASH, META_SHA256 } from '../../../electron/core/objects/port.ts'
import type { ObjectStore, PutObject } from '../../../electron/core/objects/port.ts'
import type { StorePorts } from '../../../electron/core/objects/s3/connection.ts'
import { inProcess, openEmbedded, overTheWire, temporaryFolder } from './stores.ts'

// Every put is synced to disk: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 })

type Open = (embedded: EmbeddedStore, ports?: Partial<StorePorts>) => Promise<ObjectStore>

const doors: Readonly<Record<string, Open>> = {
  'in-process': async (embedded, ports) => inProcess(embedded, ports),
  'over the wire': async (embedded, ports) =>
    overTheWire((await embedded.listen()).endpoint, embedded.credentials, ports),
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function put(key: string, bytes: Uint8Array, metadata: Record<string, string> = {}): PutObject {
  return {
    bucket: 'demo-bucket',
    key,
    body: { kind: 'bytes', bytes },
    metadata: { [META_SHA256]: sha256(bytes), ...metadata },
  }
}

describe.each(Object.entries(doors))('the object store port, %s', (_name, open) => {
  async function ready(ports?: Partial<StorePorts>): Promise<{ store: ObjectStore; embedded: EmbeddedStore }> {
    const embedded = openEmbedded()
    const store = await open(embedded, ports)
    await store.ensureBucket('demo-bucket')
    // An endpoint nobody knows is probed with the first put; the faults below are for what comes after.
    await store.putIfAbsent(put('zz-first', Buffer.from('x')))
    return { store, embedded }
  }

  test('a put is created once, then recognised, then refuses to be overwritten', async () => {
    const { store } = await ready()
    const bytes = randomBytes(10_000)
    expect(await store.putIfAbsent(put('raw/a.parquet', bytes))).toMatchObject({ kind: 'created' })
    expect(await store.putIfAbsent(put('raw/a.parquet', bytes))).toMatchObject({ kind: 'alreadyThere' })
    const other = await store.putIfAbsent(put('raw/a.parquet', randomBytes(10_000)))
    expect(other).toMatchObject({ kind: 'differs', head: { bytes: 10_000 } })
    expect(Buffer.from(await store.get('demo-bucket', 'raw/a.parquet'))).toEqual(bytes)
  })

  test('other bytes with the same logical hash count as the same content', async () => {
    const { store } = await ready()
    await store.putIfAbsent(put('a', randomBytes(10), { [META_LOGICAL_HASH]: 'abc' }))
    expect(await store.putIfAbsent(put('a', randomBytes(10), { [META_LOGICAL_HASH]: 'abc' }))).toMatchObject({
      kind: 'alreadyThere',
    })
    expect(await store.putIfAbsent(put('a', randomBytes(10), { [META_LOGICAL_HASH]: 'abd' }))).toMatchObject({
      kind: 'differs',
    })
  })

  test('head tells size, type and metadata, and undefined where there is nothing', async () => {
    const { store } = await ready()
    await store.putIfAbsent({
      ...put('x', Buffer.from('hello'), { 'fieldgate-node': 'n%201' }),
      contentType: 'text/plain',
    })
    const head = await store.head('demo-bucket', 'x')
    expect(head).toMatchObject({ bytes: 5, contentType: 'text/plain', metadata: { 'fieldgate-node': 'n%201' } })
    expect(await store.head('demo-bucket', 'y')).toBeUndefined()
  })

  test('a file is sent from disk, and a file of another length is refused before anything is sent', async () => {
    const { store } = await ready()
    const path = join(temporaryFolder(), 'spool')
    const bytes = randomBytes(200_000)
    writeFileSync(path, bytes)
    const body = { kind: 'file', path, bytes: bytes.length } as const
    expect(await store.putIfAbsent({ bucket: 'demo-bucket', key: 'f', body, metadata: {} })).toMatchObject({
      kind: 'created',
    })
    expect((await store.head('demo-bucket', 'f'))?.metadata[META_SHA256]).toBe(sha256(bytes))
    const wrong = store.putIfAbsent({ bucket: 'demo-bucket', key: 'g', body: { ...body, bytes: 5 }, metadata: {} })
    await expect(wrong).rejects.toMatchObject({ code: 'corrupt' })
    expect(await store.head('demo-bucket', 'g')).toBeUndefined()
  })

  test('ranges give exactly the bytes asked for, from either end', async () => {
    const { store } = await ready()
    await store.putIfAbsent(put('r', Buffer.from('0123456789')))
    const text = async (range: { start: number; end?: number }): Promise<string> =>
      Buffer.from(await store.get('demo-bucket', 'r', range)).toString()
    expect(await text({ start: 2, end: 4 })).toBe('234')
    expect(await text({ start: 7 })).toBe('789')
    expect(await text({ start: -4 })).toBe('6789')
    expect(await text({ start: 8, end: 400 })).toBe('89')
    await expect(text({ start: 10 })).rejects.toMatchObject({ code: 'invalid' })
  })

  test('listing folds at the delimiter, pages with a token and starts after a key', async () => {
    const { store } = await ready()
    for (const key of ['a/1', 'a/2', 'b', 'c/x/1', 'd+e f&g', 'é/ü'])
      await store.putIfAbsent(put(key, Buffer.from(key)))
    const page = await store.list({ bucket: 'demo-bucket', delimiter: '/' })
    expect(page.prefixes).toEqual(['a/', 'c/', 'é/'])
    expect(page.objects.map((object) => object.key)).toEqual(expect.arrayContaining(['b', 'd+e f&g']))
    const keys: string[] = []
    let token: string | undefined
    do {
      const part = await store.list({ bucket: 'demo-bucket', maxKeys: 2, token })
      keys.push(...part.objects.map((object) => object.key))
      token = part.nextToken
    } while (token !== undefined)
    expect(keys.filter((key) => !key.startsWith('_') && !key.startsWith('zz'))).toEqual([
      'a/1',
      'a/2',
      'b',
      'c/x/1',
      'd+e f&g',
      'é/ü',
    ])
    const after = await store.list({ bucket: 'demo-bucket', startAfter: 'b', prefix: 'c' })
    expect(after.objects.map((object) => object.key)).toEqual(['c/x/1'])
  })

  test('a large object goes in parts, reports progress and reads back equal', async () => {
    const { store } = await ready({ multipartAboveBytes: 1_000_000, partBytes: 5 * 2 ** 20 })
    const path = join(temporaryFolder(), 'spool')
    const bytes = randomBytes(11 * 2 ** 20)
    writeFileSync(path, bytes)
    const sent: number[] = []
    const big = {
      bucket: 'demo-bucket',
      key: 'big',
      body: { kind: 'file', path, bytes: bytes.length },
      metadata: {},
      onSent: (count: number) => void sent.push(count),
    } as const
    expect(await store.putIfAbsent(big)).toMatchObject({
      kind: 'created',
      etag: expect.stringMatching(/-3$/) as string,
    })
    expect(sent.at(-1)).toBe(bytes.length)
    expect(existsSync(`${path}.upload.json`)).toBe(false)
    expect(sha256(await store.get('demo-bucket', 'big'))).toBe(sha256(bytes))
    expect(await store.putIfAbsent(big)).toMatchObject({ kind: 'alreadyThere' })
    writeFileSync(path, randomBytes(bytes.length))
    expect(await store.putIfAbsent(big)).toMatchObject({ kind: 'differs' })
  })

  test('an upload in parts resumes after a cut and sends only what is missing', async () => {
    const { store, embedded } = await ready({ multipartAboveBytes: 1_000_000, partBytes: 5 * 2 ** 20 })
    const path = join(temporaryFolder(), 'spool')
    const bytes = randomBytes(21 * 2 ** 20)
    writeFileSync(path, bytes)
    const body = { kind: 'file', path, bytes: bytes.length } as const
    const first = store.putIfAbsent({
      bucket: 'demo-bucket',
      key: 'big',
      body,
      metadata: {},
      onSent: (count) => {
        if (count > 12 * 2 ** 20) embedded.faults.cutLink = true
      },
    })
    await expect(first).rejects.toMatchObject({ code: 'unavailable' })
    expect(existsSync(`${path}.upload.json`)).toBe(true)
    embedded.faults.cutLink = false
    let carried = 0
    const again = await open(embedded, { multipartAboveBytes: 1_000_000, partBytes: 5 * 2 ** 20 })
    const counting = { ...embedded.faults }
    expect(counting.cutLink).toBe(false)
    const outcome = await again.putIfAbsent({
      bucket: 'demo-bucket',
      key: 'big',
      body,
      metadata: {},
      onSent: (count) => {
        carried = count
      },
    })
    expect(outcome).toMatchObject({ kind: 'created' })
    expect(carried).toBe(bytes.length)
    expect(sha256(await again.get('demo-bucket', 'big'))).toBe(sha256(bytes))
  })

  test('a reply lost after the object was stored is found out, not sent twice', async () => {
    const { store, embedded } = await ready()
    embedded.faults.lostReply = true
    const lost = store.putIfAbsent(put('lost', Buffer.from('x')))
    await expect(lost).rejects.toMatchObject({ code: 'unavailable' })
    embedded.faults.lostReply = false
    expect(await store.putIfAbsent(put('lost', Buffer.from('x')))).toMatchObject({ kind: 'alreadyThere' })
  })

  test('a captive portal never counts as delivery, nor as an empty list', async () => {
    const { store, embedded } = await ready()
    embedded.faults.portal = true
    await expect(store.putIfAbsent(put('p', Buffer.from('x')))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('portal') as string,
    })
    await expect(store.list({ bucket: 'demo-bucket' })).rejects.toMatchObject({ code: 'unavailable' })
    await expect(store.listBuckets()).rejects.toMatchObject({ code: 'unavailable' })
    await expect(store.get('demo-bucket', 'p')).rejects.toMatchObject({ code: 'unavailable' })
    await expect(store.head('demo-bucket', 'p')).rejects.toMatchObject({ code: 'unavailable' })
    embedded.faults.portal = false
    expect(await store.head('demo-bucket', 'p')).toBeUndefined()
  })

  test('each fault is told as what it is', async () => {
    const { store, embedded } = await ready()
    const attempt = async (fault: Partial<EmbeddedStore['faults']>): Promise<unknown> => {
      Object.assign(embedded.faults, fault)
      const error = await store.putIfAbsent(put('e', Buffer.from('x'))).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      for (const name of Object.keys(fault)) Object.assign(embedded.faults, { [name]: false })
      return error
    }
    expect(await attempt({ denyAll: true })).toMatchObject({
      code: 'denied',
      hint: expect.stringContaining('s3:PutObject') as string,
    })
    expect(await attempt({ wrongCredentials: true })).toMatchObject({
      code: 'denied',
      message: expect.stringContaining('access key') as string,
    })
    expect(await attempt({ slowDown: true })).toMatchObject({ code: 'throttled', retryable: true })
    expect(await attempt({ diskFull: true })).toMatchObject({ code: 'diskFull', retryable: true })
    expect(await attempt({ cutLink: true })).toMatchObject({ code: 'unavailable', retryable: true })
    expect(await store.putIfAbsent(put('e', Buffer.from('x')))).toMatchObject({ kind: 'created' })
  })

  test('an aborted put is cancelled at once and leaves nothing', async () => {
    const { store } = await ready({ bytesPerSecond: 20_000 })
    const stopping = new AbortController()
    const slow = store.putIfAbsent({
      ...put('slow', randomBytes(2_000_000)),
      signal: stopping.signal,
      onSent: () => stopping.abort(),
    })
    await expect(slow).rejects.toMatchObject({ code: 'cancelled' })
    expect(await store.head('demo-bucket', 'slow')).toBeUndefined()
  })

  test('a limited put keeps its signature and its bytes, and the limit can be lifted', async () => {
    const { store } = await ready({ bytesPerSecond: 400_000 })
    const bytes = randomBytes(100_000)
    const seen: number[] = []
    expect(await store.putIfAbsent({ ...put('paced', bytes), onSent: (count) => void seen.push(count) })).toMatchObject(
      { kind: 'created' },
    )
    expect(seen.length).toBeGreaterThan(1)
    store.setBytesPerSecond?.(undefined)
    expect(await store.putIfAbsent(put('free', bytes))).toMatchObject({ kind: 'created' })
    expect(Buffer.from(await store.get('demo-bucket', 'paced'))).toEqual(bytes)
  })

  test('ensureBucket is idempotent, a deleted object is gone, names that are missing are told', async () => {
    const { store } = await ready()
    await store.ensureBucket('demo-bucket')
    expect((await store.listBuckets()).map((bucket) => bucket.name)).toEqual(['demo-bucket'])
    await store.putIfAbsent(put('d', Buffer.from('x')))
    await store.delete('demo-bucket', 'd')
    await store.delete('demo-bucket', 'd')
    expect(await store.head('demo-bucket', 'd')).toBeUndefined()
    await expect(store.get('demo-bucket', 'd')).rejects.toMatchObject({ code: 'notFound' })
    await expect(store.list({ bucket: 'no-such-bucket' })).rejects.toMatchObject({
      code: 'notFound',
      hint: expect.stringContaining('buckets create') as string,
    })
  })
})
