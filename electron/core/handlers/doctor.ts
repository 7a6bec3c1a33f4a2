import { statfsSync } from 'node:fs'
import { errorToData } from '../../../shared/domain/errors.ts'
import type { NodeSummary } from '../../../shared/domain/node.ts'
import type { HandlersOf } from '../../../shared/ipc/contract.ts'
import { createDiskHistory } from '../doctor/diskHistory.ts'
import { createDoctor } from '../doctor/doctor.ts'
import type { Doctor } from '../doctor/doctor.ts'
import type { DoctorSources, StoreView } from '../doctor/port.ts'
import { findHolders } from '../doctor/processes.ts'
import { integrityTask, recoveryTask } from '../doctor/tasks.ts'
import { readPipeline } from '../pipelines/pipelineManager.ts'
import type { WorkerPool } from '../support/workerPool.ts'
import { bucketOf } from '../uploader/claim.ts'
import { HEARTBEAT_EVERY_MS, readHeartbeat } from '../uploader/heartbeat.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'
import { customTypesOf } from './pipelineChanges.ts'

/** What the doctor needs besides the handlers' own: threads for what takes long, and the fleet's lines if not the engine's. */
export interface DoctorExtras {
  readonly pool: () => Pick<WorkerPool, 'run'>
  readonly summaries?: () => readonly NodeSummary[]
}

/** Backlogs move slowly: for a list that is looked at all the time they may be this old. */
const SUMMARIES_KEPT_MS = 30_000

/** The doctor of an engine. */
export function createEngineDoctor(deps: HandlerDependencies, extras: DoctorExtras): Doctor {
  return createDoctor(createSources(deps, extras))
}

function createSources(deps: HandlerDependencies, extras: DoctorExtras): DoctorSources {
  return {
    get config() {
      return deps.config
    },
    clock: deps.clock,
    ledger: deps.readLedger,
    openNode: deps.openNode,
    readPipeline: (node) => readPipeline(node.sqlite, { customTypes: customTypesOf(deps) }),
    bucketOf: (type) => bucketOf(deps.config, type),
    uploads: () => deps.uploader().status(),
    store: createStoreView(deps),
    failingElsewhere: () => failingElsewhere(deps),
    nudge: (nodeId) => deps.uploader().nudge(nodeId),
    holders: (path) => findHolders(path),
    checkIntegrity: (path) => extras.pool().run(integrityTask, { path }),
    recover: (source, target) => extras.pool().run(recoveryTask, { source, target }),
    freeSpace,
    disk: createDiskHistory(),
    summaries: keptSummaries(deps, extras),
  }
}

/** A heartbeat that is older tells of an uploader that has ended. */
const HEARTBEAT_LIVES_MS = 3 * HEARTBEAT_EVERY_MS

function failingElsewhere(deps: HandlerDependencies): ReturnType<DoctorSources['failingElsewhere']> {
  const beat = readHeartbeat(deps.config.stateDir)
  if (beat === undefined || deps.clock.now() - beat.atMs > HEARTBEAT_LIVES_MS) return []
  return beat.failing.map(({ nodeId, nextRetryMs }) => ({ nodeId, nextRetryMs }))
}

function keptSummaries(deps: HandlerDependencies, extras: DoctorExtras): DoctorSources['summaries'] {
  let kept: readonly NodeSummary[] = []
  let takenAtMs = Number.NEGATIVE_INFINITY
  return async (signal) => {
    if (extras.summaries !== undefined) return extras.summaries()
    const now = deps.clock.now()
    if (now - takenAtMs < SUMMARIES_KEPT_MS) return kept
    takenAtMs = now
    kept = await deps.fleet().list(undefined, signal)
    return kept
  }
}

function createStoreView(deps: HandlerDependencies): StoreView {
  return {
    facts: () => deps.store().facts?.(),
    async probe(bucket) {
      try {
        await deps.store().list({ bucket, maxKeys: 1 })
        return undefined
      } catch (error) {
        return errorToData(error)
      }
    },
  }
}

function freeSpace(folder: string): { readonly freeBytes: number; readonly totalBytes: number } | undefined {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  } catch {
    // The folder is not there: its nodes say so themselves.
    return undefined
  }
}

/** `doctor.*`: every check on request, and the repairs that are safe. */
export function doctorHandlers(deps: HandlerDependencies, doctor: () => Doctor): HandlersOf<'doctor', CallContext> {
  return {
    'doctor.run': ({ nodeId }, { signal }) => {
      if (nodeId !== undefined) deps.node(nodeId)
      return doctor().run(nodeId, signal)
    },
    'doctor.fix': ({ id, by }, { signal }) => doctor().fix(id, by, deps.ledger(), signal),
  }
}
