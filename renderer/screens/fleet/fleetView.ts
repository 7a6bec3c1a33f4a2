import { create } from 'zustand'
import type { NodeSummary } from '../../../shared/domain/node.ts'
import type { MapView } from '../../charts/geo.ts'

export type FleetLayout = 'table' | 'both' | 'map'
export type DeliverFilter = 'any' | 'late' | 'bad'
/** `site`, `pipeline`, `none`, or a label as `label:env`. */
export type GroupKey = string

/** What a person set on the fleet screen; kept while the window is open, layout and group longer. */
export interface FleetView {
  readonly layout: FleetLayout
  readonly group: GroupKey
  readonly map: MapView | undefined
  readonly query: string
  readonly labels: Readonly<Record<string, string>>
  readonly deliver: DeliverFilter
  readonly selection: ReadonlySet<string>
  /** The type of the plan under way; undefined while none is chosen, null while the plan is closed. */
  readonly planType: string | undefined | null
}

const KEY = 'fieldgate.fleetView'

function readKept(): Partial<FleetView> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<FleetView>
  } catch {
    return {}
  }
}

export const useFleetView = create<FleetView>(() => {
  const kept = readKept()
  return {
    layout: kept.layout ?? 'both',
    group: kept.group ?? 'site',
    map: kept.map,
    query: '',
    labels: {},
    deliver: 'any',
    selection: new Set(),
    planType: null,
  }
})

export function setFleetView(change: Partial<FleetView>): void {
  useFleetView.setState(change)
  const { layout, group, map } = useFleetView.getState()
  localStorage.setItem(KEY, JSON.stringify({ layout, group, map }))
}

/** Selects nodes; an empty selection closes the plan. */
export function selectNodes(selection: ReadonlySet<string>): void {
  useFleetView.setState((state) => ({ selection, planType: selection.size === 0 ? null : state.planType }))
}

/** The nodes that pass label and deliver filters; the text filter is the table's own. */
export function passesFilters(node: NodeSummary, labels: FleetView['labels'], deliver: DeliverFilter): boolean {
  for (const [key, value] of Object.entries(labels)) if (node.labels[key] !== value) return false
  const { state } = node.lamps.deliver
  if (deliver === 'bad') return state === 'bad'
  return deliver === 'any' || state === 'warn' || state === 'bad'
}
