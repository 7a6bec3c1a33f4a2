import { checkIntegrity } from '../core/db/integrity.ts'
import { snapshotLedger } from '../core/db/ledger/snapshot.ts'
import { recoverDatabase } from '../core/db/recover.ts'
import { integrityTask, recoveryTask } from '../core/doctor/tasks.ts'
import { implementTask } from '../core/support/workerPool.ts'
import type { TaskImplementation } from '../core/support/workerPool.ts'
import { encodeBatch } from '../core/uploader/encodeBatch.ts'
import { encodeTask } from '../core/uploader/encoder.ts'
import { snapshotTask } from '../core/uploader/ledgerSnapshots.ts'
import { readStray, strayTask } from '../core/uploader/reconcileStray.ts'
import { proofTask, proveClaim } from '../core/uploader/reconcileTask.ts'

/** Everything a worker thread can do. Adding a task: `defineTask` beside its caller, one line here, a test. */
export const TASKS: readonly TaskImplementation[] = [
  implementTask(encodeTask, (request, context) => encodeBatch(request, () => context.checkCancelled())),
  implementTask(proofTask, (input, context) => proveClaim(input, () => context.checkCancelled())),
  implementTask(strayTask, (input) => readStray(input)),
  implementTask(integrityTask, async ({ path }) => checkIntegrity(path)),
  implementTask(recoveryTask, async ({ source, target }) => recoverDatabase(source, target)),
  implementTask(snapshotTask, async (order) => snapshotLedger(order)),
]
