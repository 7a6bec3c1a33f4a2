import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { SnapshotOrder } from '../db/ledger/snapshot.ts'
import type { Clock } from '../support/clock.ts'
import { runLoop } from '../support/loop.ts'
import type { Loop } from '../support/loop.ts'
import { defineTask } from '../support/workerPool.ts'
import type { WorkerPool } from '../support/workerPool.ts'

/** Copies the ledger in a thread: a second or two for a large one. */
export const snapshotTask = defineTask<SnapshotOrder, { readonly bytes: number }>('ledger.snapshot')

const LOOK_EVERY_MS = 600_000
/** With a look every ten minutes none is older than an hour. */
const DUE_AFTER_MS = 3_000_000
const OLDER_KEPT = 2

/**
 * Keeps a copy of the ledger in `last-good` of the state folder at least every hour while it runs, the two before it
 * beside it, so that a ledger that is damaged costs an hour at most. None is taken in the first ten minutes: they belong
 * to the start.
 */
export function startLedgerSnapshots(ports: {
  readonly stateDir: string
  readonly pool: () => Pick<WorkerPool, 'run'>
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}): Loop {
  const ledger = join(ports.stateDir, 'ledger.db')
  const target = join(ports.stateDir, 'last-good', 'ledger.db')
  let isFirst = true
  return runLoop(
    { name: 'snapshot', everyMs: LOOK_EVERY_MS, clock: ports.clock, onError: ports.onError },
    async (signal) => {
      const isStart = isFirst
      isFirst = false
      if (isStart || statSync(ledger, { throwIfNoEntry: false }) === undefined) return
      const last = statSync(target, { throwIfNoEntry: false })?.mtimeMs
      const ageMs = last === undefined ? DUE_AFTER_MS : ports.clock.now() - last
      // A copy from the future is one from before the clock was set back.
      if (ageMs >= 0 && ageMs < DUE_AFTER_MS) return
      await ports.pool().run(snapshotTask, { ledger, target, olderKept: OLDER_KEPT }, { signal, priority: 3 })
    },
  )
}
