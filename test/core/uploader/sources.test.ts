import Database from 'better-sqlite3'
import { parquetReadObjects } from 'hyparquet'
import { copyFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { listEpochs } from '../../../electron/core/db/ledger/epochs.ts'
import { listExecutions } from '../../../electron/core/db/ledger/executions.ts'
import { listCursors } from '../../../electron/core/db/ledger/lanes.ts'
import { FieldgateError } from '../../../shared/domain/errors.ts'
import { parseObjectKey } from '../../../shared/domain/objectKey.ts'
import { SAMPLE_START_MS } from '../../helpers/nodeDatabases.ts'
import { makeUploaderBench } from '../../helpers/uploaderBench.ts'
import type { BenchOptions, UploaderBench } from '../../helpers/uploaderBench.ts'

const never = new AbortController().signal
const DAY_MS = 86_400_000
let bench: UploaderBench

function make(options?: BenchOptions): UploaderBench {
  bench = makeUploaderBench(options)
  return bench
}

afterEach(() => bench.remove())

function node() {
  const [first] = bench.nodes
  if (first === undefined) throw new Error('The bench has no node.')
  return first
}

function epochs(): readonly string[] {
  return listEpochs(bench.ledger, { nodeId: 'n1', table: 'sensor_readings' }).map((record) => record.epoch)
}

/** Rows in the bucket as `day of the event/row id`, by epoch, in order. */
async function rowsByEpoch(): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  for (const [name, object] of bench.store.objects) {
    const key = parseObjectKey(name.slice(name.indexOf('/') + 1))
    const { buffer, byteOffset, byteLength } = object.bytes
    const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
    const rows = (await parquetReadObjects({ file })) as { _row_id: bigint; timestamp: Date }[]
    for (const row of rows) {
      const day = Math.floor((row.timestamp.getTime() - SAMPLE_START_MS) / DAY_MS)
      ;(found[key?.epoch ?? ''] ??= []).push(`${day}/${String(row._row_id).padStart(3, '0')}`)
    }
  }
  for (const rows of Object.values(found)) rows.sort()
  return found
}

function numbered(day: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${day}/${String(index + 1).padStart(3, '0')}`)
}

/** Empties the table in place with its counter, as the first sensor does at every start, and writes a new life. */
function startOver(rows: number, day: number): void {
  node().writer.exec("DELETE FROM sensor_readings; DELETE FROM sqlite_sequence WHERE name = 'sensor_readings'")
  node().append(rows, SAMPLE_START_MS + day * DAY_MS)
}

describe('a table that begins a new life', () => {
  test.each(['claimed', 'encoding', 'encodedFiles', 'committed'] as const)(
    'between two steps, at %s, is delivered whole and no object holds rows of both',
    async (strikeAt) => {
      make({ rows: 60 })
      let strikes = 0
      const uploader = bench.uploader({
        step: (step) => {
          if (step === strikeAt && ++strikes === 2) startOver(80, 3)
        },
      })
      await uploader.once(undefined, never)
      await uploader.once(undefined, never)

      const [first = '', second = ''] = epochs()
      const rows = await rowsByEpoch()
      expect(rows[second]).toEqual(numbered(3, 80))
      expect((rows[first] ?? []).every((row) => row.startsWith('0/'))).toBe(true)
      expect(Object.keys(rows).length).toBeLessThanOrEqual(2)
    },
  )

  test('never comes back: put in place again, it is delivered anew rather than with a hole', async () => {
    make({ rows: 20, shape: 'v5' })
    copyFileSync(node().path, `${node().path}.kept`)
    const uploader = bench.uploader({
      step: (step, id) => {
        if (step !== 'encoding' || id !== 1) return
        rmSync(node().path)
        const other = new Database(node().path)
        other.exec(
          `CREATE TABLE sensor_readings (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT); INSERT INTO sensor_readings (timestamp) VALUES ('2026-01-01')`,
        )
        other.close()
      },
    })
    await uploader.once(undefined, never)
    renameSync(`${node().path}.kept`, node().path)
    await uploader.once(undefined, never)
    await uploader.once(undefined, never)

    expect(listExecutions(bench.ledger, { limit: 99 }).at(-1)).toMatchObject({ id: 1, state: 'abandoned' })
    const rows = await rowsByEpoch()
    expect(rows[epochs().at(-1) ?? '']).toEqual(numbered(0, 20))
    expect(new Set(epochs()).size).toBe(epochs().length)
  })
})

test('a backup put back in the middle of a pass is claimed up to its own end and stays the same table', async () => {
  make({ rows: 15 })
  const backup = `${node().path}.backup`
  await node().writer.backup(backup)
  node().append(20)
  const uploader = bench.uploader({
    step: (step, id) => {
      if (step !== 'claimed' || id !== 1) return
      node().close()
      for (const suffix of ['', '-wal', '-shm']) rmSync(node().path + suffix, { force: true })
      copyFileSync(backup, node().path)
    },
  })
  await uploader.once(undefined, never)
  await uploader.once(undefined, never)

  expect(epochs()).toHaveLength(1)
  expect(Object.values(await rowsByEpoch())).toEqual([numbered(0, 15)])
})

test('what was encoded is delivered even when the source is gone', async () => {
  make({ rows: 9 })
  bench.beforePut = async () => {
    throw new FieldgateError('denied', 'Not yet.')
  }
  await bench.uploader().once(undefined, never)
  bench.beforePut = async () => undefined
  node().close()
  for (const suffix of ['', '-wal', '-shm']) rmSync(node().path + suffix, { force: true })

  const uploader = bench.uploader()
  uploader.nudge()
  const result = await uploader.once(undefined, never)
  expect(result.nodes[0]?.failure).toMatchObject({ code: 'notFound' })
  expect(result.nodes[0]?.rows).toBe(9)
  expect(bench.store.objects.size).toBe(1)
})

test('a claim made before its table lost a column is delivered with the columns it still has', async () => {
  make({ rows: 12 })
  const uploader = bench.uploader({
    step: (step) => {
      if (step === 'claimed') node().writer.exec('ALTER TABLE sensor_readings DROP COLUMN sensor_type')
    },
  })
  const stopping = new AbortController()
  await uploader.once(undefined, stopping.signal).catch(() => undefined)
  const again = bench.uploader()
  again.nudge()
  await again.once(undefined, never)

  const rows = Object.values(await rowsByEpoch()).flat()
  expect(new Set(rows)).toEqual(new Set(numbered(0, 12)))
})

test('a locked database is waited for, and the lock is named', async () => {
  make({ rows: 12, shape: 'v5' })
  node().writer.exec('BEGIN EXCLUSIVE')
  const result = await bench.uploader().once(undefined, never)
  expect(result.nodes[0]?.failure).toMatchObject({ code: 'unavailable', retryable: true })
  node().writer.exec('COMMIT')
  expect((await bench.uploader().once(undefined, never)).nodes).toMatchObject([{ rows: 12, failure: undefined }])
})

test('an object moved away after a conflict is made anew, and its rows are there once', async () => {
  bench = makeUploaderBench({ rows: 6 })
  bench.nodes[0]?.append(4, SAMPLE_START_MS + 86_400_000)
  let puts = 0
  const dying = {
    step: (step: string) => {
      if (step === 'putting' && ++puts === 2) throw new Error('killed')
    },
  }
  await bench.uploader(dying).once(undefined, never)
  expect(bench.store.objects.size).toBe(1)
  rmSync(join(bench.stateDir, 'spool'), { recursive: true })
  bench.nodes[0]?.writer.exec('UPDATE sensor_readings SET temperature = -40 WHERE id = 2')
  const upload = async (): Promise<unknown> => {
    bench.ledger.sql('UPDATE executions SET next_retry_ms = 0').run()
    return (await bench.uploader().once(undefined, never)).nodes[0]?.failure
  }
  expect(await upload()).toMatchObject({ code: 'conflict', hint: expect.stringContaining('Move it away') as unknown })
  bench.store.objects.clear()
  expect(await upload()).toBeUndefined()
  expect(bench.store.objects.size).toBe(2)
  expect(listCursors(bench.ledger)).toMatchObject([{ ackedSeq: 10 }])
})

test('an object moved away while the rest of its claim still had to be stored is put again', async () => {
  make({ rows: 6 })
  node().append(4, SAMPLE_START_MS + DAY_MS)
  let puts = 0
  const dying = {
    step: (step: string) => {
      if (step === 'putting' && ++puts === 2) throw new Error('killed')
    },
  }
  await bench.uploader(dying).once(undefined, never)
  expect(bench.store.objects.size).toBe(1)
  bench.store.objects.clear()
  bench.ledger.sql('UPDATE executions SET next_retry_ms = 0').run()
  await bench.uploader().once(undefined, never)

  expect(Object.values(await rowsByEpoch()).flat()).toHaveLength(10)
  expect(listCursors(bench.ledger)).toMatchObject([{ ackedSeq: 10 }])
})

test('an object that arrived without a reply is not delivered a second time under another name', async () => {
  make({ rows: 6 })
  node().append(4, SAMPLE_START_MS + DAY_MS)
  const dying = {
    step: (step: string) => {
      if (step === 'put') throw new Error('killed')
    },
  }
  await bench.uploader(dying).once(undefined, never)
  expect(bench.store.objects.size).toBe(1)
  const [name = ''] = bench.store.objects.keys()
  rmSync(join(bench.stateDir, 'spool'), { recursive: true })
  // Its first object would now hold the rows 1 to 5, and be named by them.
  node().writer.exec('DELETE FROM sensor_readings WHERE id = 6')
  bench.ledger.sql('UPDATE executions SET next_retry_ms = 0').run()

  const { nodes } = await bench.uploader().once(undefined, never)
  expect(nodes[0]?.failure?.hint).toContain(`the object ${name.slice(name.indexOf('/') + 1)} in`)
  expect([...bench.store.objects.keys()]).toEqual([name])
})
