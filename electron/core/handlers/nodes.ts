import type { NodeSummary } from '../../../shared/domain/node.ts'
import type { Handlers } from '../../../shared/ipc/contract.ts'
import { matchesSelector, parseSelector } from '../fleet/selector.ts'
import type { CallContext, HandlerDependencies } from './dependencies.ts'

/** `nodes.list|get`: how each node of the workspace stands, from its last observation; `get` takes a fresh one. */
export function nodeHandlers(deps: HandlerDependencies): Pick<Handlers<CallContext>, 'nodes.list' | 'nodes.get'> {
  return {
    'nodes.list': async ({ selector }, { signal }) => {
      const wanted = selector === undefined ? undefined : parseSelector(selector)
      const lines = await deps.fleet().list(undefined, signal)
      return wanted === undefined ? lines : lines.filter((line) => matchesSelector(wanted, labelsOf(line)))
    },
    'nodes.get': ({ nodeId }) => deps.fleet().get(deps.node(nodeId)),
  }
}

/** Labels a selector may name: the node's own plus what every node has. */
function labelsOf(summary: NodeSummary): Record<string, string> {
  return {
    ...summary.labels,
    node: summary.nodeId,
    ...(summary.site === undefined ? {} : { site: summary.site }),
    ...(summary.pipelineType === undefined ? {} : { type: summary.pipelineType }),
    state: summary.uploadState,
  }
}
