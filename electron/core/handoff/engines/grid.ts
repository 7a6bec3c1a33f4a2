import type { EngineExecution, EngineNode, NodeResult } from '../../../../shared/domain/fleetEngine.ts'

/**
 * Every selected node exactly once, with its newest execution or the reason why it has none. Jobs of type ops run only
 * on nodes connected at that moment: the others are not queued, so they are listed to be tried again.
 */
export function resultGrid(
  selected: readonly string[],
  nodes: readonly EngineNode[],
  executions: readonly EngineExecution[],
): readonly NodeResult[] {
  const known = new Map(nodes.map((node) => [node.id, node]))
  const newest = new Map<string, EngineExecution>()
  for (const execution of executions.toSorted((a, b) => a.version - b.version || a.createdAtMs - b.createdAtMs)) {
    newest.set(execution.nodeId, execution)
  }
  return [...new Set([...selected, ...newest.keys()])].map((nodeId) => {
    const execution = newest.get(nodeId)
    if (execution !== undefined) {
      const { outcome, exitCode, message, stdout, isCut } = execution
      return {
        nodeId,
        outcome,
        exitCode,
        message: message === '' && outcome === 'failed' ? `exit code ${exitCode}` : message,
        stdout,
        isCut,
      }
    }
    return {
      nodeId,
      outcome: 'skipped',
      exitCode: undefined,
      message: whySkipped(known.get(nodeId)),
      stdout: '',
      isCut: false,
    }
  })
}

/** Why a node runs nothing of ours now, in words; the last sentence when nothing speaks against it. */
export function whySkipped(node: EngineNode | undefined): string {
  if (node === undefined) return 'unknown to the orchestrator'
  if (node.membership === 'pending') return 'waits for approval'
  if (node.membership === 'rejected') return 'rejected by the orchestrator'
  if (!node.isConnected) return 'offline when the job ran; try again later'
  if (!node.engines.includes('docker')) return 'has no Docker engine'
  if (!node.canMount) return 'allows no host folder (Compute.AllowListedLocalPaths is empty)'
  return 'not chosen by the scheduler yet'
}

/** Nodes that should run a daemon and do not: after two ends on one job version a node is left alone until a new version. */
export function missingDaemons(
  matching: readonly EngineNode[],
  executions: readonly EngineExecution[],
): readonly { readonly nodeId: string; readonly ends: number; readonly remedy: string }[] {
  return matching
    .filter((node) => node.membership === 'approved' && node.isConnected)
    .flatMap((node) => {
      const own = executions.filter((execution) => execution.nodeId === node.id)
      if (own.some((execution) => execution.outcome === 'running' || execution.outcome === 'waiting')) return []
      const ends = own.length
      const remedy =
        ends >= 2
          ? 'It ended twice on this version and is left alone: rerun the job to make a new version.'
          : 'Start it again by rerunning the job.'
      return [{ nodeId: node.id, ends, remedy }]
    })
}
