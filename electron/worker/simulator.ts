import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { FieldgateError } from '../../shared/domain/errors.ts'
import { loadScenarios } from '../core/simulator/resources.ts'
import { createSimulator } from '../core/simulator/simulator.ts'
import { serveSimulator } from '../core/simulator/simulatorThread.ts'
import { systemClock } from '../core/support/clock.ts'
import { silentLog } from '../core/support/log.ts'
import { preparePipeline } from './preparePipeline.ts'

/** The simulator in a thread of its own: any number of nodes cost the engine's thread nothing. */
function main(): void {
  if (isMainThread || parentPort === null)
    throw new FieldgateError('internal', 'The simulator entry runs in a worker thread only.')
  const { resources } = workerData as { readonly resources: string }
  const simulator = createSimulator({
    clock: systemClock,
    log: silentLog,
    scenarios: loadScenarios(resources),
    preparePipeline,
  })
  serveSimulator(parentPort, simulator)
}

main()
