import { checkIntegrity } from '../../electron/core/db/integrity.ts'
import { recoverDatabase } from '../../electron/core/db/recover.ts'
import type { Doctor } from '../../electron/core/doctor/doctor.ts'
import { integrityTask, recoveryTask } from '../../electron/core/doctor/tasks.ts'
import { createEngineDoctor } from '../../electron/core/handlers/doctor.ts'
import { implementTask } from '../../electron/core/support/workerPool.ts'
import type { TaskImplementation, WorkerPool } from '../../electron/core/support/workerPool.ts'
import type { DoctorFinding, DoctorReport } from '../../shared/domain/attention.ts'
import type { NodeSummary } from '../../shared/domain/node.ts'
import { createBench } from './pipelineBench.ts'
import type { Bench } from './pipelineBench.ts'

/** A workspace with its doctor; what takes long runs here instead of in a thread. */
export interface DoctorBench extends Bench {
  readonly doctor: Doctor
  /** What is told of backlogs. */
  summaries: readonly NodeSummary[]
  run(nodeId?: string): Promise<DoctorReport>
  /** The findings of one check that are not in order, of the whole workspace. */
  ill(check: string): Promise<readonly DoctorFinding[]>
  fix(id: string): Promise<DoctorReport>
}

const TASKS: readonly TaskImplementation[] = [
  implementTask(integrityTask, async ({ path }) => checkIntegrity(path)),
  implementTask(recoveryTask, async ({ source, target }) => recoverDatabase(source, target)),
]

const inThisThread: Pick<WorkerPool, 'run'> = {
  async run(task, input) {
    const found = TASKS.find((candidate) => candidate.name === task.name)
    if (found === undefined) throw new Error(`No task ${task.name}`)
    const context = { checkCancelled: () => undefined, progress: () => undefined }
    return (await found.run(input, context)) as never
  },
}

/** Clocks of the bench stand at the real time: files are dated by the system. */
export function createDoctorBench(nodes = 1): DoctorBench {
  const bench = createBench(nodes)
  bench.clock.advance(Date.now() - bench.clock.now())
  const signal = new AbortController().signal
  const doctor = createEngineDoctor(bench.deps, { pool: () => inThisThread, summaries: () => whole.summaries })
  const whole: DoctorBench = Object.assign(bench, {
    doctor,
    summaries: [] as readonly NodeSummary[],
    run: (nodeId?: string) => doctor.run(nodeId, signal),
    ill: async (check: string) =>
      (await doctor.run(undefined, signal)).findings.filter(
        (finding) => finding.check === check && (finding.verdict === 'bad' || finding.verdict === 'warn'),
      ),
    fix: (id: string) => doctor.fix(id, 'ana', bench.ledger, signal),
  })
  return whole
}
