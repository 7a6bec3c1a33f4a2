import { rmSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { claimReplays } from '../../../electron/core/uploader/replay.ts'
import type { ReconcileLane, ReconcileReport } from '../../../shared/domain/reconcile.ts'
import type { StoredBytes } from './memoryStore.ts'
import { createWorkspace } from './workspace.ts'
import type { TestWorkspace } from './workspace.ts'

let world: TestWorkspace
afterEach(() => world.close())

function laneOf(report: ReconcileReport, route: string): ReconcileLane {
  const lane = report.lanes.find((candidate) => candidate.route === route)
  if (lane === undefined) throw new Error(`no lane ${route}`)
  return lane
}

function kindsOf(report: ReconcileReport): readonly string[] {
  return [...new Set(report.lanes.flatMap((lane) => lane.findings.map((finding) => finding.kind)))].toSorted()
}

/** The stored object that covers a sequence. */
function objectWith(sequence: number, route = 'raw'): { readonly name: string; readonly key: string } {
  for (const name of world.store.objects.keys()) {
    const match = /-(\d{16})-(\d{16})\.parquet$/.exec(name)
    if (name.includes(`/${route}/`) && match !== null && Number(match[1]) <= sequence && sequence <= Number(match[2])) {
      return { name, key: name.slice(name.indexOf('/') + 1) }
    }
  }
  throw new Error(`no object holds ${sequence}`)
}

describe('the proof of what is as it should be', () => {
  it('finds every row once, with equal checksums day by day', async () => {
    world = createWorkspace()
    world.write(120)
    world.write(80, 1)
    await world.upload()
    world.write(7, 1)
    const report = await world.prove()
    expect(report.isClean).toBe(true)
    expect(report.totals).toMatchObject({
      sourceRows: 200,
      delivered: 200,
      waiting: 7,
      missing: 0,
      duplicated: 0,
      different: 0,
    })
    expect(report.totals.objects).toBe(world.store.objects.size)
    expect(report.totals.objectsEqual).toBe(report.totals.objects)
    const lane = laneOf(report, 'raw')
    expect(lane.days.map(({ date, sourceRows, bucketRows }) => [date, sourceRows, bucketRows])).toEqual([
      ['2026-03-01', 120, 120],
      ['2026-03-02', 80, 80],
    ])
    for (const day of lane.days) expect(day.bucketChecksum).toBe(day.sourceChecksum)
    expect(lane.ranges).toEqual([{ fromSeq: 1, toSeq: 200 }])
  })

  it('accounts for filtered, aggregated and quarantined rows of the other types', async () => {
    world = createWorkspace({
      contracts: [{ table: 'sensor_readings', version: 1, columns: { temperature: { type: 'number', max: 1000 } } }],
    })
    world.switchTo('emergency')
    world.write(50, 0, (i) => ({ anomaly: i % 10 === 0 ? 1 : 0 }))
    await world.upload()
    world.switchTo('aggregated')
    world.write(60, 1)
    await world.upload()
    world.switchTo('schematized')
    world.write(40, 2, (i) => ({ temperature: i === 3 ? 5000 : 20 }))
    await world.upload()
    const report = await world.prove()
    expect(report.lanes.flatMap((lane) => lane.findings)).toEqual([])
    expect(report.isClean).toBe(true)
    expect(laneOf(report, 'emergency')).toMatchObject({ sourceRows: 50, delivered: 5, filtered: 45 })
    expect(laneOf(report, 'emergency').days[0]).toMatchObject({ sourceRows: 5, bucketRows: 5, filtered: 45 })
    expect(laneOf(report, 'aggregated')).toMatchObject({ sourceRows: 60, aggregated: 60 })
    const { totals } = report
    expect(totals.delivered + totals.aggregated + totals.filtered + totals.quarantined).toBe(totals.sourceRows)
    expect(laneOf(report, 'aggregated').days[0]).toMatchObject({ date: '2026-03-02', aggregated: 60 })
    expect(laneOf(report, 'schematized')).toMatchObject({ sourceRows: 40, delivered: 39, quarantined: 1 })
    expect(laneOf(report, 'schematized').days[0]).toMatchObject({ quarantined: 1, sourceRows: 39 })
  })

  it('counts a replayed row as delivered, under the contract that let it pass', async () => {
    const contract = (max: number) => ({
      table: 'sensor_readings',
      version: max,
      columns: { temperature: { type: 'number' as const, max } },
    })
    world = createWorkspace({ contracts: [contract(1000)] })
    world.switchTo('schematized')
    world.write(40, 0, (i) => ({ temperature: i % 10 === 3 ? 5000 + i : 20 }))
    await world.upload()
    expect(laneOf(await world.prove(), 'schematized')).toMatchObject({ delivered: 36, quarantined: 4 })
    const relaxed = { ...world.config, pipelines: { ...world.config.pipelines, contracts: [contract(5020)] } }
    expect(claimReplays(world.ledger, relaxed, { atMs: Date.UTC(2026, 2, 9) }).ids).toHaveLength(4)
    await world.upload()
    const report = await world.prove()
    expect(report.lanes.flatMap((lane) => lane.findings)).toEqual([])
    expect(report.isClean).toBe(true)
    expect(laneOf(report, 'schematized')).toMatchObject({ delivered: 38, quarantined: 2 })
  })

  it('stays clean when delivered rows were purged from the source', async () => {
    world = createWorkspace()
    world.write(100)
    await world.upload()
    world.database.exec('DELETE FROM sensor_readings WHERE id <= 60')
    const report = await world.prove()
    expect(report.isClean).toBe(true)
    expect(laneOf(report, 'raw')).toMatchObject({ sourceRows: 40, delivered: 100, purged: 60, missing: 0 })
    const [day] = laneOf(report, 'raw').days
    expect(day).toMatchObject({ sourceRows: 100, bucketRows: 100 })
    expect(day?.sourceChecksum).toBe(day?.bucketChecksum)
  })

  it('proves aggregates of purged rows by what was recorded of them', async () => {
    world = createWorkspace()
    world.switchTo('aggregated')
    world.write(100)
    await world.upload()
    world.database.exec('DELETE FROM sensor_readings WHERE id <= 60')
    const report = await world.prove()
    expect(report.isClean).toBe(true)
    expect(laneOf(report, 'aggregated')).toMatchObject({ sourceRows: 40, different: 0 })
  })

  it('compares ledger and bucket alone once the database is gone', async () => {
    world = createWorkspace()
    world.write(100)
    await world.upload()
    for (const suffix of ['', '-wal', '-shm']) rmSync(world.node.sqlite + suffix, { force: true })
    const clean = await world.prove()
    expect(clean.isClean).toBe(true)
    expect(laneOf(clean, 'raw')).toMatchObject({ isSourceReadable: false, delivered: 100, sourceRows: 0, purged: 100 })
    world.store.objects.delete(objectWith(1).name)
    const damaged = await world.prove()
    expect(damaged.isClean).toBe(false)
    expect(laneOf(damaged, 'raw')).toMatchObject({ missing: 100, delivered: 0 })
  })
})

describe('the proof of real damage', () => {
  it('names the rows of a deleted object', async () => {
    world = createWorkspace()
    world.write(250)
    await world.upload()
    const { name, key } = objectWith(120)
    world.store.objects.delete(name)
    const report = await world.prove({ maxFindings: 5 })
    const lane = laneOf(report, 'raw')
    expect(report.isClean).toBe(false)
    expect(lane.missing).toBe(100)
    expect(lane.findings[0]).toMatchObject({ kind: 'objectMissing', key })
    expect(lane.findings.filter((finding) => finding.kind === 'missing').map((finding) => finding.sequence)).toEqual([
      101, 102, 103, 104,
    ])
    expect(lane.days[0]).toMatchObject({ sourceRows: 250, bucketRows: 150, missing: 100 })
  })

  it('notices two objects that changed places', async () => {
    world = createWorkspace()
    world.write(200)
    await world.upload()
    const first = world.store.objects.get(objectWith(1).name)
    const second = world.store.objects.get(objectWith(101).name)
    if (first === undefined || second === undefined) throw new Error('two objects expected')
    ;[first.bytes, second.bytes] = [second.bytes, first.bytes]
    const report = await world.prove({ maxFindings: 1000 })
    expect(kindsOf(report)).toEqual(['missing', 'objectDiffers', 'unexpected'])
    expect(laneOf(report, 'raw')).toMatchObject({ missing: 200, delivered: 0 })
  })

  it('notices a flipped byte wherever it is', async () => {
    world = createWorkspace()
    world.write(60)
    await world.upload()
    const object = [...world.store.objects.values()][0]
    if (object === undefined) throw new Error('an object expected')
    const original = object.bytes
    const found = new Set<string>()
    for (let at = 0; at < original.length; at += 97) {
      object.bytes = Uint8Array.from(original)
      object.bytes[at] = (original[at] as number) ^ 0x20
      const report = await world.prove()
      expect(report.isClean, `byte ${at}`).toBe(false)
      for (const kind of kindsOf(report)) found.add(kind)
    }
    expect(found).toContain('objectDiffers')
    expect(found).toContain('different')
    object.bytes = original
    expect((await world.prove()).isClean).toBe(true)
  })

  it('names an object nobody delivered and the rows it holds a second time', async () => {
    world = createWorkspace()
    world.write(30)
    await world.upload()
    const { name } = objectWith(1)
    const copy = name.replace('0000000000000001-', '0000000000000002-')
    world.store.objects.set(copy, world.store.objects.get(name) as StoredBytes)
    const report = await world.prove({ maxFindings: 10 })
    const lane = laneOf(report, 'raw')
    expect(report.isClean).toBe(false)
    expect(report.unknownObjects).toEqual([copy.slice(copy.indexOf('/') + 1)])
    expect(lane.duplicated).toBe(30)
    expect(kindsOf(report)).toEqual(['duplicated', 'objectUnknown'])
    expect(lane.findings.filter((finding) => finding.kind === 'duplicated')).toHaveLength(9)
  })

  it('does not call an object unknown that is being sent while the proof runs', async () => {
    world = createWorkspace()
    world.write(30)
    await world.upload()
    const { name } = objectWith(1)
    const late = name.replace('0000000000000001-0000000000000030', '0000000000000031-0000000000000040')
    world.store.objects.set(late, world.store.objects.get(name) as StoredBytes)
    const claimed = world.ledger.sql('SELECT * FROM executions').get() as Record<string, unknown>
    world.ledger
      .sql(
        `INSERT INTO executions (node_id, table_name, epoch, route, kind, state, pipeline_revision, bucket, from_seq, to_seq, request_id, claimed_at_ms)
         SELECT node_id, table_name, epoch, route, kind, 'claimed', pipeline_revision, bucket, 31, 40, request_id, claimed_at_ms FROM executions WHERE id = ?`,
      )
      .run(claimed['id'])
    expect((await world.prove()).unknownObjects).toEqual([])
  })

  it('says when a row was changed, added or made late in the source after its range was delivered', async () => {
    world = createWorkspace()
    world.write(50)
    world.database.exec('DELETE FROM sensor_readings WHERE id = 20')
    await world.upload()
    world.database.exec(`UPDATE sensor_readings SET temperature = temperature + 1 WHERE id = 7;
      UPDATE sensor_readings SET timestamp = '2026-03-05T00:00:00Z' WHERE id = 8;
      INSERT INTO sensor_readings (id, timestamp, sensor_id) VALUES (20, '2026-03-01T00:00:00Z', 'S')`)
    const report = await world.prove()
    const lane = laneOf(report, 'raw')
    expect(lane).toMatchObject({ different: 2, missing: 1, delivered: 47 })
    const messages = Object.fromEntries(lane.findings.map((finding) => [finding.sequence, finding.message]))
    expect(messages[7]).toContain('changed in the database after it was delivered')
    expect(messages[8]).toContain('2026-03-05')
    expect(messages[20]).toContain('in no object')
    expect(lane.days.find((day) => day.date === '2026-03-05')).toMatchObject({ sourceRows: 1, bucketRows: 0 })
  })

  it('does not call an emergency row delivered when it stopped being one', async () => {
    world = createWorkspace()
    world.switchTo('emergency')
    world.write(20, 0, (i) => ({ anomaly: i === 4 ? 1 : 0 }))
    await world.upload()
    world.database.exec('UPDATE sensor_readings SET anomaly_flag = 0 WHERE id = 5')
    const report = await world.prove()
    expect(laneOf(report, 'emergency')).toMatchObject({ different: 1, delivered: 0 })
    expect(laneOf(report, 'emergency').findings[0]).toMatchObject({ kind: 'different', sequence: 5 })
  })
})

describe('the quick proof', () => {
  it('reads no unchanged object again, but every one that changed', async () => {
    world = createWorkspace()
    world.write(250)
    await world.upload()
    await world.prove()
    const before = world.store.reads()
    const quick = await world.prove({ quick: true })
    expect(world.store.reads()).toBe(before)
    expect(quick).toMatchObject({ isClean: true, isFull: false })
    expect(quick.totals).toMatchObject({ delivered: 250, objectsEqual: 3, objects: 3 })
    const object = world.store.objects.get(objectWith(120).name)
    if (object === undefined) throw new Error('an object expected')
    object.bytes = Uint8Array.from(object.bytes, (byte, at) => (at === 40 ? byte ^ 1 : byte))
    expect((await world.prove({ quick: true })).isClean).toBe(false)
    expect(world.store.reads()).toBeGreaterThan(before)
  })

  it('reads again when the source disagrees, and names the row', async () => {
    world = createWorkspace()
    world.write(50)
    await world.upload()
    await world.prove()
    world.database.exec('UPDATE sensor_readings SET temperature = 1 WHERE id = 33')
    const report = await world.prove({ quick: true })
    expect(laneOf(report, 'raw').findings).toMatchObject([{ kind: 'different', sequence: 33 }])
  })
})

it('ends with the reason when the proof is aborted, and leaves no copies behind', async () => {
  world = createWorkspace()
  world.write(250)
  await world.upload()
  const abort = new AbortController()
  const proof = world.prove({ signal: abort.signal, onProgress: () => abort.abort(new Error('enough proof')) })
  await expect(proof).rejects.toThrow('enough proof')
})
