import { setPipeline } from '../../electron/core/pipelines/pipelineManager.ts'

/** Entry of a child process: sets the pipeline type of a database many times, as fast as it can. */
const [path, who, count] = process.argv.slice(2) as [string, string, string]
const types = ['raw', 'schematized', 'aggregated', 'emergency'] as const
let changed = 0
for (let turn = 0; turn < Number(count); turn++) {
  const type = types[(turn + who.length) % types.length] as string
  const outcome = setPipeline(path, {
    type,
    by: who,
    reason: `turn ${turn}`,
    backfill: true,
    atMs: Date.now(),
    customTypes: [],
  })
  if (outcome.changed) changed++
}
process.stdout.write(String(changed))
