import type { RegisterCommand } from '../program.ts'
import { registerAccess } from './access.ts'
import { registerBuckets } from './buckets.ts'
import { registerConfig } from './config.ts'
import { registerCredentials } from './credentials.ts'
import { registerDoctor } from './doctor.ts'
import { registerFleet } from './fleet.ts'
import { registerHandoff } from './handoff.ts'
import { registerHealth } from './health.ts'
import { registerObjects } from './objects.ts'
import { registerPipeline } from './pipeline.ts'
import { registerReadings } from './readings.ts'
import { registerReconcile } from './reconcile.ts'
import { registerSensor } from './sensor.ts'
import { registerServe } from './serve.ts'
import { registerStatus } from './status.ts'
import { registerStore } from './store.ts'
import { registerSupport } from './support.ts'
import { registerUpload } from './upload.ts'

/** The table of commands, in the order of the help. A new command: one file beside this one, one line here. */
export const COMMANDS: readonly RegisterCommand[] = [
  registerSensor,
  registerUpload,
  registerStatus,
  registerHealth,
  registerPipeline,
  registerReadings,
  registerReconcile,
  registerObjects,
  registerStore,
  registerBuckets,
  registerAccess,
  registerCredentials,
  registerDoctor,
  registerSupport,
  registerFleet,
  registerHandoff,
  registerServe,
  registerConfig,
]
