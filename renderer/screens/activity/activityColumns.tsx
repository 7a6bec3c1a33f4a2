import { messages } from '../../text/messages.ts'
import { Age } from '../../ui/Age.tsx'
import { now } from '../../ui/clock.ts'
import { formatDateTime, formatDuration, formatMoment } from '../../ui/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import { LampMark } from '../../ui/marks/Lamp.tsx'
import { TypeTag } from '../../ui/marks/TypeTag.tsx'
import type { Column } from '../../ui/table/columns.ts'
import { STATE_MARKS } from './activityRows.ts'
import type { ActivityRow } from './activityRows.ts'

const words = messages.activity

/** The mark and word of a line's state; steps under way have an arrow, changes a page. */
export function ActivityState({ row }: { readonly row: ActivityRow }) {
  const mark = STATE_MARKS[row.state]
  const word = words.states[row.state]
  if (mark !== undefined) return <LampMark state={mark}>{word}</LampMark>
  const isChange = row.state === 'change'
  return (
    <span className={`row state-word ${isChange ? 't3' : 'c-accent'}`}>
      <Icon name={isChange ? 'doc' : 'arrow'} size={12} />
      {word}
    </span>
  )
}

/** Columns of the stream. Done lines are grey, exceptions are bright. */
export const ACTIVITY_COLUMNS: readonly Column<ActivityRow>[] = [
  {
    id: 'time',
    label: words.columns.time,
    width: 76,
    isDescendingFirst: true,
    value: (row) => row.atMs,
    csv: (row) => new Date(row.atMs).toISOString(),
    cell: (row) => (
      <span className="t2" title={formatDateTime(row.atMs, now())}>
        {formatMoment(row.atMs, now())}
      </span>
    ),
  },
  {
    id: 'state',
    label: words.columns.state,
    width: 88,
    value: (row) => words.states[row.state],
    cell: (row) => <ActivityState row={row} />,
  },
  {
    id: 'node',
    label: words.columns.node,
    width: 98,
    value: (row) => row.node,
    cell: (row) => (
      <span className="medium ell" title={row.node}>
        {row.node}
      </span>
    ),
  },
  {
    id: 'pipeline',
    label: words.columns.pipeline,
    width: 112,
    value: (row) => row.route,
    cell: (row) => (row.route === undefined ? null : <TypeTag type={row.route} />),
  },
  {
    id: 'what',
    label: words.columns.what,
    width: 180,
    grows: true,
    value: (row) => row.what,
    cell: (row) => (
      <span className={`ell${row.state === 'done' ? ' t2' : ''}`} title={row.what}>
        {row.what}
      </span>
    ),
  },
  {
    id: 'sequence',
    label: words.columns.sequence,
    width: 132,
    hideBelow: 1320,
    value: (row) => (row.sequence === '' ? undefined : row.sequence),
    cell: (row) => <span className="mono t2">{row.sequence}</span>,
  },
  {
    id: 'took',
    label: words.columns.took,
    width: 66,
    align: 'right',
    isDescendingFirst: true,
    value: (row) => row.tookMs,
    cell: (row) => (
      <span className="t2">
        {row.tookMs !== undefined && formatDuration(row.tookMs)}
        {row.sinceMs !== undefined && <Age sinceMs={row.sinceMs} />}
      </span>
    ),
  },
  {
    id: 'actor',
    label: words.columns.actor,
    width: 110,
    isHiddenAtFirst: true,
    value: (row) => row.actor,
    cell: (row) => <span className="t2 ell">{row.actor}</span>,
  },
  {
    id: 'attempt',
    label: words.columns.attempt,
    width: 70,
    align: 'right',
    isHiddenAtFirst: true,
    isDescendingFirst: true,
    value: (row) => (row.source.kind === 'execution' ? row.source.execution.attempt : undefined),
    cell: (row) => (row.source.kind === 'execution' ? row.source.execution.attempt : ''),
  },
]

/** What the text filter looks through. */
export function activitySearchText(row: ActivityRow): string {
  const { source } = row
  const more =
    source.kind === 'execution'
      ? [
          source.execution.bucket,
          source.execution.failure?.code,
          source.execution.failure?.hint,
          String(source.execution.id),
        ]
      : source.kind === 'change'
        ? [source.record.action, source.record.reason, source.record.actor]
        : [...source.entry.nodeIds, source.entry.detail]
  return [row.node, row.route, row.what, row.sequence, words.states[row.state], ...more].join(' ')
}
