import { setPipeline } from '../core/pipelines/pipelineManager.ts'
import type { PipelineStart } from '../core/simulator/port.ts'

/** Writes the changes of pipeline type that a simulated database begins with, through the pipeline manager. */
export function preparePipeline(path: string, changes: readonly PipelineStart[]): void {
  for (const change of changes) setPipeline(path, { ...change, backfill: false, customTypes: [] })
}
