import type { PipelineTimelineEntry } from '../../../shared/domain/pipelines.ts'

/** A stretch of one type on one node, in shares of the window from 0 to 1. */
export interface Segment {
  readonly type: string
  readonly from: number
  readonly to: number
  /** True when the node changed here, false when it was so before the window. */
  readonly isChange: boolean
}

export interface TimelineLane {
  readonly nodeId: string
  readonly segments: readonly Segment[]
}

/**
 * One lane per node that changed inside the window, most recently changed first. `entries` may come in any order and reach
 * back beyond the window; what held before it fills the lane's beginning.
 */
export function buildLanes(
  entries: readonly PipelineTimelineEntry[],
  fromMs: number,
  toMs: number,
): readonly TimelineLane[] {
  const span = toMs - fromMs
  const lanes: { readonly lane: TimelineLane; readonly newestMs: number }[] = []
  for (const [nodeId, own] of Map.groupBy(entries, (entry) => entry.nodeId)) {
    const dated = own.filter((entry) => entry.atMs !== undefined).toSorted((a, b) => a.id - b.id)
    const inside = dated.filter((entry) => isInside(entry.atMs, fromMs, toMs))
    const first = inside[0]
    if (first === undefined) continue
    const before = dated.findLast((entry) => (entry.atMs as number) < fromMs)?.type ?? first.previousType
    const marks = [
      ...(before === undefined ? [] : [{ type: before, at: 0, isChange: false }]),
      ...inside.map((entry) => ({ type: entry.type, at: ((entry.atMs as number) - fromMs) / span, isChange: true })),
    ]
    const segments = marks.map((mark, index) => ({
      type: mark.type,
      from: mark.at,
      to: marks[index + 1]?.at ?? 1,
      isChange: mark.isChange,
    }))
    lanes.push({ lane: { nodeId, segments }, newestMs: inside.at(-1)?.atMs ?? 0 })
  }
  return lanes.toSorted((a, b) => b.newestMs - a.newestMs).map(({ lane }) => lane)
}

function isInside(atMs: number | undefined, fromMs: number, toMs: number): boolean {
  return atMs !== undefined && atMs >= fromMs && atMs <= toMs
}
