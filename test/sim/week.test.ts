import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createRng } from '../../electron/core/support/rng.ts'
import type { Rng } from '../../electron/core/support/rng.ts'
import { findViolations } from './oracle.ts'
import { ROUTES } from './schedule.ts'
import type { Action, WorldOptions } from './schedule.ts'
import { createWorld } from './world.ts'
import type { World } from './world.ts'

const SEED = Number(process.env['FIELDGATE_SIM_FIRST'] ?? Math.floor(Date.now() / 1000) * 1000)
const QUARTER = 900_000
const QUARTERS_A_DAY = 96
const DAYS = 7
const MIB = 2 ** 20

const OPTIONS: WorldOptions = {
  nodes: 3,
  isOnDisk: true,
  isAutoIncrement: true,
  isWide: true,
  maxBatchRows: 20,
  targetObjectBytes: 4_000,
  compression: 'snappy',
  profile: 'compact',
  alwaysOn: ['emergency'],
  firstRows: 20,
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

interface Load {
  readonly heapBytes: number
  readonly files: number
  readonly objects: number
}

/** What the process holds, without what the bucket holds. */
function measure(world: World): Load {
  collectGarbage()
  const stored = [...world.store.objects.values()].reduce((sum, object) => sum + object.bytes.length + 1_500, 0)
  return {
    heapBytes: process.memoryUsage().heapUsed - stored,
    files: existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0,
    objects: world.store.objects.size,
  }
}

/** A quarter of an hour at three nodes: some rows, an upload, and on some days more than that. */
function* quarterHour(rng: Rng, salt: () => number): Generator<Action> {
  for (let node = 0; node < OPTIONS.nodes; node++) {
    if (rng.next() < 0.6) yield { do: 'write', node, rows: rng.int(1, 4), salt: salt(), afterMs: 0 }
  }
  const node = rng.int(0, OPTIONS.nodes - 1)
  const kind = rng.next()
  if (kind < 0.01) yield { do: 'switch', node, type: rng.pick(ROUTES), backfill: rng.next() < 0.3, afterMs: 0 }
  else if (kind < 0.03) yield { do: 'purge', node, keep: 50, afterMs: 0 }
  else if (kind < 0.04) yield { do: 'cutLink', forMs: rng.int(1, 4) * 3_600_000, afterMs: 0 }
  else if (kind < 0.042) yield { do: 'recreate', node, rows: 5, salt: salt(), afterMs: 0 }
  else if (kind < 0.05) yield { do: 'lock', node, forMs: 5_000, afterMs: 0 }
  else if (kind < 0.055) yield { do: 'tidyBucket', afterMs: 0 }
  yield {
    do: 'upload',
    salt: salt(),
    faults: rng.next() < 0.1 ? 0.2 : 0,
    latencyMs: rng.next() < 0.05 ? 20_000 : 0,
    ...(rng.next() < 0.05 ? { death: { at: 'step', count: rng.int(1, 20) }, isPowerCut: rng.next() < 0.5 } : {}),
    afterMs: QUARTER,
  }
}

test('a week with faults loses nothing, repeats nothing, and leaves nothing that grows', async () => {
  console.log(`Seed ${SEED}`)
  const rng = createRng(`week-${SEED}`)
  const salt = (): number => rng.int(0, 2 ** 31)
  const world = createWorld({ seed: SEED, options: OPTIONS }, {}, 48)
  try {
    const loads: Load[] = []
    for (let day = 0; day < DAYS; day++) {
      for (let quarter = 0; quarter < QUARTERS_A_DAY; quarter++) {
        for (const action of quarterHour(rng, salt)) await world.apply(action)
      }
      loads.push(measure(world))
      expect(world.violations).toEqual([])
    }
    await world.settle()
    expect([...world.violations, ...(await findViolations(world))]).toEqual([])

    const ledger = world.ledger()
    const one = (sql: string): number => ledger.database.prepare(sql).pluck().get() as number
    const delivered = one(`SELECT COUNT(*) FROM objects WHERE state = 'stored'`)
    expect(delivered).toBeGreaterThan(500)
    // Claims that left no object are merged, those of the last hour apart; one that left an object is kept with it.
    const lanes = one('SELECT COUNT(*) FROM cursors')
    const hours = DAYS * 24
    const withObject = one('SELECT COUNT(DISTINCT execution_id) FROM objects')
    expect(one('SELECT COUNT(*) FROM executions') - withObject).toBeLessThan(lanes * (hours + 8))
    expect(one('SELECT COUNT(*) FROM requests')).toBeLessThan(lanes * 4)
    const bytes = one('PRAGMA page_count') * one('PRAGMA page_size')
    expect(bytes / delivered).toBeLessThan(3_000)
    const spool = join(world.stateDir, 'spool')
    expect(existsSync(spool) ? readdirSync(spool) : []).toEqual([])

    const [, second] = loads as [Load, Load]
    const last = loads.at(-1) as Load
    expect(last.heapBytes - second.heapBytes).toBeLessThan(16 * MIB)
    // A database that was made anew stays open until the world ends: four files each.
    const remade = world.nodes.reduce((sum, node) => sum + node.lives.length - 1, 0)
    expect(last.files - second.files).toBeLessThanOrEqual(remade * 6)
  } finally {
    world.close()
  }
})
