import type { LampState } from '../../../shared/domain/lampTypes.ts'
import type { NodeSummary } from '../../../shared/domain/node.ts'
import type { MapSite } from '../../charts/SiteMap.tsx'
import { worstState } from '../../charts/mapLayout.ts'

/** How a node stands as one mark: away when it does not answer, else how its delivery stands. */
export function nodeState({ lamps }: NodeSummary): LampState {
  if (lamps.deliver.state === 'bad') return 'bad'
  if (lamps.reach.state === 'off') return 'off'
  return worstState([lamps.deliver.state, lamps.collect.state === 'none' ? 'ok' : lamps.collect.state])
}

/** The sites of nodes that have a location, each in the middle of its nodes with the worst state of them. */
export function mapSites(nodes: readonly NodeSummary[]): readonly MapSite[] {
  const located = nodes.filter((node) => node.location !== undefined)
  return [...Map.groupBy(located, (node) => node.site ?? node.nodeId)].map(([name, members]) => ({
    id: name,
    name,
    latitude: mean(members.map((node) => node.location?.latitude ?? 0)),
    longitude: mean(members.map((node) => node.location?.longitude ?? 0)),
    state: worstState(members.map(nodeState)),
    nodes: members.length,
    hasEmergency: members.some((node) => node.pipelineType === 'emergency'),
  }))
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length
}
