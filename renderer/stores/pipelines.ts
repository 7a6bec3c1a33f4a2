import { call } from '../client/client.ts'
import type { PipelinePlan } from '../../shared/domain/pipelines.ts'

/** What switching nodes would touch; nothing is changed. */
export async function planSwitch(
  nodeIds: readonly string[],
  type: string,
  signal?: AbortSignal,
): Promise<PipelinePlan> {
  return call('pipelines.plan', { nodeIds: [...nodeIds], type }, signal)
}

export interface SwitchRequest {
  readonly nodeIds: readonly string[]
  readonly type: string
  readonly by: string
  readonly reason: string
  readonly backfill: boolean
}

/** What became of a switch: the types before, by node, and the nodes that refused with their reason. */
export interface SwitchOutcome {
  readonly previous: ReadonlyMap<string, string>
  readonly problems: readonly { readonly nodeId: string; readonly problem: string }[]
  readonly rows: number
}

/** Switches nodes to a pipeline type, and says from what, so that it can be undone. */
export async function switchPipelines(request: SwitchRequest): Promise<SwitchOutcome> {
  const { nodeIds, type, by, reason, backfill } = request
  const results = await call('pipelines.setMany', {
    nodeIds: [...nodeIds],
    type,
    by,
    backfill,
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
  })
  const previous = new Map<string, string>()
  const problems: { nodeId: string; problem: string }[] = []
  let rows = 0
  for (const { nodeId, result, problem } of results) {
    if (problem !== undefined) problems.push({ nodeId, problem })
    if (result === undefined || !result.changed) continue
    previous.set(nodeId, result.previousType)
    rows += backfill ? result.backfillRows : result.continueRows
  }
  return { previous, problems, rows }
}

/** Puts nodes back to the types they had. */
export async function undoSwitch(previous: ReadonlyMap<string, string>, by: string, reason: string): Promise<void> {
  const byType = Map.groupBy(previous, ([, type]) => type)
  for (const [type, entries] of byType) {
    await call('pipelines.setMany', { nodeIds: entries.map(([nodeId]) => nodeId), type, by, reason })
  }
}
