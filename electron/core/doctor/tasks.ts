import type { IntegrityReport } from '../db/integrity.ts'
import type { RecoveryReport } from '../db/recover.ts'
import { defineTask } from '../support/workerPool.ts'

/** Reads every page of a database: seconds for a large one. */
export const integrityTask = defineTask<{ readonly path: string }, IntegrityReport>('doctor.integrity')

/** Saves what can be read of a damaged database into a new file. */
export const recoveryTask = defineTask<{ readonly source: string; readonly target: string }, RecoveryReport>(
  'doctor.recovery',
)
