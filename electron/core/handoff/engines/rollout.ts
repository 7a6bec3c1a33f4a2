import { FieldgateError } from '../../../../shared/domain/errors.ts'
import type { Clock } from '../../support/clock.ts'
import { buildJob } from '../bacalhau/jobs.ts'
import type { JobRequest, JobSettings } from '../bacalhau/jobs.ts'
import { resultGrid } from './grid.ts'
import type { NodeResult } from '../../../../shared/domain/fleetEngine.ts'
import type { FleetEngine } from './port.ts'

/** Waves of nodes: the canary first, then the rest in batches. Bacalhau has no such thing itself. */
export function planWaves(
  nodeIds: readonly string[],
  canary: readonly string[],
  batch: number,
): readonly (readonly string[])[] {
  const unknown = canary.find((id) => !nodeIds.includes(id))
  if (unknown !== undefined) {
    throw new FieldgateError('invalid', `Canary node "${unknown}" is not among the selected nodes.`)
  }
  if (!Number.isInteger(batch) || batch < 1) throw new FieldgateError('invalid', 'A wave needs at least one node.')
  const rest = nodeIds.filter((id) => !canary.includes(id))
  const waves = Array.from({ length: Math.ceil(rest.length / batch) }, (_, i) => rest.slice(i * batch, (i + 1) * batch))
  return canary.length === 0 ? waves : [canary, ...waves]
}

export interface RolloutOptions {
  readonly request: JobRequest
  readonly settings: JobSettings
  readonly waves: readonly (readonly string[])[]
  /** Share of failed nodes, 0 to 1, above which the rollout halts before the next wave. Skipped nodes do not count. */
  readonly errorThreshold: number
  readonly waveTimeoutMs: number
  readonly actionId: string
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onWave?: (index: number, results: readonly NodeResult[]) => void
}

export interface RolloutResult {
  readonly results: readonly NodeResult[]
  readonly jobs: readonly string[]
  /** Why it stopped before the last wave; undefined when all waves ran. */
  readonly halted: string | undefined
  readonly notReached: readonly string[]
}

const POLL_MS = 2_000

/**
 * Runs an ops job wave by wave and stops by itself when too many nodes fail, so that a bad change reaches a few nodes
 * only. A daemon is refused: a second job of its name would replace the first wave's.
 */
export async function runRollout(engine: FleetEngine, options: RolloutOptions): Promise<RolloutResult> {
  if (options.request.kind === 'simulator' || options.request.kind === 'uploader') {
    throw new FieldgateError('unsupported', 'A daemon cannot be rolled out in waves under one name.', {
      hint: 'Deploy it to a narrower label first, look at the grid, then widen the label.',
    })
  }
  const results: NodeResult[] = []
  const jobs: string[] = []
  for (const [index, wave] of options.waves.entries()) {
    const suffix = `${options.actionId}-w${index + 1}`
    const job = buildJob(options.request, { names: wave }, options.settings, { actionId: options.actionId, suffix })
    const { jobId } = await engine.submit(job)
    jobs.push(job.Name)
    const outcome = await waitForWave(engine, jobId, wave, options)
    results.push(...outcome)
    options.onWave?.(index, outcome)
    const failed = results.filter((result) => result.outcome === 'failed' || result.outcome === 'unknown').length
    const ran = results.filter((result) => result.outcome !== 'skipped').length
    const isLast = index === options.waves.length - 1
    const halted = options.signal.aborted
      ? 'It was cancelled.'
      : ran > 0 && failed / ran > options.errorThreshold
        ? `${failed} of ${ran} nodes failed, more than the ${Math.round(options.errorThreshold * 100)} % allowed.`
        : undefined
    if (halted !== undefined && !isLast) {
      return { results, jobs, halted, notReached: options.waves.slice(index + 1).flat() }
    }
  }
  return { results, jobs, halted: undefined, notReached: [] }
}

async function waitForWave(
  engine: FleetEngine,
  jobId: string,
  wave: readonly string[],
  options: RolloutOptions,
): Promise<readonly NodeResult[]> {
  const deadline = options.clock.monotonic() + options.waveTimeoutMs
  for (;;) {
    const [job, executions] = await Promise.all([engine.job(jobId), engine.executions(jobId)])
    const isOver = ['Completed', 'Failed', 'Stopped'].includes(job.state)
    const isLate = options.clock.monotonic() >= deadline || options.signal.aborted
    if (isOver || isLate) {
      const grid = resultGrid(wave, await engine.nodes(), executions)
      return grid.map((result) =>
        isLate && (result.outcome === 'running' || result.outcome === 'waiting')
          ? { ...result, outcome: 'unknown' as const, message: 'did not end in time' }
          : result,
      )
    }
    await options.clock.sleep(POLL_MS, options.signal)
  }
}
