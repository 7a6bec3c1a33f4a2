import { memo, useEffect, useMemo, useRef, useState } from 'react'
import type { LampState } from '../../shared/domain/lampTypes.ts'
import { messages } from '../text/messages.ts'
import { formatNoun } from '../ui/format.ts'
import { baseMap } from './geo.ts'
import type { BaseMap, MapView } from './geo.ts'
import { clusterPoints, placeLabels } from './mapLayout.ts'
import type { MapCluster, MapPoint } from './mapLayout.ts'

const words = messages.fleet.map
const NEAR_PX = 10

/** One site with its place; `state` is the worst of its nodes. */
export interface MapSite {
  readonly id: string
  readonly name: string
  readonly latitude: number
  readonly longitude: number
  readonly state: LampState
  readonly nodes: number
  readonly hasEmergency: boolean
}

interface SiteMapProps {
  readonly sites: readonly MapSite[]
  readonly view: MapView
  readonly selected?: ReadonlySet<string>
  readonly onPick?: (siteIds: readonly string[]) => void
}

/** Sites on a bundled map. Names stand only where something is wrong or selected; near sites melt into one mark. */
export function SiteMap({ sites, view, selected, onPick }: SiteMapProps) {
  const host = useRef<HTMLDivElement>(null)
  const size = useSize(host)
  const map = baseMap(view)
  const fit = useMemo(() => fitBox(map, size), [map, size])
  const clusters = useMemo(() => clusterPoints(project(sites, map, fit), NEAR_PX), [sites, map, fit])
  const names = useMemo(() => nameClusters(clusters, selected), [clusters, selected])
  const labels = useMemo(
    () => placeLabels(clusters, names, size, (cluster) => cluster.hasEmergency || isSelected(cluster, selected)),
    [clusters, names, size, selected],
  )
  return (
    <div ref={host} className="map">
      <svg width={size.width} height={size.height} role="group" aria-label={words.label}>
        <Outline map={map} fit={fit} />
        {clusters.map((cluster) => (
          <Site key={cluster.id} cluster={cluster} isSelected={isSelected(cluster, selected)} onPick={onPick} />
        ))}
        {clusters.map(({ id }) => {
          const label = labels.get(id)
          return label === undefined ? null : (
            <text key={id} x={label.x} y={label.y} textAnchor={label.anchor} className="map-name">
              {names.get(id)}
            </text>
          )
        })}
      </svg>
    </div>
  )
}

function isSelected({ points }: MapCluster, selected: ReadonlySet<string> | undefined): boolean {
  return selected !== undefined && points.some(({ id }) => selected.has(id))
}

interface Fit {
  readonly scale: number
  readonly dx: number
  readonly dy: number
}

function fitBox({ box }: BaseMap, size: { readonly width: number; readonly height: number }): Fit {
  const scale = Math.max(0.05, Math.min(size.width / box.width, size.height / box.height))
  return {
    scale,
    dx: (size.width - box.width * scale) / 2 - box.x * scale,
    dy: (size.height - box.height * scale) / 2 - box.y * scale,
  }
}

function project(sites: readonly MapSite[], map: BaseMap, { scale, dx, dy }: Fit): readonly MapPoint[] {
  return sites.flatMap((site) => {
    const at = map.project(site.latitude, site.longitude)
    return at === undefined ? [] : [{ ...site, x: at[0] * scale + dx, y: at[1] * scale + dy }]
  })
}

function nameClusters(
  clusters: readonly MapCluster[],
  selected: ReadonlySet<string> | undefined,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const cluster of clusters) {
    const { id, points, state, hasEmergency } = cluster
    if (state === 'ok' && !hasEmergency && !isSelected(cluster, selected) && points.length < 3) continue
    names.set(id, points.length === 1 ? shortName(points[0]?.name ?? '') : words.cluster(points.length))
  }
  return names
}

/** Enough of a site's name to know it by: "Tulsa" of "Tulsa Refinery", "El Paso" of "El Paso Solar". */
function shortName(name: string): string {
  const [first = '', second = ''] = name.split(' ')
  return first.length <= 3 && second !== '' ? `${first} ${second}` : first
}

const Outline = memo(function Outline({ map, fit }: { readonly map: BaseMap; readonly fit: Fit }) {
  return (
    <g transform={`translate(${fit.dx} ${fit.dy}) scale(${fit.scale})`}>
      <path d={map.land} fill="var(--map-land)" stroke="var(--map-border)" strokeWidth="1.4" />
      <path d={map.borders} fill="none" stroke="var(--map-border)" strokeWidth="1.1" />
    </g>
  )
})

const SHAPES = {
  ok: <circle r="4" fill="var(--ok-mark)" />,
  warn: <path d="M0-6L6.5 5H-6.5z" fill="var(--warn-mark)" />,
  bad: (
    <>
      <rect x="-5" y="-5" width="10" height="10" rx="1.5" fill="var(--bad-mark)" />
      <path d="M-2.6 0h5.2" stroke="var(--map-land)" strokeWidth="1.7" />
    </>
  ),
  off: <circle r="4.5" fill="var(--map-land)" stroke="var(--off-mark)" strokeWidth="1.8" />,
  hold: (
    <>
      <circle r="6" fill="var(--map-land)" />
      <path d="M-2.2-4v8M2.2-4v8" stroke="var(--off-mark)" strokeWidth="2.2" />
    </>
  ),
  none: <path d="M-4 0h8" stroke="var(--off-mark)" strokeWidth="2" />,
} as const satisfies Record<LampState, unknown>

function Site({
  cluster,
  isSelected: hasRing,
  onPick,
}: {
  readonly cluster: MapCluster
  readonly isSelected: boolean
  readonly onPick: ((siteIds: readonly string[]) => void) | undefined
}) {
  const { points, state, x, y, hasEmergency } = cluster
  const nodes = points.reduce((sum, point) => sum + point.nodes, 0)
  const name = points.length === 1 ? (points[0]?.name ?? '') : words.cluster(points.length)
  const label = words.site(name, formatNoun(nodes, 'node'), messages.lamp.states[state])
  const pick = () => onPick?.(points.map(({ id }) => id))
  const shape = (
    <>
      <title>{label}</title>
      <circle r="11" fill="transparent" />
      {hasEmergency && <circle r="8" fill="none" stroke="var(--type-emergency)" strokeWidth="1.5" />}
      {hasRing && <circle r="10" fill="none" stroke="var(--focus)" strokeWidth="1.5" />}
      {SHAPES[state]}
    </>
  )
  if (onPick === undefined) return <g transform={`translate(${x} ${y})`}>{shape}</g>
  return (
    <g
      transform={`translate(${x} ${y})`}
      className="map-site"
      role="button"
      tabIndex={0}
      aria-label={label}
      aria-pressed={hasRing}
      onClick={pick}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        pick()
      }}
    >
      {shape}
    </g>
  )
}

function useSize(host: { readonly current: HTMLElement | null }): { readonly width: number; readonly height: number } {
  const [size, setSize] = useState({ width: 384, height: 262 })
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }))
    observer.observe(element)
    return () => observer.disconnect()
  }, [host])
  return size
}
