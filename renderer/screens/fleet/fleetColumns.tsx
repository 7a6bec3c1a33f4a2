import type { Lamp } from '../../../shared/domain/lampTypes.ts'
import type { NodeSummary } from '../../../shared/domain/node.ts'
import { severityOf } from '../../charts/mapLayout.ts'
import { messages } from '../../text/messages.ts'
import { drainText } from '../../ui/drain.ts'
import { formatBytes, formatCount, formatRateNumber } from '../../ui/format.ts'
import { LampCell } from '../../ui/marks/Lamp.tsx'
import { TypeTag } from '../../ui/marks/TypeTag.tsx'
import { Sparkline } from '../../ui/Sparkline.tsx'
import type { Column } from '../../ui/table/columns.ts'

const words = messages.fleet.columns

/** Later than any instant; an unknown start counts as just now. */
const FAR_MS = 1e14

/**
 * A number that orders lamps, larger is worse. Fresh lamps are equal, so that healthy rows stay where they are while
 * their ages tick; of two that are not, the older is worse.
 */
export function lampRank({ state, sinceMs }: Lamp): number {
  const severity = severityOf(state) * FAR_MS
  return state === 'ok' || sinceMs === undefined ? severity : severity + FAR_MS - sinceMs
}

/** The lamp of a group: its worst, and of equal ones the oldest. */
export function worstLamp(lamps: readonly Lamp[]): Lamp | undefined {
  return lamps.toSorted((a, b) => lampRank(b) - lampRank(a) || (a.sinceMs ?? 0) - (b.sinceMs ?? 0))[0]
}

function lampColumn(id: 'reach' | 'collect' | 'deliver', width: number): Column<NodeSummary> {
  return {
    id,
    label: words[id],
    hint: words[`${id}Hint`],
    width,
    isDescendingFirst: true,
    cell: (node) => <LampCell lamp={node.lamps[id]} />,
    value: (node) => lampRank(node.lamps[id]),
    csv: (node) => lampCsv(node.lamps[id]),
    group: (nodes, isCollapsed) => {
      const worst = isCollapsed ? worstLamp(nodes.map((node) => node.lamps[id])) : undefined
      return worst === undefined ? null : <LampCell lamp={worst} />
    },
  }
}

function lampCsv({ state, sinceMs, word }: Lamp): string {
  const since = sinceMs === undefined ? undefined : `since ${new Date(sinceMs).toISOString()}`
  return [messages.lamp.states[state], word, since].filter((part) => part !== undefined).join(' ')
}

function sum(nodes: readonly NodeSummary[], of: (node: NodeSummary) => number): number {
  return nodes.reduce((total, node) => total + of(node), 0)
}

function common<T>(values: readonly T[]): T | undefined {
  return values.every((value) => value === values[0]) ? values[0] : undefined
}

function numberColumn(
  id: 'delivered' | 'bytes' | 'quarantined' | 'sequence' | 'rate',
  value: (node: NodeSummary) => number | undefined,
  format: (value: number) => string,
): Column<NodeSummary> {
  return {
    id,
    label: words[id],
    width: 92,
    align: 'right',
    isHiddenAtFirst: true,
    isDescendingFirst: true,
    value,
    cell: (node) => {
      const known = value(node)
      return known === undefined ? <span className="t3">{messages.lamp.unknown}</span> : format(known)
    },
  }
}

/** Columns of the fleet, the ones of the reference first; the rest wait in the columns menu. */
export const FLEET_COLUMNS: readonly Column<NodeSummary>[] = [
  {
    id: 'node',
    label: words.node,
    width: 96,
    value: (node) => node.nodeId,
    cell: (node) => (
      <span className="medium ell" title={node.nodeId}>
        {node.nodeId}
      </span>
    ),
  },
  lampColumn('reach', 112),
  lampColumn('collect', 92),
  lampColumn('deliver', 118),
  {
    id: 'pipeline',
    label: words.pipeline,
    width: 104,
    value: (node) => node.pipelineType,
    cell: (node) => (node.pipelineType === undefined ? null : <TypeTag type={node.pipelineType} />),
    group: (nodes, isCollapsed) => {
      const type = isCollapsed ? common(nodes.map((node) => node.pipelineType)) : undefined
      return type === undefined ? null : <TypeTag type={type} />
    },
  },
  {
    id: 'trend',
    label: words.trend,
    width: 98,
    cell: (node) => <Sparkline values={node.spark} />,
  },
  {
    id: 'backlog',
    label: words.backlog,
    width: 60,
    align: 'right',
    isDescendingFirst: true,
    value: (node) => node.backlog,
    cell: (node) => formatCount(node.backlog),
    group: (nodes) => formatCount(sum(nodes, (node) => node.backlog)),
  },
  {
    id: 'drained',
    label: words.drained,
    width: 102,
    grows: true,
    value: (node) => drainText(node.drain),
    cell: (node) => (
      <span className={node.drain.kind === 'stalled' ? 'c-bad medium' : 't2'}>{drainText(node.drain)}</span>
    ),
    group: (nodes, isCollapsed) => (isCollapsed ? common(nodes.map((node) => drainText(node.drain))) : null),
  },
  {
    id: 'anomalies',
    label: words.anomalies,
    hint: words.anomaliesHint,
    width: 50,
    align: 'right',
    hideBelow: 1320,
    isDescendingFirst: true,
    value: (node) => node.anomaliesLastHour,
    cell: ({ anomaliesLastHour: n }) => (
      <span className={n !== undefined && n > 0 ? 'c-warn medium' : 't3'}>{n === undefined ? '' : formatCount(n)}</span>
    ),
  },
  {
    id: 'site',
    label: words.site,
    width: 130,
    isHiddenAtFirst: true,
    value: (node) => node.site,
    cell: (node) => <span className="t2 ell">{node.site}</span>,
  },
  numberColumn('rate', (node) => node.rowsPerSecond, formatRateNumber),
  numberColumn('delivered', (node) => node.rowsDelivered, formatCount),
  numberColumn('bytes', (node) => node.bytesDelivered, formatBytes),
  numberColumn('quarantined', (node) => node.quarantined, formatCount),
  numberColumn('sequence', (node) => node.newestSeq, formatCount),
  {
    id: 'upload',
    label: words.upload,
    width: 110,
    isHiddenAtFirst: true,
    value: (node) => messages.fleet.uploadStates[node.uploadState],
    cell: (node) => <span className="t2">{messages.fleet.uploadStates[node.uploadState]}</span>,
  },
  {
    id: 'labels',
    label: words.labels,
    width: 170,
    isHiddenAtFirst: true,
    value: labelText,
    cell: (node) => <span className="t2 ell">{labelText(node)}</span>,
  },
  {
    id: 'path',
    label: words.path,
    width: 200,
    isHiddenAtFirst: true,
    value: (node) => node.path,
    cell: (node) => (
      <span className="mono t2 ell" title={node.path}>
        {node.path}
      </span>
    ),
  },
]

export function labelText(node: NodeSummary): string {
  return Object.entries(node.labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')
}

/** What the text filter looks through: id, site, labels, pipeline, table, and the words of the lamps. */
export function nodeSearchText(node: NodeSummary): string {
  const { reach, collect, deliver } = node.lamps
  return [
    node.nodeId,
    node.site,
    labelText(node),
    node.pipelineType,
    node.table,
    reach.word,
    collect.word,
    messages.lamp.states[deliver.state],
    drainText(node.drain),
  ].join(' ')
}
