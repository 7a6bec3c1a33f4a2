import type { PipelineTimelineEntry } from '../../../shared/domain/pipelines.ts'
import { messages } from '../../text/messages.ts'
import { now } from '../../ui/clock.ts'
import { formatMoment } from '../../ui/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import { TypeTag } from '../../ui/marks/TypeTag.tsx'
import { href } from '../../ui/router.ts'
import type { Column } from '../../ui/table/columns.ts'

const words = messages.pipelines

/** Columns of the table of pipeline changes. */
export const CHANGE_COLUMNS: readonly Column<PipelineTimelineEntry>[] = [
  {
    id: 'when',
    label: words.columns.when,
    width: 104,
    isDescendingFirst: true,
    cell: (entry) => (
      <span className="t2">{entry.atMs === undefined ? words.unknown : formatMoment(entry.atMs, now())}</span>
    ),
    value: (entry) => entry.atMs,
    csv: (entry) => (entry.atMs === undefined ? '' : new Date(entry.atMs).toISOString()),
  },
  {
    id: 'node',
    label: words.columns.node,
    width: 108,
    cell: (entry) => (
      <a className="medium bare-link" href={href('node', entry.nodeId)}>
        {entry.nodeId}
      </a>
    ),
    value: (entry) => entry.nodeId,
  },
  {
    id: 'change',
    label: words.columns.change,
    width: 232,
    cell: (entry) => (
      <span className="row pl-change">
        {entry.previousType === undefined ? (
          <span className="t3">{words.first}</span>
        ) : (
          <TypeTag type={entry.previousType} />
        )}
        <span className="t3">
          <Icon name="arrow" size={12} />
        </span>
        <TypeTag type={entry.type} />
      </span>
    ),
    value: (entry) => entry.type,
    csv: (entry) => `${entry.previousType ?? ''} > ${entry.type}`,
  },
  {
    id: 'by',
    label: words.columns.by,
    width: 92,
    cell: (entry) => <span title={entry.by}>{entry.by ?? words.unknown}</span>,
    value: (entry) => entry.by,
  },
  {
    id: 'why',
    label: words.columns.why,
    width: 160,
    grows: true,
    cell: (entry) => (
      <span className="t2 ell" title={entry.reason}>
        {entry.reason}
      </span>
    ),
    value: (entry) => entry.reason,
  },
]
