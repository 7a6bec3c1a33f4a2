import type { DatabaseHealth, ReadingsPage } from '../../shared/domain/node.ts'
import type { PipelineChange } from '../../shared/domain/pipelines.ts'
import type { SeriesWindow } from '../../shared/domain/series.ts'
import { call, on } from '../client/client.ts'

/** All numeric fields of a node, binned; without a window the newest hour. */
export function readSeries(
  nodeId: string,
  window: { readonly fromMs: number; readonly toMs: number } | undefined,
  points: number,
  signal?: AbortSignal,
): Promise<SeriesWindow> {
  return call('readings.series', { nodeId, points, ...window }, signal)
}

/** Newest readings first. */
export function readRecent(nodeId: string, limit: number): Promise<ReadingsPage> {
  return call('readings.recent', { nodeId, limit })
}

export function readHealth(nodeId: string): Promise<DatabaseHealth> {
  return call('nodes.health', { nodeId })
}

export function readHistory(nodeId: string, limit: number): Promise<readonly PipelineChange[]> {
  return call('pipelines.history', { nodeId, limit })
}

/** Calls back when the node has new rows, new deliveries or another state. Returns the undo. */
export function onNodeChange(nodeId: string, listener: () => void): () => void {
  return on('nodes.updated', ({ nodes }) => {
    if (nodes.some((node) => node.nodeId === nodeId)) listener()
  })
}
