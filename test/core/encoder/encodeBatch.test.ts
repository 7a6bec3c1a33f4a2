import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcessEncoder } from '../../../electron/core/uploader/encoder.ts'
import { createReadings, readObject, requestFor } from './requests.ts'

const encoder = inProcessEncoder()
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldgate-encode-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const DAY = Date.UTC(2026, 2, 1)

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '123+00:00')
}

describe('the objects of a claim', () => {
  it('hold every row with its lineage, and say in the footer what they are', async () => {
    const path = createReadings(folder, [
      { timestamp: timeOf(DAY), temperature: 20.5, status_code: 7, payload: Buffer.from([1, 2]) },
      { timestamp: timeOf(DAY + 1000), temperature: null, status_code: null, sensor_id: 'é' },
    ])
    const request = requestFor(path, folder)
    const { objects, counts, newestEventMs, quarantined } = await encoder.encode(request)
    expect(objects).toHaveLength(1)
    const [object] = objects
    if (object === undefined) throw new Error('no object')
    expect(object).toMatchObject({ date: '2026-03-01', fromSeq: 1, toSeq: 2, rows: 2 })
    expect(counts).toEqual({ read: 2, kept: 2, rejected: 0, filtered: 0, aggregated: 0 })
    expect(newestEventMs).toBe(DAY + 1000)
    expect(quarantined).toEqual([])
    const bytes = readFileSync(object.path)
    expect(object.bytes).toBe(bytes.length)
    expect(object.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    const { rows, metadata } = await readObject(object)
    expect(rows[0]).toEqual({
      id: 1n,
      timestamp: BigInt(DAY) * 1000n + 123n,
      sensor_id: 'S1',
      temperature: 20.5,
      status_code: 7n,
      payload: Uint8Array.of(1, 2),
      _node_id: 'node-1',
      _row_id: 1n,
      _pipeline_type: 'raw',
      _pipeline_rev: 3n,
      _extra: null,
    })
    expect(metadata).toMatchObject({
      'fieldgate.node': 'node-1',
      'fieldgate.epoch': 'e0',
      'fieldgate.range': '1..2',
      'fieldgate.rows': '2',
      'fieldgate.logical_hash': object.logicalHash,
      'fieldgate.schema_fingerprint': request.context.plan.fingerprint,
    })
  })

  it('are one per UTC event date, also for rows that arrive late or carry no time', async () => {
    const path = createReadings(folder, [
      { timestamp: '2026-03-01T23:59:59.999999Z' },
      { timestamp: '2026-03-02T01:30:00+02:00' },
      { timestamp: '2026-03-02T00:00:00Z' },
      { timestamp: 'no time at all' },
      { timestamp: '2026-03-01 12:00:00' },
      { timestamp: null },
    ])
    const { objects } = await encoder.encode(requestFor(path, folder))
    expect(objects.map(({ date, fromSeq, toSeq, rows }) => ({ date, fromSeq, toSeq, rows }))).toEqual([
      { date: '2026-03-01', fromSeq: 1, toSeq: 6, rows: 3 },
      { date: '2026-03-02', fromSeq: 1, toSeq: 6, rows: 1 },
      { date: undefined, fromSeq: 1, toSeq: 6, rows: 2 },
    ])
    const [first, , none] = objects
    expect((await readObject(first as never)).rows.map((row) => row['_row_id'])).toEqual([1n, 2n, 5n])
    const undated = (await readObject(none as never)).rows
    expect(undated.map((row) => [row['timestamp'], row['_extra']])).toEqual([
      [null, '{"timestamp":"no time at all"}'],
      [null, null],
    ])
  })

  it('never change the type of a column: what does not fit is kept in _extra, whole', async () => {
    const path = createReadings(folder, [
      { timestamp: timeOf(DAY), temperature: 'hot', status_code: 2.5 },
      { timestamp: timeOf(DAY), temperature: Buffer.from([1, 2, 3]), status_code: 'E7', sensor_id: Buffer.from('b') },
      { timestamp: timeOf(DAY), temperature: Infinity, status_code: 9007199254740993n, payload: 'text' },
      { timestamp: timeOf(DAY), temperature: 9007199254740993n, status_code: -(2n ** 63n) },
    ])
    const { objects } = await encoder.encode(requestFor(path, folder))
    const { rows } = await readObject(objects[0] as never)
    expect(
      rows.map((row) => [row['temperature'], row['status_code'], row['payload'], row['sensor_id'], row['_extra']]),
    ).toEqual([
      [null, null, null, 'S1', '{"temperature":"hot","status_code":2.5}'],
      [null, null, null, null, '{"sensor_id":{"base64":"Yg=="},"temperature":{"base64":"AQID"},"status_code":"E7"}'],
      [Infinity, 9007199254740993n, null, 'S1', '{"payload":"text"}'],
      [9007199254740992, -(2n ** 63n), null, 'S1', null],
    ])
  })

  it('roll at the target size into ranges that tile the claim', async () => {
    const rows = Array.from({ length: 40_000 }, (_, i) => ({ timestamp: timeOf(DAY + i), temperature: Math.sin(i) }))
    const path = createReadings(folder, rows)
    const { objects } = await encoder.encode(requestFor(path, folder, { targetObjectBytes: 100_000 }))
    expect(objects.length).toBeGreaterThan(2)
    let next = 1
    for (const object of objects) {
      expect(object.fromSeq).toBe(next)
      expect(object.rows).toBe(object.toSeq - object.fromSeq + 1)
      next = object.toSeq + 1
    }
    expect(next).toBe(40_001)
    expect(new Set(objects.map((object) => object.path)).size).toBe(objects.length)
  })

  it('are none for a claim without rows', async () => {
    const path = createReadings(folder, [{ id: 5, timestamp: timeOf(DAY) }])
    const result = await encoder.encode(requestFor(path, folder, { fromSeq: 6, toSeq: 9 }))
    expect(result).toEqual({
      objects: [],
      counts: { read: 0, kept: 0, rejected: 0, filtered: 0, aggregated: 0 },
      quarantined: [],
      newestEventMs: undefined,
    })
  })

  it('have the same bytes however often and in whatever steps they are made', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      timestamp: timeOf(DAY + ((i * 7_919_000) % 200_000_000)),
      temperature: i % 3 === 0 ? null : Math.cos(i),
      status_code: i % 11,
      sensor_id: `S${i % 40}`,
    }))
    const path = createReadings(folder, rows)
    const hashes = async (rowsPerStep: number, spoolName: string): Promise<readonly string[]> =>
      (await encoder.encode(requestFor(path, folder, { rowsPerStep, spoolName }))).objects.map(
        (object) => object.sha256,
      )
    const first = await hashes(500, 'a')
    expect(first.length).toBe(3)
    expect(await hashes(2000, 'b')).toEqual(first)
    expect(await hashes(1, 'c')).toEqual(first)
  })

  it('have one logical hash in every codec, profile and engine, and another one for other rows', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => ({ timestamp: timeOf(DAY + i), temperature: i / 3 }))
    const path = createReadings(folder, rows)
    const hashOf = async (changes: Parameters<typeof requestFor>[2]): Promise<string | undefined> =>
      (await encoder.encode(requestFor(path, folder, changes))).objects[0]?.logicalHash
    const hash = await hashOf({})
    expect(hash).toMatch(/^[0-9a-f]{32}$/)
    expect(await hashOf({ compression: 'gzip', profile: 'compatible' })).toBe(hash)
    expect(await hashOf({ engine: 'parquetjs-lite' })).toBe(hash)
    expect(await hashOf({ toSeq: 99 })).not.toBe(hash)
    const database = new Database(path)
    database.exec('UPDATE sensor_readings SET temperature = temperature + 1e-12 WHERE id = 50')
    database.close()
    expect(await hashOf({})).not.toBe(hash)
  })

  it('leave nothing on disk when the work is cancelled or fails', async () => {
    const path = createReadings(folder, [{ timestamp: timeOf(DAY) }])
    const request = requestFor(path, folder)
    const abort = new AbortController()
    abort.abort(new Error('not wanted'))
    await expect(encoder.encode(request, abort.signal)).rejects.toThrow('not wanted')
    const unreadable = { ...request, node: { ...request.node, sqlite: join(folder, 'gone.db') } }
    await expect(encoder.encode(unreadable)).rejects.toMatchObject({ code: 'notFound' })
    const refused = { ...request, engine: 'parquetjs-lite' as const, compression: 'zstd' as const }
    await expect(encoder.encode(refused)).rejects.toMatchObject({ code: 'unsupported' })
    expect(existsSync(request.spoolFolder) ? readdirSync(request.spoolFolder) : []).toEqual([])
  })
})

describe('claims of many dates', () => {
  it('stay within their memory by writing row groups early, and still hold every row', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => ({
      timestamp: timeOf(DAY + (i % 60) * 86_400_000 + i),
      sensor_id: `${i} `.repeat(200),
    }))
    const path = createReadings(folder, rows)
    const { objects } = await encoder.encode(requestFor(path, folder))
    expect(objects).toHaveLength(60)
    expect(objects.reduce((sum, object) => sum + object.rows, 0)).toBe(20_000)
    const ids = new Set<unknown>()
    for (const object of objects) for (const row of (await readObject(object)).rows) ids.add(row['_row_id'])
    expect(ids.size).toBe(20_000)
  })
})
