import { useMemo } from 'react'
import { baseMap } from '../../charts/geo.ts'
import { SiteMap } from '../../charts/SiteMap.tsx'
import { useNodeList } from '../../stores/nodes.ts'
import { messages } from '../../text/messages.ts'
import { formatNoun } from '../../ui/format.ts'
import { Segmented } from '../../ui/Segmented.tsx'
import { selectNodes, setFleetView, useFleetView } from './fleetView.ts'
import { mapSites } from './mapSites.ts'

const words = messages.fleet.map

/** The sites on the map; a click selects a site's nodes. Opens on the US when every site lies there. */
export function FleetMap() {
  const nodes = useNodeList()
  const { map, selection } = useFleetView()
  const sites = useMemo(() => mapSites(nodes), [nodes])
  const selected = useMemo(
    () => new Set(nodes.filter((node) => selection.has(node.nodeId)).map((node) => node.site ?? node.nodeId)),
    [nodes, selection],
  )
  const isUs = sites.every((site) => baseMap('us').project(site.latitude, site.longitude) !== undefined)
  const view = map ?? (isUs ? 'us' : 'world')
  const without = nodes.reduce((count, node) => count + (node.location === undefined ? 1 : 0), 0)
  const pick = (siteIds: readonly string[]) => {
    const picked = nodes.filter((node) => siteIds.includes(node.site ?? node.nodeId)).map((node) => node.nodeId)
    const isSame = picked.length === selection.size && picked.every((id) => selection.has(id))
    selectNodes(isSame ? new Set() : new Set(picked))
  }
  return (
    <div className="fleet-map">
      <SiteMap sites={sites} view={view} selected={selected} onPick={pick} />
      <div className="map-tools">
        <Segmented
          size="sm"
          label={words.which}
          value={view}
          onChange={(next) => setFleetView({ map: next })}
          options={[
            { value: 'us', label: words.us },
            { value: 'world', label: words.world },
          ]}
        />
        {without > 0 && <span className="micro t3">{words.without(formatNoun(without, 'node'))}</span>}
      </div>
    </div>
  )
}
