import { afterEach, expect, it } from 'vitest'
import { compactLedger } from '../../../electron/core/db/ledger/compact.ts'
import { listExecutions } from '../../../electron/core/db/ledger/executions.ts'
import type { ReconcileReport } from '../../../shared/domain/reconcile.ts'
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
