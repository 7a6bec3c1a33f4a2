import type { Check } from '../port.ts'
import { backlogCheck } from './backlog.ts'
import { bucketsCheck } from './buckets.ts'
import { nodeClockCheck, storeClockCheck } from './clock.ts'
import { conditionalPutCheck } from './conditionalPut.ts'
import { diskCheck } from './disk.ts'
import { duplicateNodeCheck } from './duplicateNode.ts'
import { ledgerCheck } from './ledger.ts'
import { malformedCheck } from './malformed.ts'
import { newRowsCheck } from './newRows.ts'
import { permissionsCheck } from './permissions.ts'
import { pipelineChangeCheck } from './pipelineChange.ts'
import { quarantineCheck } from './quarantine.ts'
import { readableCheck } from './readable.ts'
import { schemaDriftCheck } from './schemaDrift.ts'
import { stalledCheck } from './stalled.ts'
import { uploadingCheck } from './uploading.ts'
import { walSizeCheck } from './walSize.ts'
import { writerVersionCheck } from './writerVersion.ts'

/** The table of checks, in the order a report lists them. Adding one: a file beside this, a line here, a test that makes the illness. */
export const CHECKS: readonly Check[] = [
  permissionsCheck,
  readableCheck,
  malformedCheck,
  stalledCheck,
  uploadingCheck,
  newRowsCheck,
  backlogCheck,
  pipelineChangeCheck,
  quarantineCheck,
  walSizeCheck,
  nodeClockCheck,
  schemaDriftCheck,
  writerVersionCheck,
  bucketsCheck,
  conditionalPutCheck,
  storeClockCheck,
  duplicateNodeCheck,
  diskCheck,
  ledgerCheck,
]
