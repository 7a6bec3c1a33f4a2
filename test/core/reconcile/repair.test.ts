import { afterEach, describe, expect, it } from 'vitest'
import { listQuarantine } from '../../../electron/core/db/ledger/records.ts'
import { inProcessEncoder } from '../../../electron/core/uploader/encoder.ts'
import { putAsideMissing, restoreObjects } from '../../../electron/core/uploader/repair.ts'
import type { RepairPorts } from '../../../electron/core/uploader/repair.ts'
import { claimReplays } from '../../../electron/core/uploader/replay.ts'
import { createFakeClock } from '../../helpers/fakeClock.ts'
import { createWorkspace, DAY } from './workspace.ts'
import type { TestWorkspace } from './workspace.ts'

let world: TestWorkspace
afterEach(() => world.close())

const never = new AbortController().signal

function ports(): RepairPorts {
  const { config, ledger, store, openNode } = world.ports
  return { config, ledger, store, openNode, encoder: inProcessEncoder(), clock: createFakeClock(DAY) }
}

/** What the objects are: names, bytes and metadata. */
function bucket(): ReadonlyMap<string, unknown> {
  return new Map([...world.store.objects].map(([name, { bytes, metadata }]) => [name, { bytes: [...bytes], metadata }]))
}

async function restore(): Promise<number> {
  let restored = 0
  for (const lane of (await world.prove()).lanes) restored += await restoreObjects(ports(), world.node, lane, never)
  return restored
}

async function deliverMissing(): Promise<number> {
  const report = await world.prove({ maxFindings: 10_000 })
  const ids = report.lanes.flatMap((lane) => putAsideMissing(ports(), world.node, lane))
  claimReplays(world.ledger, world.config, { ids, atMs: DAY })
  await world.upload()
  return ids.length
}

describe('an object that is gone from the bucket', () => {
  it.each(['raw', 'schematized', 'emergency', 'aggregated'])('is put back as it was: %s', async (type) => {
    world = createWorkspace()
    world.switchTo(type)
    world.write(120, 0, (index) => ({ anomaly: index % 3 === 0 ? 1 : 0 }))
    world.write(40, 1, () => ({ anomaly: 1 }))
    await world.upload()
    const before = bucket()
    const [name = ''] = [...before.keys()].slice(1)
    world.store.objects.delete(name)
    expect((await world.prove()).isClean).toBe(false)

    expect(await restore()).toBe(1)
    expect(bucket()).toEqual(before)
    expect((await world.prove()).isClean).toBe(true)
    expect(await restore()).toBe(0)
  })

  it('is put back with the rows that are still there, when some were purged', async () => {
    world = createWorkspace()
    world.write(60)
    await world.upload()
    world.store.objects.clear()
    world.database.exec('DELETE FROM sensor_readings WHERE id <= 20')
    expect(await restore()).toBe(1)
    const report = await world.prove()
    expect(report.totals).toMatchObject({ delivered: 40, missing: 0, duplicated: 0, different: 0 })
  })

  it('stays missing when its table began a new life: nothing is made up', async () => {
    world = createWorkspace()
    world.write(30)
    await world.upload()
    world.database.exec("DELETE FROM sensor_readings; DELETE FROM sqlite_sequence WHERE name = 'sensor_readings'")
    world.write(10, 1)
    await world.upload()
    const [first = ''] = world.store.objects.keys()
    world.store.objects.delete(first)
    expect(await restore()).toBe(0)
    expect((await world.prove()).isClean).toBe(false)
  })

  it('is put back when a replay had made it', async () => {
    world = createWorkspace()
    world.switchTo('schematized')
    world.write(30, 0, (index) => (index === 7 ? { temperature: 500 } : {}))
    await world.upload()
    const before = new Set(world.store.objects.keys())
    const columns = { timestamp: { type: 'timestamp' }, sensor_id: { type: 'string' } } as const
    const contracts = [{ table: 'sensor_readings', version: 2, columns }]
    claimReplays(world.ledger, { ...world.config, pipelines: { ...world.config.pipelines, contracts } }, { atMs: DAY })
    await world.upload()
    const [replayed = ''] = [...world.store.objects.keys()].filter((name) => !before.has(name))
    const object = world.store.objects.get(replayed)
    world.store.objects.delete(replayed)
    expect(await restore()).toBe(1)
    expect(world.store.objects.get(replayed)).toEqual(object)
    expect((await world.prove()).isClean).toBe(true)
  })
})

describe('a row inserted below the position that was reached', () => {
  it.each(['raw', 'schematized', 'emergency'])('is delivered once, and the proof is clean: %s', async (type) => {
    world = createWorkspace()
    world.switchTo(type)
    world.write(40, 0, () => ({ anomaly: 1 }))
    world.database.exec('CREATE TABLE kept AS SELECT * FROM sensor_readings WHERE id IN (7, 9, 30)')
    world.database.exec('DELETE FROM sensor_readings WHERE id IN (7, 9, 30)')
    await world.upload()
    world.database.exec('INSERT INTO sensor_readings SELECT * FROM kept')
    expect((await world.prove()).totals.missing).toBe(3)

    expect(await deliverMissing()).toBe(3)
    expect((await world.prove()).totals).toMatchObject({ delivered: 40, missing: 0, duplicated: 0, different: 0 })
    expect((await world.prove()).isClean).toBe(true)
    expect(await deliverMissing()).toBe(0)
  })

  it('that the contract rejects waits in quarantine with the reason', async () => {
    world = createWorkspace()
    world.switchTo('schematized')
    world.write(10)
    await world.upload()
    world.database.exec('DELETE FROM sensor_readings WHERE id = 4')
    world.database.exec(
      `INSERT INTO sensor_readings (id, timestamp, sensor_id, temperature) VALUES (4, '2026-03-01T00:03:00Z', 'S', 999)`,
    )
    await deliverMissing()
    expect(listQuarantine(world.ledger, { limit: 9, isOpen: true })).toMatchObject([
      { sequence: 4, reasons: [expect.stringContaining('temperature') as unknown] },
    ])
  })

  it('into a window that was aggregated already is left to a person', async () => {
    world = createWorkspace()
    world.switchTo('aggregated')
    world.write(40)
    world.database.exec('CREATE TABLE kept AS SELECT * FROM sensor_readings WHERE id = 7')
    world.database.exec('DELETE FROM sensor_readings WHERE id = 7')
    await world.upload()
    const before = world.store.objects.size
    world.database.exec('INSERT INTO sensor_readings SELECT * FROM kept')
    expect((await world.prove()).isClean).toBe(false)
    await deliverMissing()
    expect(world.store.objects.size).toBe(before)
  })
})
