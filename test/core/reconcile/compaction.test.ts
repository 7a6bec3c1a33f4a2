import { afterEach, expect, it } from 'vitest'
import { compactLedger } from '../../../electron/core/db/ledger/compact.ts'
import { listExecutions } from '../../../electron/core/db/ledger/executions.ts'
import { reconcileNodes } from '../../../electron/core/uploader/reconcile.ts'
import type { ReconcileReport } from '../../../shared/domain/reconcile.ts'
import { createFakeClock } from '../../helpers/fakeClock.ts'
import { createWorkspace, DAY } from './workspace.ts'
import type { TestWorkspace } from './workspace.ts'

let world: TestWorkspace
afterEach(() => world.close())

const LATER = DAY + 30 * 86_400_000

function compact(): ReturnType<typeof compactLedger> {
  const signal = new AbortController().signal
  return compactLedger(world.ledger, { nowMs: LATER, signal, pause: async () => undefined })
}

/** What a proof says, but for the moment it was made. */
function saidBy({
  takenAtMs: _at,
  tookMs: _took,
  ...said
}: ReconcileReport): Omit<ReconcileReport, 'takenAtMs' | 'tookMs'> {
  return said
}

it('a proof says the same of a compacted ledger, from memory and anew', async () => {
  world = createWorkspace()
  world.switchTo('emergency')
  for (let pass = 0; pass < 12; pass++) {
    world.write(8, pass % 2, (i) => ({ anomaly: pass === 5 && i === 3 ? 1 : 0 }))
    await world.upload()
  }
  world.switchTo('raw')
  world.write(10, 2)
  await world.upload()
  const before = await world.prove({ quick: true, onlyNew: true })
  const inFull = await world.prove()
  expect(before.isClean).toBe(true)
  const executions = listExecutions(world.ledger, { limit: 50 }).length
  const { mergedExecutions } = await compact()
  expect(mergedExecutions).toBeGreaterThan(1)
  expect(listExecutions(world.ledger, { limit: 50 })).toHaveLength(executions - mergedExecutions)

  expect(saidBy(await world.prove({ quick: true, onlyNew: true }))).toEqual(saidBy(before))
  expect(saidBy(await world.prove())).toEqual(saidBy(inFull))
})

it('a row that should have been delivered is missed in a compacted range as well', async () => {
  world = createWorkspace()
  world.switchTo('emergency')
  for (let pass = 0; pass < 6; pass++) {
    world.write(5)
    await world.upload()
  }
  world.database.exec('UPDATE sensor_readings SET anomaly_flag = 1 WHERE id = 17')
  const before = await world.prove()
  expect((await compact()).mergedExecutions).toBeGreaterThan(0)
  const after = await world.prove()
  expect(after.isClean).toBe(false)
  expect(after.totals).toEqual(before.totals)
  expect(after.lanes.flatMap((lane) => lane.findings.map(({ sequence }) => sequence))).toEqual([17])
})

it('claims that were merged into others are forgotten with the next repeated proof', async () => {
  world = createWorkspace()
  world.switchTo('emergency')
  const { node, ports } = world
  const known: number[] = []
  const rememberClaim: typeof ports.cache.rememberClaim = (nodeId, id, stamp, result) => {
    known.push(id)
    ports.cache.rememberClaim(nodeId, id, stamp, result)
  }
  const asked = { ...ports, clock: createFakeClock(LATER), cache: { ...ports.cache, rememberClaim } }
  const options = {
    maxFindings: 9,
    quick: true,
    onlyNew: true,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  }
  for (let pass = 0; pass < 4; pass++) {
    world.write(5)
    await world.upload()
  }
  await reconcileNodes(asked, [node], options)
  const [execution] = listExecutions(world.ledger, { limit: 9 }).toReversed()
  const stamp = `true ${execution?.fromSeq} ${execution?.toSeq} 0`
  expect(known).toHaveLength(4)
  expect(ports.cache.findClaim(node.id, execution?.id ?? 0, stamp)).toMatchObject({ sourceRows: 5, objectsEqual: 0 })
  await compact()
  await reconcileNodes(asked, [node], options)
  expect(ports.cache.findClaim(node.id, execution?.id ?? 0, stamp)).toBeUndefined()
})
