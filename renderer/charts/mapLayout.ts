import type { LampState } from '../../shared/domain/lampTypes.ts'

/** One site as the map shows it; `x` and `y` in pixels of the map on screen. */
export interface MapPoint {
  readonly id: string
  readonly name: string
  readonly state: LampState
  readonly x: number
  readonly y: number
  readonly nodes: number
  readonly hasEmergency: boolean
}

/** Sites too near to be told apart, as one mark with the worst shape; a lone site is a cluster of one. */
export interface MapCluster {
  readonly id: string
  readonly points: readonly MapPoint[]
  readonly state: LampState
  readonly x: number
  readonly y: number
  readonly hasEmergency: boolean
}

export interface PlacedLabel {
  readonly x: number
  readonly y: number
  readonly anchor: 'start' | 'end' | 'middle'
}

const SEVERITY: readonly LampState[] = ['ok', 'none', 'hold', 'warn', 'off', 'bad']

/** How bad a state is; larger is worse. */
export function severityOf(state: LampState): number {
  return SEVERITY.indexOf(state)
}

/** Worst state of several; `ok` of none. */
export function worstState(states: Iterable<LampState>): LampState {
  let worst: LampState = 'ok'
  for (const state of states) if (severityOf(state) > severityOf(worst)) worst = state
  return worst
}

/** Melts points closer than `nearPx` together, the worst first; the result is drawn best first, so the worst lies on top. */
export function clusterPoints(points: readonly MapPoint[], nearPx: number): readonly MapCluster[] {
  const groups: MapPoint[][] = []
  for (const point of points.toSorted((a, b) => severityOf(b.state) - severityOf(a.state))) {
    const near = groups.find(([lead]) => lead !== undefined && Math.hypot(lead.x - point.x, lead.y - point.y) < nearPx)
    if (near === undefined) groups.push([point])
    else near.push(point)
  }
  return groups
    .map((members) => {
      const lead = members[0] as MapPoint
      return {
        id: lead.id,
        points: members,
        state: worstState(members.map(({ state }) => state)),
        x: lead.x,
        y: lead.y,
        hasEmergency: members.some(({ hasEmergency }) => hasEmergency),
      }
    })
    .toSorted((a, b) => severityOf(a.state) - severityOf(b.state))
}

interface Rect {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const CHARACTER_PX = 6.4
const LINE_PX = 13

/**
 * Where each named cluster's label goes: right, left, below or above its mark, the first that covers no other mark or
 * label and stays inside; none of these, then right.
 */
export function placeLabels(
  clusters: readonly MapCluster[],
  names: ReadonlyMap<string, string>,
  size: { readonly width: number; readonly height: number },
  ringed: (cluster: MapCluster) => boolean = ({ hasEmergency }) => hasEmergency,
): ReadonlyMap<string, PlacedLabel> {
  const taken: Rect[] = clusters.map(({ x, y }) => ({ left: x - 7, top: y - 7, right: x + 7, bottom: y + 7 }))
  const placed = new Map<string, PlacedLabel>()
  for (const cluster of clusters.toReversed()) {
    const name = names.get(cluster.id)
    if (name === undefined) continue
    const width = name.length * CHARACTER_PX
    const own = clusters.indexOf(cluster)
    const choices = candidates(cluster, width, ringed(cluster) ? 14 : 10)
    const free = choices.find(
      ({ rect }) =>
        rect.left >= 2 &&
        rect.right <= size.width - 2 &&
        rect.top >= 2 &&
        rect.bottom <= size.height - 2 &&
        taken.every((other, index) => index === own || !overlaps(rect, other)),
    )
    const choice = free ?? choices[0]
    if (choice === undefined) continue
    taken.push(choice.rect)
    placed.set(cluster.id, choice.label)
  }
  return placed
}

function candidates({ x, y }: MapCluster, width: number, gap: number): { label: PlacedLabel; rect: Rect }[] {
  const half = LINE_PX / 2
  const beside = (dy: number) => [
    {
      label: { x: x + gap, y: y + dy + 4, anchor: 'start' as const },
      rect: { left: x + gap, right: x + gap + width, top: y + dy - half, bottom: y + dy + half },
    },
    {
      label: { x: x - gap, y: y + dy + 4, anchor: 'end' as const },
      rect: { left: x - gap - width, right: x - gap, top: y + dy - half, bottom: y + dy + half },
    },
  ]
  const middle = (dy: number) => ({
    label: { x, y: y + dy + 4, anchor: 'middle' as const },
    rect: { left: x - width / 2, right: x + width / 2, top: y + dy - half, bottom: y + dy + half },
  })
  return [...beside(0), ...beside(9), ...beside(-9), middle(17), middle(-17)]
}

function overlaps(a: Rect, b: Rect): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}
